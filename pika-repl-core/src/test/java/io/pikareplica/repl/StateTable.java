package io.pikareplica.repl;

import io.pikareplica.binlog.BinlogOffset;
import io.pikareplica.repl.DbLink.Sync;
import io.pikareplica.repl.ReplicaEvent.BatchFailed;
import io.pikareplica.repl.ReplicaEvent.Connected;
import io.pikareplica.repl.ReplicaEvent.DbSlaveOf;
import io.pikareplica.repl.ReplicaEvent.DbSyncReply;
import io.pikareplica.repl.ReplicaEvent.Disconnected;
import io.pikareplica.repl.ReplicaEvent.Drained;
import io.pikareplica.repl.ReplicaEvent.FullSyncFailed;
import io.pikareplica.repl.ReplicaEvent.FullSyncStaged;
import io.pikareplica.repl.ReplicaEvent.InstallFailed;
import io.pikareplica.repl.ReplicaEvent.Installed;
import io.pikareplica.repl.ReplicaEvent.Kind;
import io.pikareplica.repl.ReplicaEvent.MetaSyncReply;
import io.pikareplica.repl.ReplicaEvent.MetaSyncReply.Code;
import io.pikareplica.repl.ReplicaEvent.MetaSyncReply.DbInfo;
import io.pikareplica.repl.ReplicaEvent.ProtocolError;
import io.pikareplica.repl.ReplicaEvent.Reopened;
import io.pikareplica.repl.ReplicaEvent.SettingsChanged;
import io.pikareplica.repl.ReplicaEvent.SlaveOf;
import io.pikareplica.repl.ReplicaEvent.SlaveOfNoOne;
import io.pikareplica.repl.ReplicaEvent.Tick;
import io.pikareplica.repl.ReplicaEvent.TrySyncReply;
import io.pikareplica.repl.ReplicaEvent.TrySyncReply.Verdict;
import io.pikareplica.repl.ReplicaEvent.WrongSession;
import io.pikareplica.repl.ReplicaState.Phase;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** Every state and every event of the state machine, by name: the axes of its table. */
final class StateTable {
  static final long NOW = 1_000_000;
  static final HostPort MASTER = new HostPort("10.0.0.1", 9221);
  static final String HISTORY = "a".repeat(50);
  static final String OTHER_HISTORY = "b".repeat(50);
  static final BinlogOffset AT = new BinlogOffset(3, 1024);

  /** Of the current connection, drain and full sync; one less is an earlier one's. */
  private static final long CONNECTION = 8;

  private static final long DRAIN = 6;
  private static final long SYNC = 4;
  private static final int SESSION = 7;
  private static final Optional<BinlogOffset> NO_END = Optional.empty();

  private StateTable() {}

