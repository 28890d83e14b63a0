package io.pikareplica.repl;

import io.pikareplica.binlog.BinlogOffset;
import io.pikareplica.repl.ReplicationStatus.Role;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Puts {@link ReplicationStatus} together from what the session has published. Without locks; any
 * thread.
 */
final class StatusView {
  private final ReplConfig config;
  private final List<LocalDb> dbs;
  private final ReplicationStore store;
  private final ReplicaSession session;

  StatusView(ReplConfig config, List<LocalDb> dbs, ReplicationStore store, ReplicaSession session) {
    this.config = config;
    this.dbs = List.copyOf(dbs);
    this.store = store;
    this.session = session;
  }

  /**
   * @param master who is followed; empty on a master
   */
  ReplicationStatus status(
      Role role,
      Optional<HostPort> master,
      ReplSettings settings,
      List<ReplicationStatus.Replica> replicas) {
    ReplicaState state = session.state();
    String refusal = role == Role.MASTER ? "" : ineligibleReason(state);
    return new ReplicationStatus(
        role,
        state.replicationId(),
        master.map(address -> master(address, state)),
        dbs(role, state),
        replicas,
        refusal.isEmpty(),
        refusal,
        settings.priority(),
        role == Role.SLAVE,
        settings.announced(),
        store.content().fileSizeBytes().orElse(config.binlogFileSizeBytes()),
        settings.expireLogsNums());
  }

  private ReplicationStatus.Master master(HostPort address, ReplicaState state) {
    long nowMs = session.nowMs();
    boolean isOpen =
        state.phase() != ReplicaState.Phase.IDLE && state.phase() != ReplicaState.Phase.CONNECTING;
    boolean isUp = session.isUp();
    return new ReplicationStatus.Master(
        address,
        state.link(),
        isUp,
        isOpen ? Math.max(0, nowMs - session.link().heardMs()) / 1000 : -1,
        isUp ? 0 : session.clock().downSeconds(nowMs),
        state.error());
  }

  private List<ReplicationStatus.Db> dbs(Role role, ReplicaState state) {
    List<ReplicationStatus.Db> result = new ArrayList<>(dbs.size());
    for (int i = 0; i < dbs.size(); i++) {
      LocalDb db = dbs.get(i);
      DbLink link = state.dbs().get(i);
      // Applied first: what is read later can only be further on.
      BinlogOffset applied = db.applied();
      BinlogOffset received = db.received();
      String failure = db.failure().map(Throwable::getMessage).orElse("");
      result.add(
          new ReplicationStatus.Db(
              db.name(),
              shown(role, link),
              received,
              applied,
              db.firstRetained(),
              role == Role.MASTER ? Optional.empty() : session.fullSyncs().progress(i),
              db.safetyPurge(),
              failure.isEmpty() && role == Role.SLAVE ? link.error() : failure));
    }
    return result;
  }

  /**
   * While the link is lost, what this DB will try once it is back: a DB that was in sync does not
   * fall back to looking as if it never had been (spec sentinel-info §4.6 b).
   */
  private ReplState shown(Role role, DbLink link) {
    if (role == Role.MASTER
        || link.state() != ReplState.NO_CONNECT
        || !store.content().attached()) {
      return link.state();
    }
    return link.mustFullSync() ? ReplState.TRY_DB_SYNC : ReplState.TRY_CONNECT;
  }

  /** Spec sentinel-info §5.4: every DB holds a consistent image of a history it was attached to. */
  private String ineligibleReason(ReplicaState state) {
    if (state.isDiverged()) {
      return state.error();
    }
    for (int i = 0; i < dbs.size(); i++) {
      DbLink link = state.dbs().get(i);
      Optional<ReplicationException> failure = dbs.get(i).failure();
      String why =
          failure.isPresent()
              ? failure.get().getMessage()
              : link.mustFullSync() ? "full sync needed: " + link.fullSyncReason() : link.error();
      if (link.state() == ReplState.DB_NO_CONNECT) {
        why = "detached by DBSLAVEOF";
      }
      if (!why.isEmpty()) {
        return link.name() + ": " + why;
      }
    }
    if (!store.content().attached()) {
      return "never in sync with this history";
    }
    return session.fileSize().isSettled() ? "" : "the master's binlog-file-size is not known yet";
  }
}
