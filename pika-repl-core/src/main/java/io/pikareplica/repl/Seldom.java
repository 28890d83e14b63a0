package io.pikareplica.repl;

import java.util.OptionalLong;
import java.util.function.LongSupplier;

/**
 * Keeps what strangers can bring about from filling the log: a few lines a period are let through,
 * and the first of the next period can say how many were not. Any thread.
 */
public final class Seldom {
  private final int most;
  private final long periodMs;
  private final LongSupplier clockMs;
  private long periodEndsMs = Long.MIN_VALUE;
  private int count;
  private long leftOut;

  /**
   * @param most lines in a period, 1 or more
   * @param clockMs a clock that never goes back
   */
  public Seldom(int most, long periodMs, LongSupplier clockMs) {
    this.most = most;
    this.periodMs = periodMs;
    this.clockMs = clockMs;
  }

  /** With the clock of this machine. */
  public static Seldom inPeriod(int most, long periodMs) {
    return new Seldom(most, periodMs, () -> System.nanoTime() / 1_000_000);
  }

  /**
   * Asks for one line.
   *
   * @return how many were left out since the last one that was let through; empty: leave this one
   *     out too
   */
  public synchronized OptionalLong next() {
    long now = clockMs.getAsLong();
    if (now >= periodEndsMs) {
      periodEndsMs = now + periodMs;
      count = 0;
    }
    if (count >= most) {
      leftOut++;
      return OptionalLong.empty();
    }
    count++;
    long before = leftOut;
    leftOut = 0;
    return OptionalLong.of(before);
  }
}