  /** By phase of the link; where it is followed also by state of the DB. */
  static Map<String, ReplicaState> states() {
    Map<String, ReplicaState> states = new LinkedHashMap<>();
    DbLink idle = db(ReplState.NO_CONNECT, Sync.NONE, 0, "");
    states.put("none", link(LinkState.NO_CONNECT, Phase.IDLE, idle));
    for (Phase phase : List.of(Phase.IDLE, Phase.CONNECTING, Phase.OPEN, Phase.WAIT_META_SYNC)) {
      states.put("sync." + phase, link(LinkState.SHOULD_META_SYNC, phase, idle));
      states.put("error." + phase, link(LinkState.ERROR, phase, idle));
    }
    states.put("sync.IDLE.installing", idleWith(ReplState.NO_CONNECT, Sync.INSTALLING));
    states.put("sync.IDLE.detached", idleWith(ReplState.DB_NO_CONNECT, Sync.NONE));
    states.put("TRY_CONNECT", following(ReplState.TRY_CONNECT, Sync.NONE, 0, ""));
    states.put("TRY_CONNECT.draining", following(ReplState.TRY_CONNECT, Sync.NONE, DRAIN, ""));
    states.put("TRY_DB_SYNC", following(ReplState.TRY_DB_SYNC, Sync.NONE, 0, "why"));
    states.put("TRY_DB_SYNC.draining", following(ReplState.TRY_DB_SYNC, Sync.NONE, DRAIN, "why"));
    states.put("WAIT_REPLY.try", following(ReplState.WAIT_REPLY, Sync.NONE, 0, ""));
    states.put("WAIT_REPLY.db", following(ReplState.WAIT_REPLY, Sync.NONE, 0, "why"));
    states.put("WAIT_DB_SYNC.fetching", following(ReplState.WAIT_DB_SYNC, Sync.FETCHING, 0, "why"));
    states.put(
        "WAIT_DB_SYNC.installing", following(ReplState.WAIT_DB_SYNC, Sync.INSTALLING, 0, "why"));
    states.put("CONNECTED", following(ReplState.CONNECTED, Sync.NONE, 0, ""));
    states.put("ERROR", following(ReplState.ERROR, Sync.NONE, 0, ""));
    states.put("ERROR.full", following(ReplState.ERROR, Sync.NONE, 0, "why"));
    states.put("DB_NO_CONNECT", following(ReplState.DB_NO_CONNECT, Sync.NONE, 0, ""));
    states.put(
        "DB_NO_CONNECT.installing", following(ReplState.DB_NO_CONNECT, Sync.INSTALLING, 0, "why"));
    states.put("CONNECTED.misfits", withMisfits(states.get("CONNECTED")));
    for (String name : List.of("sync.WAIT_META_SYNC", "WAIT_REPLY.try", "CONNECTED.misfits")) {
      states.put(name + ".stop", thatStops(states.get(name)));
    }
    states.put("sync.WAIT_META_SYNC.stop.force", forced(states.get("sync.WAIT_META_SYNC.stop")));
    return states;
  }

  /** One more item that does not follow is a divergence. */
  private static ReplicaState withMisfits(ReplicaState s) {
    DbLink db = s.dbs().get(0);
    int misfits = s.policy().misfitLimit() - 1;
    return withDb(
        s,
        new DbLink(
            db.name(),
            db.state(),
            db.sync(),
            db.sessionId(),
            db.sinceMs(),
            db.nextTryMs(),
            db.failures(),
            misfits,
            db.drainId(),
            db.syncId(),
            db.fullSyncReason(),
            db.error()));
  }

  private static ReplicaState withDb(ReplicaState s, DbLink db) {
    return copy(s, s.policy(), s.forceFullSync(), db);
  }

  /** With {@code on-divergence : stop}. */
  private static ReplicaState thatStops(ReplicaState s) {
    ReplSettings d = ReplSettings.DEFAULT;
    ReplicaPolicy stop =
        s.policy()
            .with(
                new ReplSettings(
                    d.masterAuth(),
                    d.announceHost(),
                    d.announcePort(),
                    d.priority(),
                    d.announced(),
                    d.replTimeoutMs(),
                    d.throttleBytesPerSecond(),
                    d.rsyncTimeoutMs(),
                    d.expireLogsNums(),
                    d.expireLogsDays(),
                    ReplicaPolicy.OnDivergence.STOP,
                    d.divergenceKeep(),
                    d.pingReplicaMs(),
                    d.linkDownClock(),
                    d.offsetOrder()));
    return copy(s, stop, s.forceFullSync(), s.dbs().get(0));
  }

  /** After SLAVEOF force. */
  private static ReplicaState forced(ReplicaState s) {
    return copy(s, s.policy(), true, s.dbs().get(0));
  }

  private static ReplicaState copy(
      ReplicaState s, ReplicaPolicy policy, boolean forceFullSync, DbLink db) {
    return new ReplicaState(
        policy,
        s.instances(),
        s.link(),
        s.phase(),
        s.master(),
        forceFullSync,
        s.replicationId(),
        s.connectionId(),
        s.timerMs(),
        s.failures(),
        s.error(),
        s.isDiverged(),
        s.lastId(),
        s.seed(),
        List.of(db));
  }

