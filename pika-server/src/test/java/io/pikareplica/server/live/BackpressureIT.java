package io.pikareplica.server.live;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;

/** A master that has more than the replica can hold, and is faster than the replica's disk. */
@EnabledOnOs(OS.LINUX)
class BackpressureIT {
  private static final int MIB = 1 << 20;

  /** What is read at once: a reply needs memory too. */
  private static final int PART = 8 * MIB;

  private static final Pattern LAG = Pattern.compile(",lag=([0-9]+)");

  /** What the replica may have; the rest of its memory is RocksDB's, the JVM's own and code. */
  private static final List<String> SMALL =
      List.of("-Xmx256m", "-XX:MaxDirectMemorySize=64m", "-XX:+ExitOnOutOfMemoryError");

  private static final long MOST_RSS_MIB = 1_024;

  @TempDir Path folder;

  /**
   * W-24: The second DB is idle: its pings come through the socket that the first one has filled.
   */
  @Test
  void readsNoFasterThanItCanApplyAndKeepsTheLink() throws Exception {
    try (OurNode master =
            OurNode.startWith(List.of("-Xmx1g"), folder, "master", "--databases", "2");
        OurNode replica =
            OurNode.startWith(
                SMALL,
                folder,
                "replica",
                "--slaveof",
                "127.0.0.1:" + master.port(),
                "--databases",
                "2",
                "--repl-timeout",
                "5",
                "--apply-queue-size",
                "4M",
                "--fsync",
                "always",
                "--write-buffer-size",
                "1M")) {
      Polling.untilCaughtUp(master.port(), replica.port());
      replica.stop();
      List<String> keys = write(master.port());
      int before = master.output().length();

      replica.restart();
      long pid = replica.pid();
      Polling.until(
          "the master knows it",
          () -> Polling.info(master.port(), "replication").get("connected_slaves").equals("1"));
      Watch watch = new Watch();
      try {
        Polling.until("has caught up", () -> watch.look(master, replica));
      } catch (ConditionTimeoutException e) {
        throw new AssertionError(watch + " replica: " + replica.output(), e);
      }

      long peakMib = ProcFiles.kib(pid, "VmHWM") >> 10;
      System.out.println("backpressure: " + watch + " peak RSS MiB=" + peakMib);
      assertThat(master.output().substring(before))
          .doesNotContain("session ends")
          .doesNotContain("link closed");
      assertThat(watch.unreadTimes).as("looks with a full socket, %s", watch).isPositive();
      assertThat(watch.absentTimes).as("looks without the replica, %s", watch).isZero();
      assertThat(peakMib).isLessThan(MOST_RSS_MIB);
      for (String key : keys) {
        assertThat(digest(replica.port(), key)).as(key).isEqualTo(digest(master.port(), key));
      }
      assertThat(replica.pid()).isEqualTo(pid);
      assertThat(replica.output()).doesNotContain("OutOfMemory").doesNotContain("Exception");
    }
  }

  /** Items that must be applied once each, many of 1 MiB and some of up to a fifth of the heap. */
  private static List<String> write(int port) {
    byte[] noise = new byte[64 * MIB];
    new Random(1).nextBytes(noise);
    List<String> keys = new ArrayList<>();
    try (Jedis jedis = new Jedis("127.0.0.1", port, 60_000)) {
      int element = 0;
      for (int mib : new int[] {16, 32, 48, 16, 40, 16}) {
        String large = "large:" + mib;
        jedis.set(large.getBytes(US_ASCII), part(noise, element, mib * MIB));
        keys.add(large);
        for (int i = 0; i < 30; i++) {
          String list = "list:" + i % 4;
          jedis.rpush(list.getBytes(US_ASCII), part(noise, ++element, MIB));
          keys.add(list);
        }
      }
    }
    return keys.stream().distinct().toList();
  }

  private static byte[] part(byte[] noise, int number, int length) {
    byte[] part = new byte[length];
    System.arraycopy(noise, number, part, 0, Math.min(length, noise.length - number));
    return part;
  }

  private static String digest(int port, String key) throws Exception {
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    byte[] name = key.getBytes(US_ASCII);
    try (Jedis jedis = new Jedis("127.0.0.1", port, 60_000)) {
      if (key.startsWith("large")) {
        for (long at = 0; at < jedis.strlen(name); at += PART) {
          digest.update(jedis.getrange(name, at, at + PART - 1));
        }
      } else {
        for (long i = 0; i < jedis.llen(name); i++) {
          digest.update(jedis.lindex(name, i));
        }
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  /** What is seen of the two while the replica catches up. */
  private static final class Watch {
    private int looks;
    private int unreadTimes;
    private long mostUnreadBytes;
    private int absentTimes;
    private long mostLagSeconds;

    /** Whether the replica is where the master is. */
    boolean look(OurNode master, OurNode replica) throws Exception {
      looks++;
      long unread = ProcFiles.unreadBytes(master.port() + 2_000);
      mostUnreadBytes = Math.max(mostUnreadBytes, unread);
      unreadTimes += unread > MIB / 16 ? 1 : 0;
      Map<String, String> ofMaster = Polling.info(master.port(), "replication");
      absentTimes += ofMaster.get("connected_slaves").equals("1") ? 0 : 1;
      Matcher lag = LAG.matcher(ofMaster.getOrDefault("slave0", ""));
      if (lag.find()) {
        mostLagSeconds = Math.max(mostLagSeconds, Long.parseLong(lag.group(1)));
      }
      Map<String, String> ofReplica = Polling.info(replica.port(), "replication");
      return ofReplica.get("master_link_status").equals("up")
          && ofReplica.get("slave_repl_offset").equals(ofMaster.get("slave_repl_offset"));
    }

    @Override
    public String toString() {
      return "looks=%d, of them with a full socket=%d (most %d bytes), without the replica=%d, longest silence s=%d"
          .formatted(looks, unreadTimes, mostUnreadBytes, absentTimes, mostLagSeconds);
    }
  }
}
