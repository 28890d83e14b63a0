package io.pikareplica.repl;

import io.pikareplica.repl.ReplicaEvent.Connected;
import io.pikareplica.repl.ReplicaEvent.DbSlaveOf;
import io.pikareplica.repl.ReplicaEvent.Disconnected;
import io.pikareplica.repl.ReplicaEvent.MetaSyncReply;
import io.pikareplica.repl.ReplicaEvent.ProtocolError;
import io.pikareplica.repl.ReplicaEvent.SettingsChanged;
import io.pikareplica.repl.ReplicaEvent.SlaveOf;
import io.pikareplica.repl.ReplicaEvent.Tick;
import io.pikareplica.repl.ReplicaState.Phase;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;

/** The part of {@link ReplicaStateMachine} that decides for the link; lives for one call. */
final class LinkStep {
  private final ReplicaState before;
  private final Step step;
  private final List<DbStep> dbs = new ArrayList<>();
  private LinkState link;
  private Phase phase;
  private Optional<HostPort> master;
  private boolean forceFullSync;
  private String replicationId;
  private long connectionId;
  private long timerMs;
  private int failures;
  private String error;
  private boolean isDiverged;

  LinkStep(ReplicaState state, long nowMs) {
    before = state;
    step = new Step(state, nowMs);
    link = state.link();
    phase = state.phase();
    master = state.master();
    forceFullSync = state.forceFullSync();
    replicationId = state.replicationId();
    connectionId = state.connectionId();
    timerMs = state.timerMs();
    failures = state.failures();
    error = state.error();
    isDiverged = state.isDiverged();
    for (int i = 0; i < state.dbs().size(); i++) {
      dbs.add(new DbStep(step, i, connectionId, state.dbs().get(i)));
    }
  }

  Transition finish() {
    if (!step.ignored.isEmpty()) {
      return new Transition(before, List.of(), List.of(), step.ignored);
    }
    ReplicaState after =
        new ReplicaState(
            step.policy,
            before.instances(),
            link,
            phase,
            master,
            forceFullSync,
            replicationId,
            connectionId,
            timerMs,
            failures,
            error,
            isDiverged,
            step.lastId,
            step.seed,
            dbs.stream().map(DbStep::finish).toList());
    return new Transition(after, step.actions, step.changes, "");
  }

  DbStep db(int index) {
    return dbs.get(index);
  }

  /** Whether an answer belongs to the connection that is followed; else the event is ignored. */
  boolean isOnConnection(long id) {
    boolean is = phase == Phase.FOLLOWING && id == connectionId;
    if (!is) {
      step.ignore("not the connection that is followed");
    }
    return is;
  }

  void slaveOf(SlaveOf event) {
    boolean isSame = master.equals(Optional.of(event.master()));
    if (isSame && !event.force() && link != LinkState.ERROR) {
      step.ignore("already follows " + event.master());
      return;
    }
    String reason = "SLAVEOF " + event.master() + (event.force() ? " force" : "");
    leave(reason);
    master = Optional.of(event.master());
    forceFullSync = event.force();
    enter(LinkState.SHOULD_META_SYNC, reason);
  }

  void slaveOfNoOne() {
    if (master.isEmpty()) {
      step.ignore("follows nobody");
      return;
    }
    leave("SLAVEOF NO ONE");
    master = Optional.empty();
    forceFullSync = false;
    enter(LinkState.NO_CONNECT, "SLAVEOF NO ONE");
  }

  private void leave(String reason) {
    close();
    dbs.forEach(db -> db.reset(reason));
    phase = Phase.IDLE;
    timerMs = step.nowMs;
    failures = 0;
    error = "";
    isDiverged = false;
  }

  void dbSlaveOf(DbSlaveOf event) {
    if (link != LinkState.META_SYNC_DONE) {
      step.ignore("Not currently a slave");
      return;
    }
    db(event.db()).slaveOf(event.request());
  }

  void settingsChanged(SettingsChanged event) {
    step.policy = event.policy();
    if (link == LinkState.ERROR && phase == Phase.IDLE) {
      // The password may be what has changed.
      timerMs = step.nowMs;
    }
  }

  void tick(Tick event) {
    boolean isDue = step.nowMs >= timerMs;
    switch (phase) {
      case IDLE -> {
        // A swap that is under way ends first: it belongs to what was agreed on before.
        if (master.isPresent() && isDue && dbs.stream().noneMatch(DbStep::isInstalling)) {
          connectionId = step.newId();
          phase = Phase.CONNECTING;
          timerMs = step.nowMs + step.policy.connectTimeoutMs();
          step.act(new ReplicaAction.Connect(connectionId, master.orElseThrow()));
        }
      }
      case CONNECTING -> {
        if (isDue) {
          giveUp("no connection in " + step.policy.connectTimeoutMs() + " ms");
        }
      }
      case OPEN -> {
        if (isDue) {
          askForMetaSync();
        }
      }
      case WAIT_META_SYNC -> {
        if (isDue) {
          giveUp("no MetaSync reply in " + step.policy.metaSyncTimeoutMs() + " ms");
        }
      }
      case FOLLOWING -> follow(event);
    }
  }

  private void follow(Tick event) {
    boolean isSilent = step.nowMs - event.heardMs() > step.policy.silenceMs();
    if (isSilent && dbs.stream().anyMatch(DbStep::isOverdue)) {
      giveUp("nothing heard for " + (step.nowMs - event.heardMs()) + " ms");
      return;
    }
    for (int i = 0; i < dbs.size(); i++) {
      dbs.get(i).tick(event.dbHeardMs().get(i));
    }
  }

