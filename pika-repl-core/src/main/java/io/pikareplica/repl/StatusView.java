package io.pikareplica.repl;

import io.pikareplica.binlog.BinlogOffset;
import io.pikareplica.repl.ReplicationStatus.Role;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Puts {@link ReplicationStatus} together from what the session has published. Without locks; any
 * thread.
 */
final class StatusView {
  private static final OffsetTracker.Reach NOWHERE =
      new OffsetTracker.Reach(BinlogOffset.ZERO, BinlogOffset.ZERO);

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

  ReplicationStatus status(ReplSettings settings, List<ReplicationStatus.Replica> replicas) {
    // Each once: what is read later may already be of another moment.
    ReplicaSession.Situation now = session.situation();
    ReplicationStore.Content stored = store.content();
    boolean isMaster = now.role() == Role.MASTER;
    OptionalLong fileSize = isMaster ? OptionalLong.empty() : stored.fileSizeBytes();
    boolean isUp = session.isUp(now.state());
    String refusal = isMaster ? "" : ineligibleReason(now.state(), isUp, stored);
    return new ReplicationStatus(
        now.role(),
        now.state().replicationId(),
        now.master().map(address -> master(address, now, isUp, settings)),
        dbs(now, stored),
        replicas,
        refusal.isEmpty(),
        refusal,
        settings.priority(),
        !isMaster,
        settings.announced(),
        fileSize.orElse(config.binlogFileSizeBytes()),
        isMaster ? ReplicationStatus.FileSizeSource.OWN : session.fileSize().source(),
        settings.offsetOrder(),
        settings.expireLogsNums());
  }

  private ReplicationStatus.Master master(
      HostPort address, ReplicaSession.Situation now, boolean isUp, ReplSettings settings) {
    ReplicaState state = now.state();
    long nowMs = session.nowMs();
    boolean isOpen =
        state.phase() != ReplicaState.Phase.IDLE && state.phase() != ReplicaState.Phase.CONNECTING;
    return new ReplicationStatus.Master(
        address,
        state.link(),
        isUp,
        isOpen ? Math.max(0, nowMs - session.link().heardMs()) / 1000 : -1,
        // the session notices within a tick what is true already
        now.clock()
            .next(isUp, nowMs, session.link().heardMs())
            .downSeconds(nowMs, settings.linkDownClock()),
        state.error());
  }

  private List<ReplicationStatus.Db> dbs(
      ReplicaSession.Situation now, ReplicationStore.Content stored) {
    boolean isMaster = now.role() == Role.MASTER;
    List<ReplicationStatus.Db> result = new ArrayList<>(dbs.size());
    for (int i = 0; i < dbs.size(); i++) {
      LocalDb db = dbs.get(i);
      DbLink link = now.state().dbs().get(i);
      // What will be replaced is at no offset of this master's: unknown counts as nothing.
      boolean isUnknown = !isMaster && link.mustFullSync();
      OffsetTracker.Reach reach = isUnknown ? NOWHERE : db.reach();
      String failure = db.failure().map(Throwable::getMessage).orElse("");
      result.add(
          new ReplicationStatus.Db(
              db.name(),
              isMaster ? link.state() : shown(link, stored),
              reach.received(),
              reach.applied(),
              isUnknown ? BinlogOffset.ZERO : db.firstRetained(),
              isMaster ? Optional.empty() : session.fullSyncs().progress(i),
              isUnknown ? "none" : db.safetyPurge(),
              !failure.isEmpty(),
              failure.isEmpty() && !isMaster ? link.error() : failure,
              db.lastDivergence()));
    }
    return result;
  }

  /**
   * While the link is lost, what this DB will try once it is back: a DB that was in sync does not
   * fall back to looking as if it never had been (spec sentinel-info §4.6 b).
   */
  private static ReplState shown(DbLink link, ReplicationStore.Content stored) {
    if (link.state() != ReplState.NO_CONNECT || !stored.attached()) {
      return link.state();
    }
    return link.mustFullSync() ? ReplState.TRY_DB_SYNC : ReplState.TRY_CONNECT;
  }

  /** Spec sentinel-info §5.4: every DB holds a consistent image of a history it was attached to. */
  private String ineligibleReason(
      ReplicaState state, boolean isUp, ReplicationStore.Content stored) {
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
    // the link is up a moment before the disk knows that it was
    if (!stored.attached() && !isUp) {
      return "never in sync with this history";
    }
    return session.fileSize().isSettled(state.link() == LinkState.META_SYNC_DONE)
        ? ""
        : "the master's binlog-file-size is not known yet";
  }
}
