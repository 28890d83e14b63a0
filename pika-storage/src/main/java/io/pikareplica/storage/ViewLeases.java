package io.pikareplica.storage;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.LockSupport;

/**
 * Counts the views of a DB that are open, so that its native handles are not freed under a reader.
 * Threadsafe; readers on different threads mostly count in different places.
 */
final class ViewLeases {
  private static final int STRIPES = 16;

  /** Integers from one count to the next, so that each has a cache line of its own. */
  private static final int STRIDE = 16;

  private static final long POLL_NANOS = 200_000;

  private final AtomicIntegerArray counts = new AtomicIntegerArray(STRIPES * STRIDE);
  private volatile boolean closed;

  /**
   * Takes a lease.
   *
   * @return to be given back
   * @throws StorageException when the DB is closed, or about to be
   */
  int take() {
    int stripe = (int) (Thread.currentThread().getId() % STRIPES) * STRIDE;
    // counted first, looked second: either we see the close, or the close sees us
    counts.incrementAndGet(stripe);
    if (closed) {
      counts.decrementAndGet(stripe);
      throw new StorageException("the DB is closed");
    }
    return stripe;
  }

  void giveBack(int lease) {
    counts.decrementAndGet(lease);
  }

  /**
   * Refuses new leases and waits until all are given back.
   *
   * @return leases that are still out when the time is up
   */
  int close(Duration atMost) {
    closed = true;
    long deadline = System.nanoTime() + atMost.toNanos();
    int out = out();
    while (out > 0 && System.nanoTime() - deadline < 0) {
      LockSupport.parkNanos(POLL_NANOS);
      if (Thread.currentThread().isInterrupted()) {
        return out();
      }
      out = out();
    }
    return out;
  }

  private int out() {
    int sum = 0;
    for (int i = 0; i < counts.length(); i += STRIDE) {
      sum += counts.get(i);
    }
    return sum;
  }
}
