package io.pikareplica.repl;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Everything that {@link ReplicaStateMachine} decides by. Immutable.
 *
 * @param instances our {@code db-instance-num}; the master's must be the same
 * @param master whom to follow; empty on a master
 * @param forceFullSync whether the next MetaSync leads to a full sync in any case
 * @param replicationId the history that data and binlogs belong to; empty for none yet
 * @param connectionId of the connection that is being made or open; 0 for none
 * @param timerMs when {@code phase} is over: the end of a wait, or the time of the next try
 * @param failures to get as far as MetaSync, in a row
 * @param error what a person must know about the link; empty for nothing
 * @param isDiverged whether the master's replication id is another one and policy says stop
 * @param lastId the last id given to a connection, drain or full sync
 * @param seed of the jitter
 * @param dbs in the order of their numbers
 */
record ReplicaState(
    ReplicaPolicy policy,
    int instances,
    LinkState link,
    Phase phase,
    Optional<HostPort> master,
    boolean forceFullSync,
    String replicationId,
    long connectionId,
    long timerMs,
    int failures,
    String error,
    boolean isDiverged,
    long lastId,
    long seed,
    List<DbLink> dbs) {

  /** How far the connection is. */
  enum Phase {
    /** None; {@code timerMs} says when to try again. */
    IDLE,
    CONNECTING,
    /** Open, MetaSync was put off by the master; {@code timerMs} says when to ask again. */
    OPEN,
    WAIT_META_SYNC,
    /** Open and agreed on. */
    FOLLOWING
  }

  ReplicaState {
    dbs = List.copyOf(dbs);
  }

  /**
   * A node that follows nobody yet.
   *
   * @param fullSyncReasons per DB why it must be fetched whole, empty when it need not
   */
  static ReplicaState initial(
      ReplicaPolicy policy,
      int instances,
      String replicationId,
      List<String> fullSyncReasons,
      long seed) {
    List<DbLink> dbs = new ArrayList<>();
    for (int i = 0; i < fullSyncReasons.size(); i++) {
      dbs.add(DbLink.initial("db" + i, fullSyncReasons.get(i)));
    }
    return new ReplicaState(
        policy,
        instances,
        LinkState.NO_CONNECT,
        Phase.IDLE,
        Optional.empty(),
        false,
        replicationId,
        0,
        0,
        0,
        "",
        false,
        0,
        seed,
        dbs);
  }

  /** The same, of another history. */
  ReplicaState withReplicationId(String id) {
    return new ReplicaState(
        policy,
        instances,
        link,
        phase,
        master,
        forceFullSync,
        id,
        connectionId,
        timerMs,
        failures,
        error,
        isDiverged,
        lastId,
        seed,
        dbs);
  }

  /** Every DB is followed: what {@code master_link_status:up} means. */
  boolean isUp() {
    return link == LinkState.META_SYNC_DONE
        && dbs.stream().allMatch(db -> db.state() == ReplState.CONNECTED);
  }
}
