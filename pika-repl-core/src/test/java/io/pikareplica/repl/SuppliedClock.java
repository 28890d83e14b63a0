package io.pikareplica.repl;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.function.LongSupplier;

/** A wall clock that a test moves. */
final class SuppliedClock extends Clock {
  private final LongSupplier nowMs;

  SuppliedClock(LongSupplier nowMs) {
    this.nowMs = nowMs;
  }

  @Override
  public long millis() {
    return nowMs.getAsLong();
  }

  @Override
  public Instant instant() {
    return Instant.ofEpochMilli(millis());
  }

  @Override
  public ZoneId getZone() {
    return ZoneOffset.UTC;
  }

  @Override
  public Clock withZone(ZoneId zone) {
    throw new UnsupportedOperationException();
  }
}
