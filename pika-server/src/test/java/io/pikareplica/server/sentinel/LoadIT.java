package io.pikareplica.server.sentinel;

import static org.assertj.core.api.Assertions.assertThat;

import io.pikareplica.server.live.Polling;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Pipeline;
import redis.clients.jedis.exceptions.JedisException;

/** A replica that works as hard as it can is still asked in time. */
@Tag("sentinel")
@Isolated // it uses the whole machine
class LoadIT {
  private static final Duration MEASURED = Duration.ofSeconds(15);
  private static final long MOST_INFO_MS = 50;
  private static final int VALUE_BYTES = 1_000;
  private static final int BATCH = 50;

  /** More often than any JVM in its right mind, and rare enough not to be all that is measured. */
  private static final Duration COLLECT_EVERY = Duration.ofSeconds(2);

  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  private Path folder;

  @SentinelTest(value = "T21", hasControl = false)
  void isPromotedAtTheFirstTryUnderFullLoadThoughItsLastInfoIsOld(Setup setup) throws Exception {
    Lab.run(
        setup,
        folder,
        lab -> {
          TestNode master = lab.node("M").start();
          TestNode replica = lab.node("R1").follow(master);
          replica.set("write-buffer-size", "1M").start(); // flushes and compactions all the time
          Data.write(master, "first", 100);
          lab.awaitCaughtUp(replica, master);
          Sentinel sentinel = lab.sentinel(master);
          lab.awaitKnown(sentinel, replica);
          ExecutorService threads = Executors.newCachedThreadPool();
          AtomicBoolean isOver = new AtomicBoolean();
          try {
            Future<Long> writes = threads.submit(() -> writeUntil(master, isOver));
            Future<Integer> collections = threads.submit(() -> collectUntil(replica, isOver));
            List<Long> micros = infoTimes(replica);
            System.out.printf(
                "%s: INFO of a replica under load, ms: p50 %.1f p99 %.1f p99.9 %.1f max %.1f"
                    + " (%d)%n",
                setup,
                percentile(micros, 50),
                percentile(micros, 99),
                percentile(micros, 99.9),
                percentile(micros, 100),
                micros.size());
            assertThat(percentile(micros, 99.9)).isLessThan(MOST_INFO_MS);

            awaitOldInfo(sentinel, replica);
            master.kill();
            sentinel.await("+switch-master", 0);
            isOver.set(true);
            System.out.printf(
                "%s: %d writes, %d full collections%n", setup, writes.get(), collections.get());
            assertThat(writes.get()).isGreaterThan(10_000);
            assertThat(collections.get()).isPositive();
          } finally {
            isOver.set(true);
            threads.shutdown();
            threads.awaitTermination(20, TimeUnit.SECONDS);
          }
          assertThat(sentinel.count(event -> event.name().equals("+try-failover"))).isEqualTo(1);
          assertThat(sentinel.has("-failover-abort-no-good-slave")).isFalse();
          assertThat(sentinel.has("+sdown", replica)).isFalse();
          assertThat(replica.replication("role")).isEqualTo("master");
        });
  }

  /** Until the master dies. */
  private static long writeUntil(TestNode master, AtomicBoolean isOver) {
    long written = 0;
    String value = "x".repeat(VALUE_BYTES);
    try (Jedis jedis = master.connect()) {
      while (!isOver.get()) {
        Pipeline pipeline = jedis.pipelined();
        for (int i = 0; i < BATCH; i++) {
          pipeline.set("load:" + (written + i) % 20_000, value);
        }
        pipeline.sync();
        written += BATCH;
      }
    } catch (JedisException e) {
      // it was killed
    }
    return written;
  }

  /** Full garbage collections of the replica's JVM. */
  private static int collectUntil(TestNode replica, AtomicBoolean isOver)
      throws IOException, InterruptedException {
    Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
    int count = 0;
    while (!isOver.get()) {
      Process process =
          new ProcessBuilder(jcmd.toString(), Long.toString(replica.pid()), "GC.run")
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      count += process.waitFor() == 0 ? 1 : 0;
      Polling.pause(COLLECT_EVERY);
    }
    return count;
  }

  private static List<Long> infoTimes(TestNode node) {
    List<Long> micros = new ArrayList<>();
    long end = System.nanoTime() + MEASURED.toNanos();
    try (Jedis jedis = node.connect()) {
      while (System.nanoTime() < end) {
        long startNanos = System.nanoTime();
        jedis.info();
        micros.add((System.nanoTime() - startNanos) / 1_000);
      }
    }
    Collections.sort(micros);
    return micros;
  }

  private static double percentile(List<Long> sortedMicros, double percent) {
    int index = (int) Math.ceil(sortedMicros.size() * percent / 100) - 1;
    return sortedMicros.get(Math.max(0, index)) / 1_000.0;
  }

  /** Sentinel asks each 10 s: a kill now finds it with news that are nearly as old. */
  private static void awaitOldInfo(Sentinel sentinel, TestNode replica) {
    Polling.until(
        "the last INFO is 8 s old",
        () -> {
          long ageMs = Long.parseLong(sentinel.replica(replica).get("info-refresh"));
          return ageMs >= 7_500 && ageMs < 9_000;
        });
  }
}
