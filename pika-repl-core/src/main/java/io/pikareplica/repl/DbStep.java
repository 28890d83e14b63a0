package io.pikareplica.repl;

import io.pikareplica.binlog.BinlogOffset;
import io.pikareplica.repl.DbLink.Sync;
import io.pikareplica.repl.ReplicaEvent.BatchFailed;
import io.pikareplica.repl.ReplicaEvent.DbSyncReply;
import io.pikareplica.repl.ReplicaEvent.Drained;
import io.pikareplica.repl.ReplicaEvent.FullSyncFailed;
import io.pikareplica.repl.ReplicaEvent.FullSyncStaged;
import io.pikareplica.repl.ReplicaEvent.InstallFailed;
import io.pikareplica.repl.ReplicaEvent.Installed;
import io.pikareplica.repl.ReplicaEvent.Reopened;
import io.pikareplica.repl.ReplicaEvent.TrySyncReply;
import io.pikareplica.repl.ReplicaEvent.WrongSession;
import java.util.Optional;

/** The part of {@link ReplicaStateMachine} that decides for one DB; lives for one call. */
final class DbStep {
  private final Step step;
  private final int index;
  private final long connectionId;
  private final String name;
  private ReplState state;
  private Sync sync;
  private int sessionId;
  private long sinceMs;
  private long nextTryMs;
  private int failures;
  private int misfits;
  private long drainId;
  private long syncId;
  private String fullSyncReason;
  private String error;

  DbStep(Step step, int index, long connectionId, DbLink db) {
    this.step = step;
    this.index = index;
    this.connectionId = connectionId;
    name = db.name();
    state = db.state();
    sync = db.sync();
    sessionId = db.sessionId();
    sinceMs = db.sinceMs();
    nextTryMs = db.nextTryMs();
    failures = db.failures();
    misfits = db.misfits();
    drainId = db.drainId();
    syncId = db.syncId();
    fullSyncReason = db.fullSyncReason();
    error = db.error();
  }

  DbLink finish() {
    return new DbLink(
        name,
        state,
        sync,
        sessionId,
        sinceMs,
        nextTryMs,
        failures,
        misfits,
        drainId,
        syncId,
        fullSyncReason,
        error);
  }

  ReplState state() {
    return state;
  }

  boolean isInstalling() {
    return sync == Sync.INSTALLING;
  }

  /** Whether the master owes something since longer than it may. */
  boolean isOverdue() {
    boolean waits =
        state == ReplState.WAIT_REPLY
            || state == ReplState.CONNECTED
            || (state == ReplState.WAIT_DB_SYNC && sync == Sync.FETCHING);
    return waits && step.nowMs - sinceMs > step.policy.silenceMs();
  }

  /** The link is agreed on: start following, unless detached by hand. */
  void activate(String reason) {
    if (state == ReplState.DB_NO_CONNECT) {
      return;
    }
    misfits = 0;
    tryAgain(isFullSyncNeeded() ? fullSyncReason : reason, step.nowMs);
  }

  /** The link is gone. A DB detached by hand stays so. */
  void lost(String reason) {
    leaveStream();
    failures = 0;
    drainId = 0;
    if (state != ReplState.DB_NO_CONNECT) {
      enter(ReplState.NO_CONNECT, reason);
    }
  }

  /** The master is another one, or none. */
  void reset(String reason) {
    leaveStream();
    failures = 0;
    misfits = 0;
    error = "";
    enter(ReplState.NO_CONNECT, reason);
  }

  /** From now on this DB must be fetched whole. */
  void requireFullSync(String reason) {
    fullSyncReason = reason;
    step.act(new ReplicaAction.MarkFullSync(index, reason));
  }

  void tick(long heardMs) {
    switch (state) {
      case TRY_CONNECT, TRY_DB_SYNC -> {
        if (drainId == 0 && step.nowMs >= nextTryMs) {
          drainId = step.newId();
          step.act(new ReplicaAction.Drain(index, drainId));
        }
      }
      case WAIT_REPLY -> {
        if (step.nowMs - sinceMs > step.policy.replyTimeoutMs()) {
          tryAgain("no reply in " + (step.nowMs - sinceMs) + " ms", step.retryAtMs(failures++));
        }
      }
      case WAIT_DB_SYNC -> {
        if (sync == Sync.FETCHING && isSilent(heardMs)) {
          leaveStream();
          tryAgain("master silent", step.retryAtMs(failures++));
        }
      }
      case CONNECTED -> {
        if (isSilent(heardMs)) {
          leaveStream();
          tryAgain("master silent", step.retryAtMs(failures++));
        } else if (step.nowMs - sinceMs >= step.policy.steadyMs()) {
          failures = 0;
          misfits = 0;
          error = "";
        }
      }
      case ERROR -> {
        if (step.nowMs >= nextTryMs) {
          tryAgain("slow retry after: " + error, step.nowMs);
        }
      }
      case NO_CONNECT, DB_NO_CONNECT -> {}
    }
  }

