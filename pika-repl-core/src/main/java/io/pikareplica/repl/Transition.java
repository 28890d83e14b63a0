package io.pikareplica.repl;

import java.util.List;

/**
 * What follows from an event.
 *
 * @param actions to be done in this order
 * @param changes for the log
 * @param ignored why the event has no effect here; empty when it has. An ignored event leaves the
 *     state as it was
 */
record Transition(
    ReplicaState state, List<ReplicaAction> actions, List<Change> changes, String ignored) {
  /** The place of the link among the {@link Change}s. */
  static final int LINK = -1;

  Transition {
    actions = List.copyOf(actions);
    changes = List.copyOf(changes);
  }

  boolean isIgnored() {
    return !ignored.isEmpty();
  }

  /**
   * One step from state to state.
   *
   * @param db its number, or {@link #LINK}
   */
  record Change(int db, String from, String to, String reason) {}
}
