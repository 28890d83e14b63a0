package io.pikareplica.repl.sync;

/**
 * Bytes per second for all full syncs of this process together, dealt out per 100 ms. Any thread.
 */
public final class Throttle {
  private volatile long bytesPerSecond;

  /**
   * @param bytesPerSecond 10 or more
   */
  public Throttle(long bytesPerSecond) {
    this.bytesPerSecond = bytesPerSecond;
  }

  /** Takes effect with the next 100 ms. */
  public void bytesPerSecond(long value) {
    bytesPerSecond = value;
  }

  long bytesPerSecond() {
    return bytesPerSecond;
  }
}
