package io.pikareplica.server;

import java.util.concurrent.TimeUnit;

/** Events per second over the last {@value #SAMPLES} samples, as Redis measures it. Any thread. */
final class RateMeter {
  private static final int SAMPLES = 16;

  private final long[] rates = new long[SAMPLES];
  private int next;
  private long lastCount;
  private long lastNanos;
  private boolean hasStarted;

  /**
   * @param count events so far
   */
  synchronized void sample(long count, long nowNanos) {
    long elapsed = nowNanos - lastNanos;
    if (hasStarted && elapsed > 0) {
      long events = Math.max(0, count - lastCount);
      rates[next] = Math.round(events * (double) TimeUnit.SECONDS.toNanos(1) / elapsed);
      next = (next + 1) % SAMPLES;
    }
    hasStarted = true;
    lastCount = count;
    lastNanos = nowNanos;
  }

  synchronized void reset() {
    hasStarted = false;
    java.util.Arrays.fill(rates, 0);
  }

  synchronized long perSecond() {
    long sum = 0;
    for (long rate : rates) {
      sum += rate;
    }
    return sum / SAMPLES;
  }
}
