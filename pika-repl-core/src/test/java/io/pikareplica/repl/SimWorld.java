package io.pikareplica.repl;

import io.pikareplica.binlog.BinlogOffset;
import io.pikareplica.repl.sim.SimCrash;
import io.pikareplica.repl.sim.SimDisk;
import io.pikareplica.repl.sim.SimLogging;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.slf4j.event.Level;

/**
 * A simulation: the whole node as it is in production, in one thread, on a simulated disk, with
 * simulated masters, network and clocks, and everything that happens drawn from one seed. For a
 * while things go wrong, then nothing does any more, and the node has to come back by itself.
 *
 * <p>Who is who: {@link SimScheduler} is time, {@link SimProcess} one life of the node, {@link
 * SimNetwork} and {@link SimConnection} what is between it and a {@link SimMaster}, {@link SimData}
 * its storage, {@link SimFaults} what goes wrong, {@link SimOracle} what must hold after each step.
 */
final class SimWorld {
  private static final long TICK_MS = 100;
  private static final int MAX_WRITES = 400;

  /** What a master has left out shows with the next item only. */
  private static final int WRITES_AFTERWARDS = 5;

  /** A master may hold on to a registration for 180 s after a silent end of the connection. */
  static final long BACK_WITHIN_MS = 240_000;

  private final SimTrace trace;
  private final SimScheduler scheduler;
  private final SimConfig config;
  private final SimOracle oracle;
  private final SimDisk disk;
  private final List<SimMaster> masters = new ArrayList<>();
  private final Map<SimMaster, Long> cutOffUntilMs = new HashMap<>();
  private final SimWriter writer;
  private final SimFaults faults;
  private SimProcess process;
  private boolean endsWithPower;
  private boolean diskFails;
  private boolean isHealed;
  private int written;
  private int writtenAfterwards;

  /** Whom the node is told to follow, by its settings as by its last command. */
  private Optional<SimMaster> target;

  SimWorld(long seed, boolean keepsTrace) {
    this(seed, Optional.empty(), keepsTrace);
  }

  /**
   * @param given what it is like, where that is not to be drawn from the seed
   */
  SimWorld(long seed, Optional<SimConfig> given, boolean keepsTrace) {
    trace = new SimTrace(keepsTrace);
    scheduler = new SimScheduler(seed);
    config = given.orElseGet(() -> SimConfig.of(random()));
    oracle = new SimOracle(config, scheduler, trace);
    disk = new SimDisk(oracle::wallMs);
    writer = new SimWriter(random(), config.maxValue());
    masters.add(newMaster("10.0.0.1", "a".repeat(50), newDbs()));
    target = Optional.of(masters.get(0));
    faults = new SimFaults(this);
    SimLogging.lowest(keepsTrace ? Level.INFO : Level.ERROR);
    trace("config " + config);
  }

  List<SimBinlog> newDbs() {
    List<SimBinlog> dbs = new ArrayList<>();
    for (int db = 0; db < config.dbs(); db++) {
      dbs.add(new SimBinlog(config.instances(), config.fileBytes()));
    }
    return dbs;
  }

  SimMaster newMaster(String host, String replicationId, List<SimBinlog> dbs) {
    return new SimMaster(new HostPort(host, 9221), replicationId, dbs, scheduler, oracle, config);
  }

  // ---- what the others ask

  SimScheduler scheduler() {
    return scheduler;
  }

  SplittableRandom random() {
    return scheduler.random();
  }

  SimConfig config() {
    return config;
  }

  SimOracle oracle() {
    return oracle;
  }

  SimDisk disk() {
    return disk;
  }

  SimWriter writer() {
    return writer;
  }

  SimProcess process() {
    return process;
  }

  List<SimMaster> masters() {
    return masters;
  }

  SimMaster master(String host) {
    return masters.stream()
        .filter(master -> master.address.host().equals(host))
        .findFirst()
        .orElseThrow();
  }

  Optional<SimMaster> target() {
    return target;
  }

  void target(Optional<SimMaster> next) {
    target = next;
  }

  boolean isCutOff(SimMaster master) {
    return cutOffMs(master) > 0;
  }

  /** How long it still is. */
  long cutOffMs(SimMaster master) {
    return Math.max(0, cutOffUntilMs.getOrDefault(master, 0L) - scheduler.nowMs());
  }

  void cutOff(SimMaster master, long forMs) {
    cutOffUntilMs.put(master, scheduler.nowMs() + forMs);
  }

  void trace(String line) {
    trace.add(scheduler.nowMs(), line);
  }

  SimTrace trace() {
    return trace;
  }

  // ---- the node's lives

  void cannotStart(ReplicationException why) {
    if (diskFails) {
      trace("does not start: " + why.getMessage());
      process.end(true);
      disk.kill();
      startLater();
    } else {
      oracle.violation("the node does not start: " + why.getMessage());
    }
  }