  private boolean isSilent(long heardMs) {
    return step.nowMs - Math.max(heardMs, sinceMs) > step.policy.silenceMs();
  }

  void drained(Drained event) {
    if (drainId == 0 || event.drainId() != drainId) {
      step.ignore("an earlier wait for the worker");
      return;
    }
    drainId = 0;
    // The state goes first: the answer must not find the one before.
    if (state == ReplState.TRY_DB_SYNC) {
      enter(ReplState.WAIT_REPLY, "db sync sent: " + fullSyncReason);
      step.act(new ReplicaAction.SendDbSync(connectionId, index));
    } else {
      enter(ReplState.WAIT_REPLY, "try sync sent");
      step.act(new ReplicaAction.SendTrySync(connectionId, index));
    }
  }

  void trySyncReply(TrySyncReply reply) {
    if (state != ReplState.WAIT_REPLY || isFullSyncNeeded()) {
      step.ignore("no TrySync reply is waited for in " + state);
      return;
    }
    switch (reply.verdict()) {
      case OK -> {
        sessionId = reply.sessionId();
        enter(ReplState.CONNECTED, "try sync agreed, session " + sessionId);
        step.act(new ReplicaAction.NoteFollowed(index));
        step.act(new ReplicaAction.StartStream(connectionId, index, sessionId));
      }
      case SYNC_POINT_BE_PURGED -> fullSync("the master has purged the binlog from here on");
      case SYNC_POINT_LARGER ->
          diverged("our binlog is longer than the master's", reply.masterEnd());
      case ERROR ->
          diverged("the master's binlog has no item border at our offset", reply.masterEnd());
      case REFUSED -> fail("master refused TrySync: " + reply.text());
    }
  }

  void dbSyncReply(DbSyncReply reply) {
    if (state != ReplState.WAIT_REPLY || !isFullSyncNeeded()) {
      step.ignore("no DBSync reply is waited for in " + state);
      return;
    }
    if (!reply.isOk()) {
      fail("master refused DBSync: " + reply.text());
      return;
    }
    sessionId = reply.sessionId();
    sync = Sync.FETCHING;
    syncId = step.newId();
    enter(ReplState.WAIT_DB_SYNC, "db sync agreed, session " + sessionId);
    step.act(new ReplicaAction.AnswerPings(connectionId, index, sessionId));
    step.act(new ReplicaAction.StartFullSync(index, syncId));
  }

  void wrongSession(WrongSession event) {
    boolean isStreaming =
        state == ReplState.CONNECTED || (state == ReplState.WAIT_DB_SYNC && sync == Sync.FETCHING);
    if (!isStreaming || event.sessionId() == sessionId) {
      step.ignore("no other session is waited for in " + state);
      return;
    }
    String reason = "master uses session " + event.sessionId() + ", agreed was " + sessionId;
    leaveStream();
    tryAgain(reason, step.retryAtMs(failures++));
  }

  void batchFailed(BatchFailed event) {
    boolean isDraining = drainId != 0;
    boolean isOfStream =
        event.cause() == ReplicationException.Kind.CONTINUITY
            || event.cause() == ReplicationException.Kind.DIVERGED;
    if (state != ReplState.CONNECTED && (!isDraining || isOfStream)) {
      step.ignore("nothing of that stream counts any more in " + state);
      return;
    }
    leaveStream();
    switch (event.cause()) {
      case DIVERGED -> diverged(event.why(), Optional.empty());
      case CONTINUITY -> {
        if (++misfits >= step.policy.misfitLimit()) {
          diverged("the master's items do not follow ours after " + event.at(), Optional.empty());
        } else {
          tryAgain(event.why(), step.retryAtMs(failures++));
        }
      }
      default -> fail("after " + event.at() + ": " + event.why());
    }
  }

  /** Whatever was agreed on before went by where the DB stood then. */
  void reopened(Reopened event) {
    if (!isFullSyncNeeded()) {
      fullSyncReason = event.fullSyncReason();
    }
    switch (state) {
      case TRY_CONNECT, TRY_DB_SYNC, WAIT_REPLY, CONNECTED, ERROR -> {
        leaveStream();
        tryAgain("opened anew", step.nowMs);
      }
      case WAIT_DB_SYNC, NO_CONNECT, DB_NO_CONNECT -> {}
    }
  }

  void fullSyncStaged(FullSyncStaged event) {
    if (isOtherSync(event.syncId(), Sync.FETCHING)) {
      return;
    }
    sync = Sync.INSTALLING;
    step.act(new ReplicaAction.Install(index, syncId));
  }