  private static ReplicaState idleWith(ReplState state, Sync sync) {
    String reason = sync == Sync.INSTALLING ? "why" : "";
    return link(LinkState.SHOULD_META_SYNC, Phase.IDLE, db(state, sync, 0, reason));
  }

  private static ReplicaState following(ReplState state, Sync sync, long drainId, String reason) {
    return link(LinkState.META_SYNC_DONE, Phase.FOLLOWING, db(state, sync, drainId, reason));
  }

  private static DbLink db(ReplState state, Sync sync, long drainId, String fullSyncReason) {
    String error = state == ReplState.ERROR ? "trouble" : "";
    long timer = NOW + 1;
    return new DbLink(
        "db0", state, sync, SESSION, NOW, timer, 0, 0, drainId, SYNC, fullSyncReason, error);
  }

  private static ReplicaState link(LinkState link, Phase phase, DbLink db) {
    return new ReplicaState(
        ReplicaPolicy.DEFAULT,
        3,
        link,
        phase,
        link == LinkState.NO_CONNECT ? Optional.empty() : Optional.of(MASTER),
        false,
        HISTORY,
        phase == Phase.IDLE ? 0 : CONNECTION,
        NOW + 1,
        0,
        link == LinkState.ERROR ? "trouble" : "",
        false,
        CONNECTION,
        42,
        List.of(db));
  }

  /** An event, and how much later than {@link #NOW} it comes. */
  record Case(ReplicaEvent event, long afterMs) {}

  static Map<String, Case> events() {
    Map<String, Case> events = new LinkedHashMap<>();
    for (Kind kind : Kind.values()) {
      Map<String, ReplicaEvent> variants = variants(kind);
      variants.forEach(
          (name, event) ->
              events.put(
                  (kind + " " + name).trim(), new Case(event, name.contains("late") ? 30_000 : 0)));
    }
    return events;
  }

