package io.pikareplica.server.live;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.UnixOperatingSystemMXBean;
import io.pikareplica.server.RawClient;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;

/**
 * A master and its replica with 256 MiB of heap each, and clients that want more. No memory left
 * would end the process, which each test would notice.
 */
@EnabledOnOs(OS.LINUX)
class HostileMemoryIT {
  private static final int MIB = 1 << 20;
  private static final List<String> SMALL =
      List.of("-Xmx256m", "-XX:+UseG1GC", "-XX:+ExitOnOutOfMemoryError");

  /** An eighth of the heap. */
  private static final int LONGEST_WORD = 32 * MIB;

  private static final byte[] NOISE = new byte[LONGEST_WORD];

  @TempDir static Path folder;

  private static OurNode master;
  private static OurNode replica;

  @BeforeAll
  static void start() throws Exception {
    new Random(1).nextBytes(NOISE);
    master = OurNode.startWith(SMALL, folder, "master", "--timeout", "0");
    replica =
        OurNode.startWith(SMALL, folder, "replica", "--slaveof", "127.0.0.1:" + master.port());
    Polling.untilCaughtUp(master.port(), replica.port());
  }

  @AfterAll
  static void stop() {
    replica.close();
    master.close();
  }

  @Test
  void tenThousandClientsThatSayNothingLeaveOthersAsTheyWere() throws Exception {
    int count = Math.min(10_000, connectionsThatFilesAllow());
    long filesBefore = ProcFiles.openFiles(master.pid());
    try (ManySockets idle = ManySockets.open(master.port(), count / 2, "");
        ManySockets half =
            ManySockets.open(master.port(), count / 2, "*2\r\n$4\r\nECHO\r\n$9\r\nx");
        Jedis jedis = new Jedis("127.0.0.1", master.port())) {
      Polling.until("all are there", () -> figure(master, "connected_clients") >= count);
      long slowestMs = 0;
      for (int i = 0; i < 200; i++) {
        long began = System.nanoTime();
        assertThat(jedis.ping()).isEqualTo("PONG");
        assertThat(jedis.info("replication")).contains("connected_slaves:1");
        slowestMs = Math.max(slowestMs, (System.nanoTime() - began) / 1_000_000);
      }
      jedis.set("among", Integer.toString(count));
      awaitOnReplica("among", Integer.toString(count));

      long rss = ProcFiles.kib(master.pid(), "VmRSS") >> 10;
      System.out.printf(
          "idle clients=%d RSS MiB=%d heap MiB=%d direct MiB=%d slowest PING and INFO ms=%d%n",
          count,
          rss,
          figure(master, "java_heap_used") / MIB,
          figure(master, "java_direct_used") / MIB,
          slowestMs);
      assertThat(slowestMs).isLessThan(2_000);
      assertThat(figure(master, "mem_clients_normal")).isLessThan(64L * MIB);
      assertThat(idle.closed() + half.closed()).isZero();
    }
    Polling.until("all have gone", () -> figure(master, "connected_clients") < 10);
    Polling.until("files", () -> ProcFiles.openFiles(master.pid()) < filesBefore + 20);
  }