  void fullSyncFailed(FullSyncFailed event) {
    if (isOtherSync(event.syncId(), Sync.FETCHING)) {
      return;
    }
    sync = Sync.NONE;
    leaveStream();
    error = event.why();
    if (event.retry()) {
      tryAgain("full sync failed: " + event.why(), step.retryAtMs(failures++));
    } else {
      fail("full sync failed: " + event.why());
    }
  }

  void installed(Installed event) {
    if (isOtherSync(event.syncId(), Sync.INSTALLING)) {
      return;
    }
    sync = Sync.NONE;
    fullSyncReason = "";
    error = "";
    if (state == ReplState.WAIT_DB_SYNC) {
      leaveStream();
      tryAgain("snapshot installed", step.nowMs);
    }
  }

  void installFailed(InstallFailed event) {
    if (isOtherSync(event.syncId(), Sync.INSTALLING)) {
      return;
    }
    sync = Sync.NONE;
    error = "snapshot could not be installed: " + event.why();
    if (state == ReplState.WAIT_DB_SYNC) {
      leaveStream();
      fail(error);
    }
  }

  void slaveOf(DbSlaveOfRequest request) {
    if (request.mode() == DbSlaveOfRequest.Mode.NO_ONE) {
      detach();
      return;
    }
    boolean isIdle =
        state == ReplState.NO_CONNECT
            || state == ReplState.ERROR
            || state == ReplState.DB_NO_CONNECT;
    if (!isIdle || isInstalling()) {
      step.ignore("DBSLAVEOF does nothing in " + state);
      return;
    }
    switch (request.mode()) {
      case FORCE -> requireFullSync("asked for by DBSLAVEOF force");
      case OFFSET -> {
        // Whoever gives an offset vouches for the data too.
        fullSyncReason = "";
        step.act(new ReplicaAction.ResetBinlog(index, request.offset()));
      }
      case FOLLOW, NO_ONE -> {}
    }
    misfits = 0;
    tryAgain("DBSLAVEOF " + request.mode(), step.nowMs);
  }

  private void detach() {
    if (state == ReplState.DB_NO_CONNECT) {
      step.ignore("already detached");
      return;
    }
    leaveStream();
    step.act(new ReplicaAction.SendRemoveSlaveNode(connectionId, index));
    enter(ReplState.DB_NO_CONNECT, "DBSLAVEOF NO ONE");
  }

  private boolean isOtherSync(long id, Sync expected) {
    boolean isOther = sync != expected || id != syncId;
    if (isOther) {
      step.ignore("an earlier full sync");
    }
    return isOther;
  }

  private boolean isFullSyncNeeded() {
    return !fullSyncReason.isEmpty();
  }

  /** What stood on either side is put on record before anything is done about it. */
  void noteDivergence(
      String reason,
      String masterReplicationId,
      Optional<BinlogOffset> masterEnd,
      boolean isStopped) {
    step.act(
        new ReplicaAction.NoteDivergence(
            index, reason, step.replicationId, masterReplicationId, masterEnd, isStopped));
  }

  private void diverged(String reason, Optional<BinlogOffset> masterEnd) {
    boolean isStopped = step.policy.onDivergence() == ReplicaPolicy.OnDivergence.STOP;
    noteDivergence(reason, step.replicationId, masterEnd, isStopped);
    switch (step.policy.onDivergence()) {
      case FULL_SYNC -> fullSync("diverged: " + reason);
      case STOP -> fail("diverged: " + reason);
    }
  }

  /** At once, but slowly when the one before did not lead to a steady connection. */
  private void fullSync(String reason) {
    requireFullSync(reason);
    tryAgain(reason, failures++ == 0 ? step.nowMs : step.errorRetryAtMs());
  }

  private void fail(String why) {
    error = why;
    nextTryMs = step.errorRetryAtMs();
    enter(ReplState.ERROR, why);
  }

  private void tryAgain(String reason, long atMs) {
    nextTryMs = atMs;
    enter(isFullSyncNeeded() ? ReplState.TRY_DB_SYNC : ReplState.TRY_CONNECT, reason);
  }

  /** Nothing that comes for this DB counts any more; a fetch is given up, a swap goes on. */
  private void leaveStream() {
    if (state == ReplState.CONNECTED || state == ReplState.WAIT_DB_SYNC) {
      step.act(new ReplicaAction.StopStream(index));
    }
    if (sync == Sync.FETCHING) {
      sync = Sync.NONE;
      step.act(new ReplicaAction.CancelFullSync(index, syncId));
    }
  }

  private void enter(ReplState next, String reason) {
    if (next != state) {
      step.changes.add(new Transition.Change(index, state.name(), next.name(), reason));
    }
    state = next;
    sinceMs = step.nowMs;
    drainId = 0;
  }
}
