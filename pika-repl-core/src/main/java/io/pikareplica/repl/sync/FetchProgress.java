package io.pikareplica.repl.sync;

import io.pikareplica.repl.ReplicationStatus.SyncProgress;
import java.util.concurrent.atomic.AtomicLong;

/** How much of a snapshot has arrived. Any thread. */
final class FetchProgress {
  private final AtomicLong bytes = new AtomicLong();
  private volatile long lastNanos = System.nanoTime();

  void read(long count) {
    bytes.addAndGet(count);
    lastNanos = System.nanoTime();
  }

  /** Starts over, with what was here already. */
  void reset(long presentBytes) {
    bytes.set(presentBytes);
  }

  /** Pika tells no lengths beforehand, so the total stays unknown. */
  SyncProgress status() {
    return new SyncProgress(0, bytes.get(), (System.nanoTime() - lastNanos) / 1_000_000_000L);
  }
}
