package io.pikareplica.repl;

/**
 * Since when the link to the master is down, on a clock that never goes back. The session writes,
 * any thread reads.
 *
 * <p>It goes on through tries to connect, a full sync and another SLAVEOF: what counts is how old
 * the data is. A node that was never up has no such time.
 */
final class LinkClock {
  private static final long NEVER = Long.MIN_VALUE;
  private static final long UP = Long.MIN_VALUE + 1;

  private volatile long downAtMs = NEVER;

  /** As a restart finds it: how long ago, by the wall clock, the same master was last heard of. */
  void resumeAt(long nowMs, long agoMs) {
    downAtMs = nowMs - Math.max(0, agoMs);
  }

  /** How the link is now. Counts, as Redis does, from when the loss is noticed. */
  void update(boolean isUp, long nowMs) {
    if (isUp) {
      downAtMs = UP;
    } else if (downAtMs == UP) {
      downAtMs = nowMs;
    }
  }

  /** This node follows nobody any more. */
  void forget() {
    downAtMs = NEVER;
  }

  /** -1 when the link never was up, 0 while it is, else whole seconds since it was lost. */
  long downSeconds(long nowMs) {
    long at = downAtMs;
    if (at == NEVER) {
      return -1;
    }
    return at == UP ? 0 : Math.max(0, (nowMs - at) / 1000);
  }
}
