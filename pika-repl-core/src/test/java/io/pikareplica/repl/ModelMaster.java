package io.pikareplica.repl;

import static org.assertj.core.api.Assertions.assertThat;

import io.pikareplica.binlog.BinlogOffset;
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
import io.pikareplica.repl.ReplicaEvent.MetaSyncReply;
import io.pikareplica.repl.ReplicaEvent.MetaSyncReply.Code;
import io.pikareplica.repl.ReplicaEvent.MetaSyncReply.DbInfo;
import io.pikareplica.repl.ReplicaEvent.ProtocolError;
import io.pikareplica.repl.ReplicaEvent.Reopened;
import io.pikareplica.repl.ReplicaEvent.SlaveOf;
import io.pikareplica.repl.ReplicaEvent.SlaveOfNoOne;
import io.pikareplica.repl.ReplicaEvent.Tick;
import io.pikareplica.repl.ReplicaEvent.TrySyncReply;
import io.pikareplica.repl.ReplicaEvent.TrySyncReply.Verdict;
import io.pikareplica.repl.ReplicaEvent.WrongSession;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.PriorityQueue;
import java.util.Random;

/**
 * A master, a network and a worker in one thread with a clock of their own: takes the machine's
 * actions, gives its events some time later, late, twice or never, and checks after each step what
 * must always hold.
 */
final class ModelMaster {
  private static final int DBS = 2;
  private static final HostPort MASTER = StateTable.MASTER;
  private static final String TROUBLE = "trouble";

  private record Pending(long atMs, long order, ReplicaEvent event) {}

  private final Random random;
  private final PriorityQueue<Pending> pending =
      new PriorityQueue<>(Comparator.comparingLong(Pending::atMs).thenComparing(Pending::order));
  private final boolean[] isStreaming = new boolean[DBS];
  private final boolean[] isFetching = new boolean[DBS];
  private final boolean[] isInstalling = new boolean[DBS];
  private ReplicaState state;
  private String history = StateTable.HISTORY;
  private long nowMs;
  private long order;
  private long openConnection;
  private boolean hasFaults;

  ModelMaster(long seed) {
    random = new Random(seed);
    state = ReplicaState.initial(ReplicaPolicy.DEFAULT, 3, "", List.of("", ""), seed);
  }

  ReplicaState state() {
    return state;
  }

  long nowMs() {
    return nowMs;
  }

  void follow() {
    handle(new SlaveOf(MASTER, false));
  }

  /** From now on nothing goes wrong; a person puts right what only a person can. */
  void heal() {
    hasFaults = false;
    handle(new SlaveOf(MASTER, false));
    for (int db = 0; db < DBS; db++) {
      if (state.dbs().get(db).state() == ReplState.DB_NO_CONNECT) {
        // SLAVEOF to another node and back attaches what was detached by hand.
        handle(new SlaveOfNoOne());
        handle(new SlaveOf(MASTER, false));
      }
    }
  }

  /** 100 ms pass. */
  void step(boolean faults) {
    hasFaults = faults;
    nowMs += 100;
    while (!pending.isEmpty() && pending.peek().atMs() <= nowMs) {
      handle(pending.poll().event());
    }
    if (chance(60)) {
      disturb();
    }
    boolean isSilent = hasFaults && state.failures() % 3 == 2;
    long heardMs = isSilent ? 0 : nowMs;
    handle(new Tick(heardMs, List.of(heardMs, chance(50) ? 0 : nowMs)));
  }

