package io.pikareplica.repl.sync;

import java.util.function.LongSupplier;

/**
 * Bytes per second for all full syncs of this process together, dealt out per aligned 100 ms as
 * Pika does (src/throttle.cc). Any thread.
 */
public final class Throttle {
  static final long CYCLE_MS = 100;

  private final LongSupplier clockMs;
  private long bytesPerSecond;
  private long cycle = -1;
  private long leftBytes;

  /**
   * @param bytesPerSecond 10 or more
   */
  public Throttle(long bytesPerSecond) {
    this(bytesPerSecond, () -> System.nanoTime() / 1_000_000);
  }

  Throttle(long bytesPerSecond, LongSupplier clockMs) {
    this.clockMs = clockMs;
    bytesPerSecond(bytesPerSecond);
  }

  /**
   * Takes effect with the next 100 ms.
   *
   * @param value 10 or more
   */
  public synchronized void bytesPerSecond(long value) {
    if (value < 1000 / CYCLE_MS) {
      throw new IllegalArgumentException("throttle of " + value + " bytes per second");
    }
    bytesPerSecond = value;
  }

  /**
   * Takes as much as there is of what is wanted.
   *
   * @return 0 when this cycle's bytes are used up: try again after {@link #CYCLE_MS}
   */
  synchronized long take(long wantedBytes) {
    long now = clockMs.getAsLong() / CYCLE_MS;
    if (now != cycle) {
      cycle = now;
      leftBytes = bytesPerSecond * CYCLE_MS / 1000;
    }
    long taken = Math.min(wantedBytes, leftBytes);
    leftBytes -= taken;
    return taken;
  }

  /** Gives back what was taken and not used, if its cycle still lasts. */
  synchronized void giveBack(long bytes) {
    if (clockMs.getAsLong() / CYCLE_MS == cycle) {
      leftBytes += bytes;
    }
  }
}