  void connected(Connected event) {
    if (phase != Phase.CONNECTING || event.connectionId() != connectionId) {
      step.ignore("not the connection that is being made");
      return;
    }
    askForMetaSync();
  }

  private void askForMetaSync() {
    phase = Phase.WAIT_META_SYNC;
    timerMs = step.nowMs + step.policy.metaSyncTimeoutMs();
    step.act(new ReplicaAction.SendMetaSync(connectionId));
  }

  void disconnected(Disconnected event) {
    if (isOtherConnection(event.connectionId())) {
      return;
    }
    connectionId = 0;
    lost(event.why());
  }

  void protocolError(ProtocolError event) {
    if (isOtherConnection(event.connectionId())) {
      return;
    }
    fail("master " + master.orElseThrow() + ": " + event.why());
  }

  private boolean isOtherConnection(long id) {
    boolean isOther = connectionId == 0 || id != connectionId;
    if (isOther) {
      step.ignore("an earlier connection");
    }
    return isOther;
  }

  void metaSyncReply(MetaSyncReply reply) {
    if (phase != Phase.WAIT_META_SYNC || reply.connectionId() != connectionId) {
      step.ignore("no MetaSync reply is waited for");
      return;
    }
    switch (reply.code()) {
      case OK -> agree(reply);
      case REFUSED ->
          fail(
              "master "
                  + master.orElseThrow()
                  + " refused MetaSync: "
                  + reply.text()
                  + "; check masterauth");
      case BUSY -> askAgain("master put MetaSync off: " + reply.text());
    }
  }

  private void agree(MetaSyncReply reply) {
    String mismatch = structureMismatch(reply.dbs());
    if (!mismatch.isEmpty()) {
      fail(mismatch);
      return;
    }
    if (reply.replicationId().isEmpty()) {
      askAgain("master has no replication id yet");
      return;
    }
    boolean isOther = !replicationId.equals(reply.replicationId());
    String reason = forceFullSync ? "asked for by SLAVEOF force" : "";
    if (isOther && replicationId.isEmpty()) {
      reason = "first sync with history " + reply.replicationId();
    } else if (isOther) {
      reason = "diverged: master's history " + reply.replicationId() + ", ours " + replicationId;
      boolean isStopped =
          !forceFullSync && step.policy.onDivergence() == ReplicaPolicy.OnDivergence.STOP;
      for (DbStep db : dbs) {
        db.noteDivergence(
            "another replication id", reply.replicationId(), Optional.empty(), isStopped);
      }
      if (isStopped) {
        fail(reason);
        isDiverged = true;
        return;
      }
    }
    if (!reason.isEmpty()) {
      String why = reason;
      dbs.forEach(db -> db.requireFullSync(why));
    }
    if (isOther) {
      // After the marks: a crash in between must not leave the new history with the old data (W-5).
      replicationId = reply.replicationId();
      step.act(new ReplicaAction.AdoptLineage(replicationId));
    }
    forceFullSync = false;
    isDiverged = false;
    failures = 0;
    error = "";
    phase = Phase.FOLLOWING;
    enter(LinkState.META_SYNC_DONE, "meta sync agreed");
    dbs.forEach(db -> db.activate("meta sync agreed"));
  }

  /** a 3.5.x master does not say its instances, which is a mismatch and not an error. */
  private String structureMismatch(List<MetaSyncReply.DbInfo> theirs) {
    String ours =
        before.dbs().stream()
            .map(db -> db.name() + "(" + before.instances() + ")")
            .sorted()
            .collect(Collectors.joining(" "));
    String master =
        theirs.stream()
            .map(db -> db.name() + "(" + text(db.instances()) + ")")
            .sorted()
            .collect(Collectors.joining(" "));
    return ours.equals(master)
        ? ""
        : "db structure mismatch: master has "
            + (master.isEmpty() ? "none" : master)
            + ", here "
            + ours
            + "; make databases and db-instance-num equal";
  }

  private static String text(OptionalInt instances) {
    return instances.isPresent() ? Integer.toString(instances.getAsInt()) : "unknown";
  }

  private void askAgain(String reason) {
    phase = Phase.OPEN;
    timerMs = step.retryAtMs(failures++);
    step.changes.add(new Transition.Change(Transition.LINK, link.name(), link.name(), reason));
  }

  private void giveUp(String reason) {
    close();
    lost(reason);
  }

  private void close() {
    if (connectionId != 0) {
      step.act(new ReplicaAction.Disconnect(connectionId));
      connectionId = 0;
    }
  }

  private void lost(String reason) {
    dbs.forEach(db -> db.lost(reason));
    phase = Phase.IDLE;
    boolean isError = link == LinkState.ERROR;
    timerMs = isError ? step.errorRetryAtMs() : step.retryAtMs(failures++);
    enter(isError ? LinkState.ERROR : LinkState.SHOULD_META_SYNC, reason);
  }

  /** The link is of no use as things are; tried again slowly. */
  private void fail(String why) {
    close();
    dbs.forEach(db -> db.lost(why));
    phase = Phase.IDLE;
    timerMs = step.errorRetryAtMs();
    error = why;
    enter(LinkState.ERROR, why);
  }

  private void enter(LinkState next, String reason) {
    step.changes.add(new Transition.Change(Transition.LINK, link.name(), next.name(), reason));
    link = next;
  }
}