  private void disturb() {
    int db = random.nextInt(DBS);
    long id = state.connectionId() - random.nextInt(2);
    long sync = state.dbs().get(db).syncId() - random.nextInt(2);
    BinlogOffset at = StateTable.AT;
    switch (random.nextInt(15)) {
      case 0, 1 -> handle(new Disconnected(id, "reset"));
      case 2 -> handle(new ProtocolError(id, TROUBLE));
      case 3 -> handle(new WrongSession(id, db, 99));
      case 4, 5 -> handle(new BatchFailed(db, ReplicationException.Kind.CONTINUITY, "misfit", at));
      case 6 -> handle(new BatchFailed(db, ReplicationException.Kind.APPLY, TROUBLE, at));
      case 7 -> handle(new FullSyncFailed(db, sync, TROUBLE, random.nextBoolean()));
      case 8 -> history = random.nextBoolean() ? StateTable.HISTORY : StateTable.OTHER_HISTORY;
      case 9 -> handle(new SlaveOf(MASTER, random.nextBoolean()));
      case 10 -> handle(random.nextBoolean() ? new SlaveOfNoOne() : new SlaveOf(MASTER, false));
      case 11 -> handle(new DbSlaveOf(db, request()));
      case 12 -> handle(new BatchFailed(db, ReplicationException.Kind.STORAGE, TROUBLE, at));
      case 13 -> handle(new Reopened(db, random.nextBoolean() ? TROUBLE : ""));
      default -> handle(new TrySyncReply(id, db, Verdict.OK, "", 1, Optional.empty()));
    }
  }

  private DbSlaveOfRequest request() {
    List<DbSlaveOfRequest.Mode> modes = List.of(DbSlaveOfRequest.Mode.values());
    return new DbSlaveOfRequest(modes.get(random.nextInt(modes.size())), StateTable.AT);
  }

  private boolean chance(int oneIn) {
    return hasFaults && random.nextInt(oneIn) == 0;
  }

  private void handle(ReplicaEvent event) {
    ReplicaState before = state;
    Transition transition = ReplicaStateMachine.next(before, event, nowMs);
    state = transition.state();
    transition.actions().forEach(this::run);
    if (!transition.isIgnored()) {
      note(event);
    }
    check(before, event);
  }

  private void note(ReplicaEvent event) {
    switch (event.kind()) {
      case DISCONNECTED -> openConnection = 0;
      case FULL_SYNC_FAILED -> isFetching[((FullSyncFailed) event).db()] = false;
      case INSTALLED -> isInstalling[((Installed) event).db()] = false;
      case INSTALL_FAILED -> isInstalling[((InstallFailed) event).db()] = false;
      default -> {}
    }
  }

  private void check(ReplicaState before, ReplicaEvent event) {
    assertThat(state.connectionId()).isEqualTo(openConnection);
    assertThat(state.master().isEmpty()).isEqualTo(state.link() == LinkState.NO_CONNECT);
    boolean isFollowing = state.phase() == ReplicaState.Phase.FOLLOWING;
    assertThat(isFollowing).isEqualTo(state.link() == LinkState.META_SYNC_DONE);
    for (int i = 0; i < DBS; i++) {
      DbLink db = state.dbs().get(i);
      boolean isLinked =
          db.state() != ReplState.NO_CONNECT && db.state() != ReplState.DB_NO_CONNECT;
      assertThat(isLinked && !isFollowing).as("%s without a link", db).isFalse();
      assertThat(isStreaming[i])
          .as("stream of %s", db)
          .isEqualTo(db.state() == ReplState.CONNECTED || db.state() == ReplState.WAIT_DB_SYNC);
      assertThat(db.sync() == DbLink.Sync.FETCHING).isEqualTo(isFetching[i]);
      assertThat(db.sync() == DbLink.Sync.INSTALLING).isEqualTo(isInstalling[i]);
      if (before.dbs().get(i).mustFullSync() && !db.mustFullSync()) {
        assertThat(event.kind()).isIn(ReplicaEvent.Kind.INSTALLED, ReplicaEvent.Kind.DB_SLAVE_OF);
      }
    }
  }

