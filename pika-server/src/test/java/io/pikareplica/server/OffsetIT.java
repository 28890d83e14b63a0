package io.pikareplica.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.pikareplica.server.live.Polling;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;

/**
 * The one number that Sentinel compares, on two replicas of a master whose binlog files are far
 * smaller than theirs are set to be, over many rolls of overshot files (spec sentinel-info §5).
 */
final class OffsetIT {
  private static final int FILE_BYTES = 65_536;
  private static final long SEED = 7;

  @TempDir Path folder;

  /** What two lines of INFO in a row must not say. */
  private static final class Watcher implements Runnable {
    private final int port;
    private final AtomicBoolean isOver = new AtomicBoolean();
    private final AtomicInteger looks = new AtomicInteger();
    private final Queue<String> wrong = new ConcurrentLinkedQueue<>();
    private final Thread thread = new Thread(this);

    Watcher(int port) {
      this.port = port;
      thread.start();
    }

    @Override
    public void run() {
      long last = 0;
      try (Jedis jedis = new Jedis("127.0.0.1", port)) {
        while (!isOver.get()) {
          String text = jedis.info("replication");
          long applied = number(text, "slave_repl_offset");
          long received = number(text, "slave_read_repl_offset");
          if (applied < last || received < applied || number(text, "repl_backlog_histlen") < 0) {
            wrong.add("after " + last + ":\n" + text);
          }
          last = applied;
          looks.incrementAndGet();
        }
      }
    }

    private static long number(String text, String name) {
      int at = text.indexOf("\r\n" + name + ":") + name.length() + 3;
      return Long.parseUnsignedLong(text.substring(at, text.indexOf('\r', at)));
    }

    void end() throws InterruptedException {
      isOver.set(true);
      thread.join();
      assertThat(wrong).isEmpty();
      assertThat(looks.get()).isGreaterThan(20);
    }
  }

  @Test
  void neverGoesBackAndIsTheMastersOnceCaughtUp() throws Exception {
    try (TestNode master =
            TestNode.start(
                folder.resolve("master"), "databases : 2", "binlog-file-size : " + FILE_BYTES);
        TestNode one = replica("one", master);
        TestNode other = replica("other", master)) {
      for (TestNode replica : List.of(one, other)) {
        Polling.until(
            "a replica is up", () -> replica.replication("master_link_status").equals("up"));
        Polling.until(
            "it knows its master's file size",
            () -> replica.replication("pika_binlog_file_size_source").equals("master"));
        assertThat(replica.replication("pika_binlog_file_size"))
            .isEqualTo(Integer.toString(FILE_BYTES));
      }
      List<Watcher> watchers = new ArrayList<>();
      watchers.add(new Watcher(one.port()));
      watchers.add(new Watcher(other.port()));
      write(master.port());
      Polling.untilCaughtUp(master.port(), one.port());
      Polling.untilCaughtUp(master.port(), other.port());
      for (Watcher watcher : watchers) {
        watcher.end();
      }

      Map<String, String> expected = offsets(master);
      assertThat(filenum(expected.get("db0"))).isGreaterThan(10);
      assertThat(offsets(one)).isEqualTo(expected);
      assertThat(offsets(other)).isEqualTo(expected);
      assertThat(one.replication("slave_read_repl_offset"))
          .isEqualTo(expected.get("slave_repl_offset"));

      for (TestNode node : List.of(master, one, other)) {
        try (Jedis jedis = new Jedis("127.0.0.1", node.port())) {
          jedis.configSet("info-offset", "pika-exact");
        }
        assertThat(node.replication("slave_repl_offset"))
            .isEqualTo(Long.toString(pikasSum(expected)));
      }
    }
  }

  private TestNode replica(String name, TestNode master) throws Exception {
    return TestNode.start(
        folder.resolve(name), "databases : 2", "slaveof : 127.0.0.1:" + master.port());
  }

  /** Small items, and now and then one longer than a file. */
  private static void write(int port) {
    Random random = new Random(SEED);
    try (Jedis jedis = new Jedis("127.0.0.1", port)) {
      for (int i = 0; i < 600; i++) {
        jedis.select(i % 2);
        int bytes = i % 20 == 0 ? random.nextInt(3 * FILE_BYTES) : random.nextInt(4_000);
        jedis.set("key" + i, "x".repeat(bytes));
      }
    }
  }

  private static Map<String, String> offsets(TestNode node) {
    Map<String, String> info = Polling.info(node.port(), "replication");
    Map<String, String> offsets = new HashMap<>();
    for (String name : List.of("db0", "db1", "slave_repl_offset", "master_repl_offset")) {
      offsets.put(name, info.get(name).replaceAll(",safety_purge.*", ""));
    }
    return offsets;
  }

  private static long filenum(String line) {
    return Long.parseLong(line.substring(line.indexOf('=') + 1, line.indexOf(' ')));
  }

  private static long pikasSum(Map<String, String> offsets) {
    long sum = 0;
    for (String db : List.of("db0", "db1")) {
      String line = offsets.get(db);
      sum += filenum(line) * FILE_BYTES + Long.parseLong(line.substring(line.indexOf(' ') + 1));
    }
    return sum;
  }
}
