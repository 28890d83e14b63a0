package io.pikareplica.repl;

import io.pikareplica.binlog.BinlogOffset;
import io.pikareplica.repl.SimConfig.Fault;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** What goes wrong in a {@link SimWorld}, and what is done to the node. */
final class SimFaults {
  private final SimWorld world;
  private final SimScheduler scheduler;
  private final RandomGenerator random;
  private final List<Fault> enabled;
  private final SimPromotion promotion;
  private boolean isOver;

  SimFaults(SimWorld world) {
    this.world = world;
    scheduler = world.scheduler();
    random = world.random();
    enabled = List.copyOf(world.config().faults());
    promotion = new SimPromotion(world);
  }

  void begin() {
    if (enabled.isEmpty()) {
      return;
    }
    scheduler.after(
        1 + random.nextLong(2 * world.config().faultEveryMs()), () -> !isOver, this::strike);
  }

  private void strike() {
    if (world.process().isRunning() && world.process().node() != null) {
      Fault fault = enabled.get(random.nextInt(enabled.size()));
      world.trace("fault " + fault);
      strike(fault);
    }
    begin();
  }

  private void strike(Fault fault) {
    SimMaster master = world.target().orElse(world.masters().get(0));
    switch (fault) {
      case DROP -> world.process().connection().ifPresent(c -> c.drop(true, true));
      case HALF_OPEN -> {
        int who = random.nextInt(3);
        world.process().connection().ifPresent(c -> c.drop(who == 0, who == 1));
      }
      case PARTITION -> world.cutOff(master, random.nextInt(scheduler.chance(4) ? 40_000 : 3_000));
      case MASTER_RESTART -> restart(master, () -> {});
      case MASTER_LOSES_TAIL ->
          restart(
              master,
              () -> master.loseTail(random.nextInt(world.config().dbs()), 1 + random.nextInt(20)));
      case OTHER_HISTORY -> restart(master, () -> master.otherHistory(id(), world.newDbs()));
      case PURGE -> {
        SimBinlog db = master.db(random.nextInt(world.config().dbs()));
        db.purgeBefore(db.end().filenum() - random.nextInt(3));
      }
      case SLIP -> {
        SimMaster.Slip[] slips = SimMaster.Slip.values();
        master.slip(random.nextInt(world.config().dbs()), slips[random.nextInt(slips.length)]);
      }
      case KILL -> end(false);
      case POWER_LOSS -> end(true);
      case RESTART -> {
        world.restart();
      }
      case PROMOTION -> promotion.begin();
      case OTHER_MASTER -> slaveOf(other(master), false);
      case FORCE -> slaveOf(master, true);
      case DB_SLAVE_OF -> dbSlaveOf(random.nextInt(world.config().dbs()));
    }
  }

  private String id() {
    return Long.toHexString(random.nextLong()) + "0".repeat(20);
  }

  private void restart(SimMaster master, Runnable whileDown) {
    if (master.isUp()) {
      master.down();
      whileDown.run();
      scheduler.after(random.nextInt(3_000), () -> true, master::up);
    }
  }

  /** At once, or in the middle of what the process writes next. */
  private void end(boolean withPower) {
    world.endsWithPower(withPower);
    if (random.nextInt(3) == 0) {
      world.died();
      return;
    }
    world.disk().crashAfter(1 + random.nextInt(40), random.nextInt(200));
    SimProcess process = world.process();
    scheduler.after(3_000, () -> process.isRunning() && !isOver, world::died);
  }

  /** One with a part of the same history, or with another one. */
  private SimMaster other(SimMaster master) {
    if (world.masters().size() < 4) {
      List<SimBinlog> dbs = new ArrayList<>();
      for (int db = 0; db < world.config().dbs(); db++) {
        int size = master.db(db).size();
        dbs.add(master.db(db).branch(size - random.nextInt(Math.min(size, 20) + 1)));
      }
      boolean isOther = scheduler.chance(4);
      world
          .masters()
          .add(
              world.newMaster(
                  "10.0.0." + (world.masters().size() + 1),
                  isOther ? id() : master.replicationId(),
                  isOther ? world.newDbs() : dbs));
    }
    return world.masters().get(random.nextInt(world.masters().size()));
  }

  void slaveOf(SimMaster master, boolean force) {
    world.trace("SLAVEOF " + master.address.host() + (force ? " force" : ""));
    world.target(Optional.of(master));
    SimProcess process = world.process();
    process.guarded(
        () -> {
          var unused = process.node().slaveOf(master.address, force);
        });
  }

  private void dbSlaveOf(int db) {
    SimProcess process = world.process();
    LocalDb local = process.node().db(db);
    BinlogOffset at = local.received();
    DbSlaveOfRequest request =
        switch (random.nextInt(4)) {
          case 0 -> DbSlaveOfRequest.of(DbSlaveOfRequest.Mode.FOLLOW);
          case 1 -> DbSlaveOfRequest.of(DbSlaveOfRequest.Mode.FORCE);
          case 2 -> DbSlaveOfRequest.of(DbSlaveOfRequest.Mode.NO_ONE);
          default -> DbSlaveOfRequest.from(at);
        };
    process.guarded(
        () -> {
          if (request.mode() == DbSlaveOfRequest.Mode.OFFSET) {
            var unused =
                local.drain().whenComplete((done, failure) -> followFromHere(process, db, request));
          } else {
            world.trace("DBSLAVEOF db" + db + " " + request.mode());
            var unused = process.node().dbSlaveOf(db, request);
          }
        });
  }

  /** Whoever gives an offset vouches for the data: so only where it is the data's. */
  private void followFromHere(SimProcess process, int db, DbSlaveOfRequest request) {
    BinlogOffset at = request.offset();
    boolean isSound =
        process.isRunning()
            && process.node().db(db).needsFullSync().isEmpty()
            && process.node().session().state().dbs().get(db).state() == ReplState.DB_NO_CONNECT
            && process.node().db(db).received().equals(at)
            && process.data(db).applied().stream().allMatch(at::equals);
    if (isSound) {
      world.trace("DBSLAVEOF db" + db + " " + at);
      var unused = process.node().dbSlaveOf(db, request);
    }
  }

  // ---- and then no more

  /** Whether something is still under way that a person has begun. */
  boolean isBusy() {
    return promotion.isBusy();
  }

  void end() {
    isOver = true;
    world.disk().crashNever();
    world.masters().forEach(master -> world.cutOff(master, 0));
    world.masters().stream().filter(master -> !master.isUp()).forEach(SimMaster::up);
    scheduler.after(15_000, () -> true, this::putRight);
  }

  /** What only a person can. */
  private void putRight() {
    SimProcess process = world.process();
    if (!process.isRunning() || process.node() == null) {
      scheduler.after(1_000, () -> true, this::putRight);
      return;
    }
    boolean isDetached =
        process.node().session().state().dbs().stream()
            .anyMatch(db -> db.state() == ReplState.DB_NO_CONNECT);
    if (isDetached) {
      process.guarded(
          () -> {
            var unused = process.node().slaveOfNoOne();
          });
    }
    if (isDetached || world.target().isEmpty()) {
      slaveOf(world.target().orElse(world.masters().get(0)), false);
    }
  }
}