  private void run(ReplicaAction action) {
    switch (action.kind()) {
      case CONNECT -> {
        assertThat(openConnection).as("connections at once").isZero();
        openConnection = ((ReplicaAction.Connect) action).connectionId();
        answer(chance(4) ? new Disconnected(openConnection, "refused") : connected());
      }
      case DISCONNECT -> {
        assertThat(((ReplicaAction.Disconnect) action).connectionId()).isEqualTo(openConnection);
        openConnection = 0;
      }
      case SEND_META_SYNC -> answer(metaSyncReply());
      case SEND_TRY_SYNC -> {
        int db = ((ReplicaAction.SendTrySync) action).db();
        assertThat(isStreaming[db]).isFalse();
        answer(
            new TrySyncReply(
                openConnection, db, verdict(), "", random.nextInt(5), Optional.empty()));
      }
      case SEND_DB_SYNC -> {
        int db = ((ReplicaAction.SendDbSync) action).db();
        assertThat(isStreaming[db]).isFalse();
        answer(new DbSyncReply(openConnection, db, !chance(5), "", random.nextInt(5)));
      }
      case START_STREAM -> startStream(((ReplicaAction.StartStream) action).db());
      case ANSWER_PINGS -> startStream(((ReplicaAction.AnswerPings) action).db());
      case STOP_STREAM -> {
        int db = ((ReplicaAction.StopStream) action).db();
        assertThat(isStreaming[db]).isTrue();
        isStreaming[db] = false;
      }
      case DRAIN -> {
        ReplicaAction.Drain drain = (ReplicaAction.Drain) action;
        later(new Drained(drain.db(), drain.drainId()));
      }
      case START_FULL_SYNC -> {
        ReplicaAction.StartFullSync start = (ReplicaAction.StartFullSync) action;
        assertThat(isFetching[start.db()] || isInstalling[start.db()]).isFalse();
        isFetching[start.db()] = true;
        later(
            chance(3)
                ? new FullSyncFailed(start.db(), start.syncId(), TROUBLE, random.nextBoolean())
                : new FullSyncStaged(start.db(), start.syncId()));
      }
      case CANCEL_FULL_SYNC -> {
        int db = ((ReplicaAction.CancelFullSync) action).db();
        assertThat(isFetching[db]).isTrue();
        isFetching[db] = false;
      }
      case INSTALL -> {
        ReplicaAction.Install install = (ReplicaAction.Install) action;
        assertThat(isFetching[install.db()]).isTrue();
        isFetching[install.db()] = false;
        isInstalling[install.db()] = true;
        later(
            chance(4)
                ? new InstallFailed(install.db(), install.syncId(), TROUBLE)
                : new Installed(install.db(), install.syncId()));
      }
      case SEND_REMOVE_SLAVE_NODE,
          NOTE_DIVERGENCE,
          NOTE_FOLLOWED,
          MARK_FULL_SYNC,
          ADOPT_LINEAGE,
          RESET_BINLOG -> {}
    }
  }

  private void startStream(int db) {
    assertThat(isStreaming[db]).isFalse();
    isStreaming[db] = true;
  }

  private ReplicaEvent connected() {
    return new Connected(openConnection);
  }

  private ReplicaEvent metaSyncReply() {
    List<DbInfo> dbs = new ArrayList<>();
    for (int i = 0; i < DBS; i++) {
      dbs.add(new DbInfo("db" + i, chance(30) ? OptionalInt.empty() : OptionalInt.of(3)));
    }
    Code code = chance(3) ? Code.BUSY : chance(10) ? Code.REFUSED : Code.OK;
    return new MetaSyncReply(openConnection, code, TROUBLE, dbs, chance(20) ? "" : history);
  }

  private Verdict verdict() {
    List<Verdict> all = List.of(Verdict.values());
    return chance(4) ? all.get(random.nextInt(all.size())) : Verdict.OK;
  }

  /** What the master answers may be lost or come late. */
  private void answer(ReplicaEvent event) {
    if (!chance(10)) {
      later(event);
    }
    if (chance(20)) {
      later(event);
    }
  }

  private void later(ReplicaEvent event) {
    long delayMs = chance(20) ? 25_000 : random.nextInt(100);
    pending.add(new Pending(nowMs + delayMs, order++, event));
  }
}
