package io.pikareplica.repl;

import io.pikareplica.binlog.BinlogOffset;
import io.pikareplica.repl.ReplConfig.Fsync;
import io.pikareplica.repl.sim.SimCrash;
import io.pikareplica.repl.sync.StagedSnapshot;
import io.pikareplica.storage.DbOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/**
 * One life of the node: a real {@link ReplicaNode} whose threads are turns of the scheduler. After
 * its end nothing of it runs any more.
 */
final class SimProcess {
  private static final int MAX_TURNS = 20;

  private final SimWorld world;
  private final long startedMs;
  private final Map<String, SimData> data = new HashMap<>();
  private final List<Worker> workers = new ArrayList<>();
  private final SimScheduler.Actor loop;
  private final SimNetwork network = new SimNetwork(this);
  private boolean isAlive = true;
  private ReplicaNode node;

  SimProcess(SimWorld world) {
    this.world = world;
    startedMs = scheduler().nowMs();
    loop = scheduler().new Actor(this::isAlive, this::guarded);
  }

  /**
   * Starts the node.
   *
   * @param master whom its settings tell it to follow
   */
  void start(Optional<HostPort> master) {
    guarded(
        () -> {
          try {
            node = ReplicaNode.start(config(master), ReplicaPolicy.DEFAULT, environment());
          } catch (ReplicationException e) {
            if (!world.disk().isDead()) {
              world.cannotStart(e);
            }
          }
        });
  }

  private ReplConfig config(Optional<HostPort> master) {
    SimConfig config = world.config();
    return new ReplConfig(
        9999,
        2000,
        10001,
        config.dbs(),
        new DbOptions(config.instances(), 1024, 1 << 20, false, config.fsync() == Fsync.ALWAYS),
        world.disk().path("/node/db"),
        world.disk().path("/node/log"),
        world.disk().path("/node/dbsync"),
        config.fileBytes(),
        config.fsync(),
        64 << 20,
        config.mailboxBytes(),
        4,
        master,
        ReplSettings.DEFAULT);
  }

  private NodeEnvironment environment() {
    return new NodeEnvironment(
        new DbEnvironment(
            new SuppliedClock(world.oracle()::wallMs), this::openData, this::startWorker),
        () -> scheduler().nowMs() - startedMs,
        Session::new,
        () -> network,
        scheduler().random().nextLong());
  }

  private DbData openData(Path folder, DbOptions options) {
    SimData opened = SimData.open(folder, options, scheduler().random());
    data.put(folder.getFileName().toString(), opened);
    return opened;
  }

  // ---- what others ask

  SimScheduler scheduler() {
    return world.scheduler();
  }

  SimConfig config() {
    return world.config();
  }

  Executor loop() {
    return loop;
  }

  boolean isAlive() {
    return isAlive;
  }

  /** Alive, and not in the middle of its end. */
  boolean isRunning() {
    return isAlive && !world.disk().isDead();
  }

  /** Null when it could not be started, or did not get that far. */
  ReplicaNode node() {
    return node;
  }

  /** Null before it was opened. */
  SimData data(int db) {
    return node == null ? null : data.get("db" + db);
  }

  SimMaster master(String host) {
    return world.master(host);
  }

  boolean isCutOff(SimMaster master) {
    return world.isCutOff(master);
  }

  long cutOffMs(SimMaster master) {
    return world.cutOffMs(master);
  }

  void acknowledges(int db, BinlogOffset end) {
    world.oracle().acknowledges(this, db, end);
  }

  void staged(int db, StagedSnapshot snapshot) {
    if (isRunning()) {
      world.trace("db" + db + " staged at " + snapshot.offset());
      world.oracle().mayBecome(db, snapshot.offset());
    }
  }

  // ---- how it runs

  /** Runs something of this process; it may be its last. */
  void guarded(Runnable body) {
    if (!isRunning()) {
      return;
    }
    try {
      body.run();
    } catch (SimCrash e) {
      // seen below
    }
    if (world.disk().isDead()) {
      world.died();
    } else {
      workers.forEach(Worker::wake);
    }
  }

  Optional<SimConnection> connection() {
    return network.connection();
  }

  /** Stops it in order. */
  void close() {
    guarded(() -> node.close());
  }

  /**
   * It has ended at once.
   *
   * @param isNoticed whether its master is told by the system
   */
  void end(boolean isNoticed) {
    isAlive = false;
    network.connection().ifPresent(connection -> connection.abandoned(isNoticed));
  }

  private WorkerThreads.Running startWorker(String name, WorkerThreads.Work work) {
    Worker worker = new Worker(work);
    workers.add(worker);
    return worker;
  }

  /** A worker. It has as many turns as things have happened that may have given it work. */
  private final class Worker implements WorkerThreads.Running {
    private final WorkerThreads.Work work;
    private int turns;

    Worker(WorkerThreads.Work work) {
      this.work = work;
    }

    void wake() {
      if (turns < MAX_TURNS && turns++ == 0) {
        schedule();
      }
    }

    private void schedule() {
      scheduler().after(pauseMs(), SimProcess.this::isRunning, this::run);
    }

    private long pauseMs() {
      int dice = scheduler().random().nextInt(1_000);
      if (dice == 0) {
        return scheduler().random().nextInt(10_000);
      }
      return dice < 10 ? scheduler().random().nextInt(500) : scheduler().random().nextInt(5);
    }

    private void run() {
      turns--;
      try {
        work.turn(false);
      } catch (SimCrash e) {
        // seen below
      }
      if (world.disk().isDead()) {
        world.died();
      } else if (turns > 0) {
        schedule();
      }
    }

    @Override
    public void join() {
      boolean goesOn = true;
      while (goesOn && isRunning()) {
        goesOn = work.turn(false);
      }
    }
  }

  /** The session's thread. */
  private final class Session implements SessionThread {
    private final SimScheduler.Actor actor =
        scheduler().new Actor(SimProcess.this::isAlive, SimProcess.this::guarded);
    private boolean isClosed;

    @Override
    public void execute(Runnable task) {
      if (isClosed) {
        throw new RejectedExecutionException();
      }
      actor.execute(task);
    }

    @Override
    public void every(long pauseMs, Runnable task) {
      scheduler()
          .after(
              pauseMs,
              () -> isAlive() && !isClosed,
              () -> {
                guarded(task);
                every(pauseMs, task);
              });
    }

    @Override
    public void after(long delayMs, Runnable task) {
      scheduler().after(delayMs, () -> isAlive() && !isClosed, () -> guarded(task));
    }

    @Override
    public void close() {
      actor.finish();
      isClosed = true;
    }
  }
}