  /** Exhaustive by the compiler: an event that is added must be put into the table. */
  private static Map<String, ReplicaEvent> variants(Kind kind) {
    List<DbInfo> dbs = List.of(new DbInfo("db0", OptionalInt.of(3)));
    return switch (kind) {
      case SLAVE_OF ->
          ordered(
              "same", new SlaveOf(MASTER, false),
              "other", new SlaveOf(new HostPort("10.0.0.9", 9221), false),
              "same force", new SlaveOf(MASTER, true));
      case SLAVE_OF_NO_ONE -> ordered("", new SlaveOfNoOne());
      case DB_SLAVE_OF ->
          ordered(
              "follow", dbSlaveOf(DbSlaveOfRequest.Mode.FOLLOW),
              "force", dbSlaveOf(DbSlaveOfRequest.Mode.FORCE),
              "offset", new DbSlaveOf(0, DbSlaveOfRequest.from(AT)),
              "no one", dbSlaveOf(DbSlaveOfRequest.Mode.NO_ONE));
      case SETTINGS_CHANGED -> ordered("", new SettingsChanged(ReplicaPolicy.DEFAULT));
      case TICK ->
          ordered(
              "early", new Tick(NOW, List.of(NOW)),
              "late, heard", new Tick(NOW + 30_000, List.of(NOW + 30_000)),
              "late, db silent", new Tick(NOW + 30_000, List.of(NOW)),
              "late, all silent", new Tick(NOW, List.of(NOW)));
      case CONNECTED ->
          ordered("", new Connected(CONNECTION), "stale", new Connected(CONNECTION - 1));
      case DISCONNECTED ->
          ordered(
              "", new Disconnected(CONNECTION, "closed"),
              "stale", new Disconnected(CONNECTION - 1, "closed"));
      case PROTOCOL_ERROR ->
          ordered(
              "", new ProtocolError(CONNECTION, "empty frame"),
              "stale", new ProtocolError(CONNECTION - 1, "empty frame"));
      case META_SYNC_REPLY ->
          ordered(
              "ok", new MetaSyncReply(CONNECTION, Code.OK, "", dbs, HISTORY),
              "other history", new MetaSyncReply(CONNECTION, Code.OK, "", dbs, OTHER_HISTORY),
              "no history", new MetaSyncReply(CONNECTION, Code.OK, "", dbs, ""),
              "other dbs", new MetaSyncReply(CONNECTION, Code.OK, "", List.of(), HISTORY),
              "refused", new MetaSyncReply(CONNECTION, Code.REFUSED, "no", List.of(), ""),
              "busy", new MetaSyncReply(CONNECTION, Code.BUSY, "exists", List.of(), ""),
              "stale", new MetaSyncReply(CONNECTION - 1, Code.OK, "", dbs, HISTORY));
      case TRY_SYNC_REPLY ->
          ordered(
              "ok", new TrySyncReply(CONNECTION, 0, Verdict.OK, "", SESSION, NO_END),
              "purged",
                  new TrySyncReply(CONNECTION, 0, Verdict.SYNC_POINT_BE_PURGED, "", 0, NO_END),
              "larger",
                  new TrySyncReply(
                      CONNECTION, 0, Verdict.SYNC_POINT_LARGER, "", 0, Optional.of(AT)),
              "error", new TrySyncReply(CONNECTION, 0, Verdict.ERROR, "", 0, NO_END),
              "refused", new TrySyncReply(CONNECTION, 0, Verdict.REFUSED, "no", 0, NO_END),
              "stale", new TrySyncReply(CONNECTION - 1, 0, Verdict.OK, "", SESSION, NO_END));
      case DB_SYNC_REPLY ->
          ordered(
              "ok", new DbSyncReply(CONNECTION, 0, true, "", SESSION),
              "refused", new DbSyncReply(CONNECTION, 0, false, "no", 0),
              "stale", new DbSyncReply(CONNECTION - 1, 0, true, "", SESSION));
      case WRONG_SESSION ->
          ordered(
              "", new WrongSession(CONNECTION, 0, SESSION + 1),
              "agreed since", new WrongSession(CONNECTION, 0, SESSION),
              "stale", new WrongSession(CONNECTION - 1, 0, SESSION + 1));
      case DRAINED -> ordered("", new Drained(0, DRAIN), "stale", new Drained(0, DRAIN - 1));
      case REOPENED ->
          ordered("", new Reopened(0, ""), "must be fetched", new Reopened(0, "binlog lost"));
      case BATCH_FAILED ->
          ordered(
              "misfit", new BatchFailed(0, ReplicationException.Kind.CONTINUITY, "misfit", AT),
              "other item", new BatchFailed(0, ReplicationException.Kind.DIVERGED, "other", AT),
              "apply", new BatchFailed(0, ReplicationException.Kind.APPLY, "bad item", AT),
              "storage", new BatchFailed(0, ReplicationException.Kind.STORAGE, "disk full", AT));
      case FULL_SYNC_STAGED ->
          ordered("", new FullSyncStaged(0, SYNC), "stale", new FullSyncStaged(0, SYNC - 1));
      case FULL_SYNC_FAILED ->
          ordered(
              "retry", new FullSyncFailed(0, SYNC, "reset", true),
              "no retry", new FullSyncFailed(0, SYNC, "bad files", false),
              "stale", new FullSyncFailed(0, SYNC - 1, "reset", true));
      case INSTALLED -> ordered("", new Installed(0, SYNC), "stale", new Installed(0, SYNC - 1));
      case INSTALL_FAILED ->
          ordered(
              "", new InstallFailed(0, SYNC, "no room"),
              "stale", new InstallFailed(0, SYNC - 1, "no room"));
    };
  }

  private static DbSlaveOf dbSlaveOf(DbSlaveOfRequest.Mode mode) {
    return new DbSlaveOf(0, DbSlaveOfRequest.of(mode));
  }

  private static Map<String, ReplicaEvent> ordered(Object... namesAndEvents) {
    Map<String, ReplicaEvent> map = new LinkedHashMap<>();
    for (int i = 0; i < namesAndEvents.length; i += 2) {
      map.put((String) namesAndEvents[i], (ReplicaEvent) namesAndEvents[i + 1]);
    }
    return map;
  }
}