  /** This process and the node's have the same limit; the node keeps 5000 or half for itself. */
  private static int connectionsThatFilesAllow() {
    long files =
        ((UnixOperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
            .getMaxFileDescriptorCount();
    return (int) Math.min(files - 1_000, Math.max(files - 5_000, files / 2) - 100);
  }

  @Test
  void aWordThatTheHeapCannotHoldIsRefusedAndTheLongestOneKept() throws Exception {
    try (RawClient client = new RawClient(InetAddress.getLoopbackAddress(), master.port())) {
      client.send("*3\r\n$3\r\nSET\r\n$3\r\nbig\r\n$" + (512 << 20) + "\r\n");
      assertThat(client.reply()).isEqualTo("-ERR Protocol error: invalid bulk length");
      assertThat(client.isClosedByServer()).isTrue();
    }
    try (Jedis jedis = new Jedis("127.0.0.1", master.port(), 60_000)) {
      for (int i = 0; i < 5; i++) {
        NOISE[0] = (byte) i;
        assertThat(jedis.set("big".getBytes(US_ASCII), NOISE)).isEqualTo("OK");
        assertThat(jedis.get("big".getBytes(US_ASCII))).isEqualTo(NOISE);
      }
      assertThat(jedis.ping()).isEqualTo("PONG");
    }
    Polling.untilCaughtUp(master.port(), replica.port());
    assertThat(digest(replica, "big")).isEqualTo(digestOfNoise());
    assertThatMemoryIsBack();
    System.out.println("longest words: " + memory());
  }

  /** Each may, all at once may not: some are cut off, none ends the process, others are served. */
  @Test
  void manyLongWordsAtOnceAreBounded() throws Exception {
    ExecutorService threads = Executors.newCachedThreadPool();
    List<Future<Boolean>> clients = new ArrayList<>();
    try (Jedis jedis = new Jedis("127.0.0.1", master.port(), 60_000)) {
      for (int i = 0; i < 16; i++) {
        String key = "many:" + i;
        clients.add(threads.submit(() -> isTaken(key)));
      }
      while (!clients.stream().allMatch(Future::isDone)) {
        assertThat(jedis.ping()).isEqualTo("PONG");
        assertThat(figure(master, "mem_clients_normal"))
            .isLessThanOrEqualTo(figure(master, "maxmemory_clients") + LONGEST_WORD);
      }
      int taken = 0;
      for (int i = 0; i < clients.size(); i++) {
        if (clients.get(i).get()) {
          taken++;
          assertThat(jedis.strlen("many:" + i)).isEqualTo(LONGEST_WORD);
        }
      }
      System.out.println("long words at once: taken=" + taken + " " + memory());
      assertThat(taken).isLessThan(clients.size());
      assertThat(figure(master, "evicted_clients")).isPositive();
      jedis.set("after", "1");
      awaitOnReplica("after", "1");
      assertThatMemoryIsBack();
    } finally {
      threads.shutdownNow();
    }
    assertThat(master.output()).doesNotContain("OutOfMemory");
  }

  /** Sends a long word; false when the server cuts the connection. */
  private static boolean isTaken(String key) {
    byte[] reply = new byte[5];
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), master.port())) {
      socket.setSoTimeout(60_000);
      OutputStream out = socket.getOutputStream();
      String head =
          "*3\r\n$3\r\nSET\r\n$%d\r\n%s\r\n$%d\r\n".formatted(key.length(), key, LONGEST_WORD);
      out.write(head.getBytes(US_ASCII));
      out.write(NOISE);
      out.write("\r\n".getBytes(US_ASCII));
      return socket.getInputStream().readNBytes(reply, 0, 5) == 5
          && new String(reply, US_ASCII).equals("+OK\r\n");
    } catch (IOException e) {
      return false;
    }
  }

  /** Garbage, huge lengths and silence by the thousand, where only replicas have business. */
  @Test
  void strangersAtTheReplicationPortsFillNeitherMemoryNorLog() throws Exception {
    long linesBefore = master.output().lines().count();
    try (ManySockets first = ManySockets.open(master.port() + 2_000, 1, "\u007f~~~")) {
      Polling.until("a huge length ends it", () -> first.closed() == 1);
    }
    Polling.until(
        "it is told",
        () -> master.output().contains("link closed reason=\"frame of 2138996350 bytes"));
    int count = Math.min(2_000, connectionsThatFilesAllow() / 8);
    for (int shift : new int[] {2_000, 10_001}) {
      int port = master.port() + shift;
      try (ManySockets silent = ManySockets.open(port, count, "");
          ManySockets huge = ManySockets.open(port, count / 2, "\u007f~~~");
          ManySockets half = ManySockets.open(port, count / 2, "\0\0\1\0x")) {
        Polling.until("all of them are closed", () -> huge.closed() == count / 2);
        Polling.until(
            "few strangers are left", () -> silent.closed() + half.closed() >= count * 3 / 2 - 256);
        try (Jedis jedis = new Jedis("127.0.0.1", master.port(), 60_000)) {
          jedis.set("beside", Integer.toString(port));
        }
        awaitOnReplica("beside", Integer.toString(port));
      }
    }
    long lines = master.output().lines().count() - linesBefore;
    System.out.println("strangers: lines=" + lines + " " + memory());
    assertThat(lines).isBetween(2L, 150L);
    assertThat(Polling.info(master.port(), "replication")).containsEntry("connected_slaves", "1");
  }

  /** With a larger heap, what a replica can be sent bounds it: a longer one would end the link. */
  @Test
  void theLongestWordThatReplicasCanBeSentReachesThem() throws Exception {
    int longest = (64 - 20) * MIB;
    List<String> larger = List.of("-Xmx512m", "-XX:+UseG1GC", "-XX:+ExitOnOutOfMemoryError");
    try (OurNode first = OurNode.startWith(larger, folder, "first", "--max-conn-rbuf-size", "64M");
        OurNode second =
            OurNode.startWith(
                larger,
                folder,
                "second",
                "--max-conn-rbuf-size",
                "64M",
                "--slaveof",
                "127.0.0.1:" + first.port())) {
      Polling.untilCaughtUp(first.port(), second.port());
      try (RawClient client = new RawClient(InetAddress.getLoopbackAddress(), first.port())) {
        client.send("*3\r\n$3\r\nSET\r\n$3\r\nbig\r\n$" + (longest + 1) + "\r\n");
        assertThat(client.reply()).isEqualTo("-ERR Protocol error: invalid bulk length");
      }
      byte[] value = new byte[longest];
      Arrays.fill(value, (byte) 7);
      try (Jedis jedis = new Jedis("127.0.0.1", first.port(), 60_000)) {
        assertThat(jedis.set("big".getBytes(US_ASCII), value)).isEqualTo("OK");
      }
      Polling.untilCaughtUp(first.port(), second.port());
      try (Jedis jedis = new Jedis("127.0.0.1", second.port(), 60_000)) {
        assertThat(jedis.strlen("big")).isEqualTo(longest);
        assertThat(jedis.getrange("big", longest - 2, -1)).isEqualTo("\u0007\u0007");
      }
      System.out.println(
          "a word of %d MiB: peak RSS MiB=%d and %d"
              .formatted(
                  longest / MIB,
                  ProcFiles.kib(first.pid(), "VmHWM") >> 10,
                  ProcFiles.kib(second.pid(), "VmHWM") >> 10));
    }
  }

  /** What short requests make of a value does not go beyond what one long request may bring. */
  @Test
  void aShortRequestMakesNoValueThatTheHeapCannotHold() {
    try (Jedis jedis = new Jedis("127.0.0.1", master.port(), 60_000)) {
      assertThatThrownBy(() -> jedis.setrange("sparse", (512 << 20) - 2, "x"))
          .hasMessageContaining("maximum allowed size");
      assertThatThrownBy(() -> jedis.setbit("sparse", 4_294_967_295L, true))
          .hasMessageContaining("bit offset is not an integer or out of range");
      assertThat(jedis.ping()).isEqualTo("PONG");
    }
  }

  private static void assertThatMemoryIsBack() {
    Polling.until(
        "clients hold nothing",
        () ->
            figure(master, "mem_clients_normal") < MIB
                && figure(master, "java_direct_used") < 48L * MIB);
  }

  private static String memory() throws IOException {
    return "peak RSS MiB=%d, now RSS MiB=%d heap MiB=%d direct MiB=%d"
        .formatted(
            ProcFiles.kib(master.pid(), "VmHWM") >> 10,
            ProcFiles.kib(master.pid(), "VmRSS") >> 10,
            figure(master, "java_heap_used") / MIB,
            figure(master, "java_direct_used") / MIB);
  }

  private static long figure(OurNode node, String name) {
    return Long.parseLong(Polling.info(node.port(), "all").get(name));
  }

  private static void awaitOnReplica(String key, String value) {
    Polling.until(
        key + " on the replica",
        () -> {
          try (Jedis jedis = new Jedis("127.0.0.1", replica.port())) {
            return value.equals(jedis.get(key));
          }
        });
  }

  private static String digest(OurNode node, String key) throws Exception {
    try (Jedis jedis = new Jedis("127.0.0.1", node.port(), 60_000)) {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256").digest(jedis.get(key.getBytes(US_ASCII))));
    }
  }

  private static String digestOfNoise() throws Exception {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(NOISE));
  }
}