  /** From now on the disk may return errors, which a DB may stop at and the node not start with. */
  void diskFails() {
    diskFails = true;
  }

  void restart() {
    process.close();
    if (process.isRunning()) {
      process.end(true);
      disk.kill();
      startLater();
    }
  }

  /** How the process is to end when the disk says so. */
  void endsWithPower(boolean power) {
    endsWithPower = power;
  }

  /** The process has come to its end. */
  void died() {
    SimProcess ended = process;
    ended.end(!endsWithPower);
    if (endsWithPower) {
      trace("power loss");
      disk.powerLoss(random(), config.fsync() == ReplConfig.Fsync.ALWAYS);
      oracle.powerLost();
    } else {
      trace("killed");
      disk.kill();
    }
    startLater();
  }

  void startLater() {
    scheduler.after(20 + random().nextInt(2_000), () -> true, this::start);
  }

  private void start() {
    process = new SimProcess(this);
    trace("start following " + target.map(master -> master.address.host()).orElse("nobody"));
    process.start(target.map(master -> master.address));
  }

  // ---- the run

  /**
   * Runs all of it.
   *
   * @return what did not hold; empty when everything did
   */
  Optional<String> run() {
    SimLogging.listen(this::logged);
    try {
      return runAll();
    } finally {
      SimLogging.listen(null);
    }
  }

  /** What the node has caught and survived, but should never have come upon. */
  private void logged(Level level, String message, Throwable cause) {
    if (disk.isDead() || cause instanceof SimCrash) {
      return;
    }
    trace(level + " " + message);
    boolean isBug = cause instanceof RuntimeException || cause instanceof Error;
    boolean hasStopped = message.contains(" stopped, ") && !diskFails;
    if (level == Level.ERROR && (isBug || hasStopped)) {
      StringWriter stack = new StringWriter();
      if (cause != null) {
        cause.printStackTrace(new PrintWriter(stack));
      }
      oracle.violation(message + " " + stack);
    }
  }

  private Optional<String> runAll() {
    start();
    scheduler.after(TICK_MS, () -> true, this::tick);
    scheduler.after(10, () -> true, this::write);
    faults.begin();
    while (scheduler.nowMs() < config.faultsForMs() && oracle.violation().isEmpty()) {
      step();
    }
    isHealed = true;
    trace("no more faults");
    faults.end();
    long healedMs = scheduler.nowMs();
    while (oracle.violation().isEmpty() && !isBack()) {
      step();
      if (scheduler.nowMs() - healedMs > BACK_WITHIN_MS) {
        oracle.violation("not back " + BACK_WITHIN_MS + " ms after the last fault: " + state());
      }
    }
    return oracle.violation();
  }

  private void step() {
    scheduler.step();
    if (process.isRunning()) {
      oracle.check(process);
    }
  }

  private void tick() {
    masters.forEach(SimMaster::tick);
    scheduler.after(TICK_MS, () -> true, this::tick);
  }

  private void write() {
    if (isHealed ? writtenAfterwards < WRITES_AFTERWARDS : written < MAX_WRITES) {
      int burst = 1 + random().nextInt(scheduler.chance(10) ? 30 : 4);
      written += burst;
      writtenAfterwards += isHealed ? 1 : 0;
      SimMaster master = isHealed ? followed() : masters.get(random().nextInt(masters.size()));
      int db = isHealed ? writtenAfterwards % config.dbs() : random().nextInt(config.dbs());
      for (int i = 0; i < burst && master.isUp(); i++) {
        master.write(db, writer);
      }
    }
    scheduler.after(1 + random().nextLong(2 * config.writeEveryMs()), () -> true, this::write);
  }

  private SimMaster followed() {
    return target.orElse(masters.get(0));
  }

  /** The node follows whom it is told to, and holds what that master holds. */
  private boolean isBack() {
    if (writtenAfterwards < WRITES_AFTERWARDS
        || target.isEmpty()
        || !process.isRunning()
        || process.node() == null
        || faults.isBusy()) {
      return false;
    }
    if (!process.node().session().isUp(process.node().session().state())) {
      return false;
    }
    for (int db = 0; db < config.dbs(); db++) {
      BinlogOffset end = target.get().db(db).end();
      SimData data = process.data(db);
      if (data.isClosed() || !process.node().db(db).applied().equals(end)) {
        return false;
      }
      for (int i = 0; i < config.instances(); i++) {
        boolean isEqual =
            data.applied(i).equals(end)
                && data.keys(i).digest() == target.get().db(db).keys(i).digest();
        if (!isEqual) {
          oracle.violation("db%d/%d is not as its master's".formatted(db, i));
          return false;
        }
      }
    }
    return true;
  }

  private String state() {
    return process.node() == null ? "no node" : process.node().session().state().toString();
  }
}
