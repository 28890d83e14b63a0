package io.pikareplica.repl.sync;

import io.pikareplica.repl.ReplicationStatus.SyncProgress;
import java.util.concurrent.atomic.AtomicLong;

/** How much of a snapshot has arrived. Any thread. */
final class FetchProgress {
  private final AtomicLong bytes = new AtomicLong();
  private volatile long totalBytes;
  private volatile long lastNanos = System.nanoTime();

  void read(long count) {
    bytes.addAndGet(count);
    lastNanos = System.nanoTime();
  }

  /** Starts over, with what was here already. */
  void reset(long presentBytes) {
    bytes.set(presentBytes);
    totalBytes = 0;
  }

  /** What all tables together have; the few other files are small. */
  void expect(long tableBytes) {
    totalBytes = tableBytes;
  }

  /** The total stays unknown until the tables' lengths are, and is never less than what came. */
  SyncProgress status() {
    long read = bytes.get();
    long total = totalBytes == 0 ? 0 : Math.max(totalBytes, read);
    return new SyncProgress(total, read, (System.nanoTime() - lastNanos) / 1_000_000_000L);
  }
}
