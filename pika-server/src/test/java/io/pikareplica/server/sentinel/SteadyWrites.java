package io.pikareplica.server.sentinel;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A client that writes a key ten times a second, wherever it finds the master. */
final class SteadyWrites implements AutoCloseable {
  static final String NAME = "steady";

  private static final long EVERY_MS = 100;

  /** One write; throws when it failed. */
  interface Write {
    void set(String key, String value);
  }

  private record Written(String key, long sentNanos, long doneNanos) {}

  private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
  private final List<Written> written = new CopyOnWriteArrayList<>();
  private final AtomicInteger failed = new AtomicInteger();
  private int number;

  private SteadyWrites() {}

  static SteadyWrites start(Write write) {
    SteadyWrites writes = new SteadyWrites();
    var unused =
        writes.timer.scheduleWithFixedDelay(
            () -> writes.write(write), 0, EVERY_MS, TimeUnit.MILLISECONDS);
    return writes;
  }

  private void write(Write write) {
    String key = NAME + ":" + number++;
    long sentNanos = System.nanoTime();
    try {
      write.set(key, "value");
      written.add(new Written(key, sentNanos, System.nanoTime()));
    } catch (RuntimeException e) {
      failed.incrementAndGet(); // of whatever client
    }
  }

  /** How many were answered. */
  int count() {
    return written.size();
  }

  int failed() {
    return failed.get();
  }

  /** Between two that were answered. */
  long longestGapMs() {
    long most = 0;
    for (int i = 1; i < written.size(); i++) {
      most = Math.max(most, written.get(i).doneNanos() - written.get(i - 1).doneNanos());
    }
    return most / 1_000_000;
  }

  /** Keys that were answered, of writes sent since then. */
  List<String> keysSince(long nanos) {
    return written.stream().filter(one -> one.sentNanos() > nanos).map(Written::key).toList();
  }

  @Override
  public void close() {
    timer.shutdown();
    try {
      timer.awaitTermination(20, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
