package io.pikareplica.repl;

import io.pikareplica.binlog.BinlogOffset;
import io.pikareplica.repl.Divergence.Outcome;
import io.pikareplica.repl.ReplicaEvent.BatchFailed;
import io.pikareplica.repl.ReplicaEvent.Drained;
import io.pikareplica.repl.ReplicaEvent.Reopened;
import io.pikareplica.repl.ReplicaEvent.Tick;
import io.pikareplica.repl.ReplicationStatus.Role;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs what {@link ReplicaStateMachine} decides: one thread takes events one after the other and
 * does the actions; a tick comes every 100 ms. Items and acknowledgements do not pass here, see
 * {@link MasterLink}. {@link ReplicaNode} owns and closes it.
 */
final class ReplicaSession implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ReplicaSession.class);
  private static final long TICK_MS = 100;

  private final SessionThread executor;
  private final List<LocalDb> dbs;
  private final ReplicationStore store;
  private final LongSupplier clockMs;
  private final Clock wallClock;
  private final MasterLink link;
  private final FullSyncs fullSyncs;
  private final MasterFileSize fileSize;
  private volatile Consumer<String> binlogReplaced = db -> {};
  private volatile Situation situation;
  private boolean isUnmarked;
  private String lastLine = "";

  ReplicaSession(
      ReplConfig config,
      ReplicaPolicy policy,
      Supplier<ReplSettings> settings,
      List<LocalDb> dbs,
      Network network,
      ReplicationStore store,
      NodeEnvironment environment) {
    this.dbs = List.copyOf(dbs);
    this.store = store;
    executor = environment.sessionThread().get();
    clockMs = environment.clockMs();
    wallClock = environment.db().clock();
    link = new MasterLink(config, settings, dbs, network, this::post, clockMs);
    fullSyncs =
        new FullSyncs(
            config,
            settings,
            dbs,
            network,
            executor,
            clockMs,
            this::post,
            db -> binlogReplaced.accept(db));
    fileSize = new MasterFileSize(network, store, settings, this::run);
    situation =
        new Situation(
            config.master().isPresent() ? Role.SLAVE : Role.MASTER,
            config.master(),
            ReplicaState.initial(
                policy,
                config.dbOptions().instanceCount(),
                store.content().replicationId(),
                dbs.stream().map(db -> db.needsFullSync().orElse("")).toList(),
                environment.seed()),
            LinkClock.NEVER);
  }

  /**
   * What this node is, whom it follows, how far that is and since when it is not: one value, so
   * that nobody sees the new master with the old one's link.
   *
   * @param master as SLAVEOF gave it; empty on a master. A node that is being promoted still has it
   *     when {@code state} has left it
   */
  record Situation(Role role, Optional<HostPort> master, ReplicaState state, LinkClock clock) {}

  /**
   * Before {@link #start}: the link was lost before this process began.
   *
   * @param agoMs when the master was last heard of
   */
  void resumeClock(long agoMs) {
    Situation now = situation;
    situation =
        new Situation(now.role(), now.master(), now.state(), LinkClock.resumed(nowMs(), agoMs));
  }

  void start() {
    executor.every(TICK_MS, this::tick);
  }

  // ---- any thread

  Situation situation() {
    return situation;
  }

  ReplicaState state() {
    return situation.state();
  }

  MasterLink link() {
    return link;
  }

  FullSyncs fullSyncs() {
    return fullSyncs;
  }

  MasterFileSize fileSize() {
    return fileSize;
  }

  /** Says who is to know that the binlog of a DB, by its name, is another one now. */
  void onBinlogReplaced(Consumer<String> listener) {
    binlogReplaced = listener;
  }

  long nowMs() {
    return clockMs.getAsLong();
  }

  void post(ReplicaEvent event) {
    run(() -> handle(event));
  }

  /** Runs a task on the session's thread; not at all once it is closed. */
  void run(Runnable task) {
    try {
      executor.execute(
          () -> {
            try {
              task.run();
            } catch (RuntimeException e) {
              log.error("replication session: unexpected failure", e);
            }
          });
    } catch (RejectedExecutionException e) {
      log.debug("replication session is closed");
    }
  }

  /**
   * Gives a master that has none a history of its own, on disk before this completes.
   *
   * @param isMaster asked on the session's thread, where roles change
   * @return the history in effect; empty when this node is no master any more
   */
  CompletableFuture<Optional<String>> beginHistory(String replicationId, BooleanSupplier isMaster) {
    CompletableFuture<Optional<String>> result = new CompletableFuture<>();
    run(
        () -> {
          try {
            if (isMaster.getAsBoolean() && store.content().replicationId().isEmpty()) {
              store.adoptLineage(replicationId);
              store.attached();
              Situation now = situation;
              situation =
                  new Situation(
                      now.role(),
                      now.master(),
                      now.state().withReplicationId(replicationId),
                      now.clock());
              log.info("replication-id={} reason=\"the first replica\"", replicationId);
            }
            result.complete(
                isMaster.getAsBoolean()
                    ? Optional.of(store.content().replicationId())
                    : Optional.empty());
          } catch (ReplicationException e) {
            result.completeExceptionally(e);
          }
        });
    return result;
  }

  /** Completes, on the session's thread, when the workers have nothing left of any stream. */
  CompletionStage<Void> drainAll() {
    CompletableFuture<Void> result = new CompletableFuture<>();
    link.afterRouting(
        () -> {
          CompletableFuture<?>[] drains =
              dbs.stream()
                  .map(db -> db.drain().toCompletableFuture())
                  .toArray(CompletableFuture<?>[]::new);
          var unused =
              CompletableFuture.allOf(drains)
                  .whenComplete((done, failure) -> run(() -> complete(result, failure)));
        });
    return result;
  }

  private static void complete(CompletableFuture<Void> result, Throwable failure) {
    if (failure == null) {
      result.complete(null);
    } else {
      result.completeExceptionally(failure);
    }
  }

  /** From a worker: a batch was dropped. */
  void batchFailed(int db, ReplicationException why) {
    BinlogOffset at = dbs.get(db).received();
    post(new BatchFailed(db, why.kind(), String.valueOf(why.getMessage()), at));
  }

  /** From a worker: a DB that had stopped goes on. */
  void reopened(int db) {
    post(new Reopened(db, dbs.get(db).needsFullSync().orElse("")));
  }

  // ---- the session's thread

  private void tick() {
    try {
      handle(new Tick(link.heardMs(), link.dbHeardMs(this::isOwedItems)));
      rememberMessageTime();
      if (state().link() == LinkState.META_SYNC_DONE) {
        fileSize.askIfDue(state().master().orElseThrow(), nowMs());
      }
    } catch (RuntimeException e) {
      log.error("replication session: unexpected failure", e);
    }
  }

  /**
   * Whether the master's stream has yet to show that it is this DB's history: it is as good as
   * silent then, since pings alone would leave the DB there for ever (W-9).
   */
  private boolean isOwedItems(int db) {
    return state().dbs().get(db).state() == ReplState.CONNECTED && dbs.get(db).isRecheckOwed();
  }

  private void rememberMessageTime() {
    if (isUp(state())) {
      try {
        store.heard(wallClock.millis() - Math.max(0, nowMs() - link.heardMs()));
      } catch (ReplicationException e) {
        log.warn("{}", e.getMessage());
      }
    }
  }

  /** Leaves the connection, if there is one, and makes another. */
  void reconnect(String reason) {
    long id = state().connectionId();
    if (id != 0) {
      link.disconnect(id);
      handle(new ReplicaEvent.Disconnected(id, reason));
    }
  }

  /** Follows a master from now on. */
  void follow(HostPort master, boolean force) {
    handle(new ReplicaEvent.SlaveOf(master, force), Role.SLAVE, Optional.of(master));
  }

  /** Leaves the master; the role stays until {@link #promoted}. */
  void leaveMaster() {
    handle(new ReplicaEvent.SlaveOfNoOne());
  }

  /** This node is a master now, and has no link that could be lost. */
  void promoted() {
    situation = new Situation(Role.MASTER, Optional.empty(), state(), LinkClock.NEVER);
  }

  /** Decides and acts; the reason why the event was ignored, empty when it was not. */
  String handle(ReplicaEvent event) {
    Situation now = situation;
    return handle(event, now.role(), now.master());
  }

  private String handle(ReplicaEvent event, Role role, Optional<HostPort> master) {
    Situation before = situation;
    Transition transition = ReplicaStateMachine.next(before.state(), event, nowMs());
    if (transition.isIgnored()) {
      log.debug("event={} ignored reason=\"{}\"", event.kind(), transition.ignored());
      return transition.ignored();
    }
    ReplicaState after = transition.state();
    // At once, and before anything is done: an answer must not find the state before.
    situation =
        new Situation(
            role, master, after, before.clock().next(isUp(after), nowMs(), link.heardMs()));
    transition.changes().forEach(this::log);
    transition.actions().forEach(this::act);
    if (isUp(after)) {
      remember(store::attached);
    }
    return "";
  }

  /** Every DB follows a history that is its own, and the master was heard of lately. */
  boolean isUp(ReplicaState of) {
    return of.isUp()
        && nowMs() - link.heardMs() <= of.policy().silenceMs()
        && dbs.stream().noneMatch(LocalDb::isRecheckDue);
  }

  private void log(Transition.Change change) {
    String line =
        change.db() == Transition.LINK
            ? String.format(
                "master=%s link=%s->%s reason=\"%s\"",
                state().master().map(HostPort::toString).orElse("none"),
                change.from(),
                change.to(),
                change.reason())
            : String.format(
                "db=%s state=%s->%s reason=\"%s\" offset=%s",
                dbs.get(change.db()).name(),
                change.from(),
                change.to(),
                change.reason(),
                dbs.get(change.db()).received());
    // A master that is away for days is one line, not one for each try.
    boolean isRepeated = line.equals(lastLine) && change.from().equals(change.to());
    lastLine = line;
    if (isRepeated) {
      log.debug("{}", line);
    } else if (change.to().equals("ERROR")) {
      log.error("{}", line);
    } else {
      log.info("{}", line);
    }
  }

  private void act(ReplicaAction action) {
    switch (action.kind()) {
      case CONNECT -> connect((ReplicaAction.Connect) action);
      case DISCONNECT -> link.disconnect(((ReplicaAction.Disconnect) action).connectionId());
      case SEND_META_SYNC -> link.sendMetaSync();
      case SEND_TRY_SYNC -> link.sendTrySync(((ReplicaAction.SendTrySync) action).db());
      case SEND_DB_SYNC -> link.sendDbSync(((ReplicaAction.SendDbSync) action).db());
      case SEND_REMOVE_SLAVE_NODE ->
          link.sendRemoveSlaveNode(((ReplicaAction.SendRemoveSlaveNode) action).db());
      case START_STREAM -> {
        ReplicaAction.StartStream start = (ReplicaAction.StartStream) action;
        link.startStream(start.db(), start.sessionId());
      }
      case ANSWER_PINGS -> {
        ReplicaAction.AnswerPings answer = (ReplicaAction.AnswerPings) action;
        link.answerPings(answer.db(), answer.sessionId());
      }
      case STOP_STREAM -> link.stopStream(((ReplicaAction.StopStream) action).db());
      case DRAIN -> drain((ReplicaAction.Drain) action);
      case NOTE_DIVERGENCE -> noteDivergence((ReplicaAction.NoteDivergence) action);
      case NOTE_FOLLOWED -> dbs.get(((ReplicaAction.NoteFollowed) action).db()).followed();
      case MARK_FULL_SYNC -> {
        ReplicaAction.MarkFullSync mark = (ReplicaAction.MarkFullSync) action;
        isUnmarked |= !remember(() -> dbs.get(mark.db()).markFullSyncNeeded(mark.reason()));
      }
      case ADOPT_LINEAGE -> adopt(((ReplicaAction.AdoptLineage) action).replicationId());
      case START_FULL_SYNC -> {
        ReplicaAction.StartFullSync start = (ReplicaAction.StartFullSync) action;
        fullSyncs.start(start.db(), start.syncId(), state().master().orElseThrow());
      }
      case CANCEL_FULL_SYNC -> {
        ReplicaAction.CancelFullSync cancel = (ReplicaAction.CancelFullSync) action;
        fullSyncs.cancel(cancel.db(), cancel.syncId());
      }
      case INSTALL -> {
        ReplicaAction.Install install = (ReplicaAction.Install) action;
        fullSyncs.install(install.db(), install.syncId());
      }
      case RESET_BINLOG -> resetBinlog((ReplicaAction.ResetBinlog) action);
    }
  }

  /** Where it cannot be put on disk, neither is what follows from it: see {@link #adopt}. */
  private void noteDivergence(ReplicaAction.NoteDivergence action) {
    LocalDb db = dbs.get(action.db());
    isUnmarked |=
        !remember(
                () ->
                    db.diverged(
                        action.reason(),
                        action.replicationId(),
                        state().master().orElseThrow(),
                        action.masterReplicationId(),
                        action.masterEnd(),
                        action.isStopped() ? Outcome.STOPPED : Outcome.SYNCING))
            && !action.isStopped();
  }

  private void connect(ReplicaAction.Connect action) {
    fileSize.forget();
    link.connect(action, state().policy().connectTimeoutMs());
  }

  private void drain(ReplicaAction.Drain action) {
    link.afterRouting(
        () -> {
          var unused =
              dbs.get(action.db())
                  .drainForStream()
                  .whenComplete((done, failure) -> post(drained(action, failure)));
        });
  }

  /** A DB that stays stopped takes nothing: there is no use in asking the master for more. */
  private ReplicaEvent drained(ReplicaAction.Drain action, Throwable failure) {
    LocalDb db = dbs.get(action.db());
    return failure == null
        ? new Drained(action.db(), action.drainId())
        : new BatchFailed(
            action.db(),
            ReplicationException.Kind.STORAGE,
            String.valueOf(failure.getMessage()),
            db.received());
  }

  private void resetBinlog(ReplicaAction.ResetBinlog action) {
    var unused =
        dbs.get(action.db())
            .resetBinlog(action.offset())
            .whenComplete(
                (done, failure) -> {
                  binlogReplaced.accept(dbs.get(action.db()).name());
                  if (failure != null) {
                    post(
                        new BatchFailed(
                            action.db(),
                            ReplicationException.Kind.STORAGE,
                            String.valueOf(failure.getMessage()),
                            action.offset()));
                  }
                });
  }

  /** Something to be put on disk. */
  private interface Note {
    void write() throws ReplicationException;
  }

  /** Whether it is on disk; the failure is logged. */
  private static boolean remember(Note note) {
    try {
      note.write();
      return true;
    } catch (ReplicationException e) {
      log.error("{}", e.getMessage());
      return false;
    }
  }

  /** Without its marks on disk the old history stays there: a restart then decides anew (W-5). */
  private void adopt(String replicationId) {
    if (isUnmarked) {
      isUnmarked = false;
      log.error("replication id {} is not stored: the full sync it needs is not", replicationId);
    } else {
      remember(() -> store.adoptLineage(replicationId));
    }
  }

  /** Leaves the master and waits until what was begun is done. */
  @Override
  public void close() {
    run(this::leave);
    executor.close();
  }

  private void leave() {
    link.disconnect(state().connectionId());
    for (int i = 0; i < dbs.size(); i++) {
      DbLink db = state().dbs().get(i);
      if (db.sync() == DbLink.Sync.FETCHING) {
        fullSyncs.cancel(i, db.syncId());
      }
    }
  }
}
