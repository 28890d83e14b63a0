package io.pikareplica.repl;

import io.pikareplica.repl.ReplSettings.LinkDownClock;

/**
 * Since when the link to the master is down, on a clock that never goes back. Immutable.
 *
 * <p>It goes on through tries to connect, a full sync and another SLAVEOF: what counts is how old
 * the data is. A node that was never up has no such time.
 *
 * @param lostMs when the loss was noticed; of meaning in {@link State#DOWN}
 * @param heardMs when the master was last heard of before that
 */
record LinkClock(State state, long lostMs, long heardMs) {
  enum State {
    /** Never up, as far as is known. */
    NEVER,
    UP,
    DOWN
  }

  static final LinkClock NEVER = new LinkClock(State.NEVER, 0, 0);

  /**
   * As a restart finds it.
   *
   * @param agoMs how long ago, by the wall clock, the master was last heard of; a clock that was
   *     set back since makes it negative, which counts as no time
   */
  static LinkClock resumed(long nowMs, long agoMs) {
    long at = nowMs - Math.max(0, agoMs);
    return new LinkClock(State.DOWN, at, at);
  }

  /** How the link is now. */
  LinkClock next(boolean isUp, long nowMs, long lastHeardMs) {
    if (isUp) {
      return state == State.UP ? this : new LinkClock(State.UP, 0, 0);
    }
    return state == State.UP
        ? new LinkClock(State.DOWN, nowMs, Math.min(nowMs, lastHeardMs))
        : this;
  }

  /** -1 when the link never was up, 0 while it is, else whole seconds since it was lost. */
  long downSeconds(long nowMs, LinkDownClock from) {
    return switch (state) {
      case NEVER -> -1;
      case UP -> 0;
      case DOWN -> Math.max(0, nowMs - (from == LinkDownClock.LAST_IO ? heardMs : lostMs)) / 1000;
    };
  }
}
