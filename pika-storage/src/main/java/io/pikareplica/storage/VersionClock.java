package io.pikareplica.storage;

import java.util.function.LongSupplier;

/**
 * Issues versions of keys: the wall clock in ms, but never the same twice (S-7). Owned by a worker.
 */
final class VersionClock {
  private final LongSupplier wallClockMs;
  private long last;

  VersionClock(LongSupplier wallClockMs) {
    this.wallClockMs = wallClockMs;
  }

  long next(long previous) {
    last = Math.max(wallClockMs.getAsLong(), Math.max(previous, last) + 1);
    return last;
  }
}
