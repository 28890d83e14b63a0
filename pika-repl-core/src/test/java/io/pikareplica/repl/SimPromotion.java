package io.pikareplica.repl;

import io.pikareplica.storage.Args;
import io.pikareplica.storage.CommandTable;
import io.pikareplica.storage.Reply;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** SLAVEOF NO ONE, a few writes of the node's own, and SLAVEOF again. */
final class SimPromotion {
  private final SimWorld world;
  private final RandomGenerator random;
  private int round;
  private boolean isBusy;

  SimPromotion(SimWorld world) {
    this.world = world;
    random = world.random();
  }

  boolean isBusy() {
    return isBusy;
  }

  void begin() {
    if (isBusy) {
      return;
    }
    isBusy = true;
    round++;
    Optional<SimMaster> before = world.target();
    world.target(Optional.empty());
    SimProcess process = world.process();
    int mine = round;
    process.guarded(
        () -> {
          var unused =
              process
                  .node()
                  .slaveOfNoOne()
                  .whenComplete(
                      (done, failure) -> {
                        if (failure == null && process.isRunning() && mine == round) {
                          write(process, mine);
                        }
                      });
        });
    world
        .scheduler()
        .after(
            200 + random.nextInt(3_000),
            () -> mine == round,
            () -> follow(before.orElse(world.masters().get(0))));
  }

  /** Whatever has become of the node meanwhile. */
  private void follow(SimMaster master) {
    if (!world.process().isRunning() || world.process().node() == null) {
      world.scheduler().after(500, () -> true, () -> follow(master));
      return;
    }
    isBusy = false;
    if (world.target().isEmpty()) {
      world.trace("SLAVEOF " + master.address.host() + " again");
      world.target(Optional.of(master));
      SimProcess process = world.process();
      process.guarded(
          () -> {
            var unused = process.node().slaveOf(master.address, false);
          });
    }
  }

  /** Once the worker has taken notice that it may. */
  private void write(SimProcess process, int mine) {
    for (int i = 0; i < world.config().dbs(); i++) {
      int db = i;
      var unused =
          process
              .node()
              .db(db)
              .drain()
              .whenComplete(
                  (done, failure) -> {
                    if (failure == null && process.isRunning()) {
                      write(process, mine, db, copy(process, db), random.nextInt(12));
                    }
                  });
    }
  }

  private SimBinlog copy(SimProcess process, int db) {
    SimKeys[] keys = new SimKeys[world.config().instances()];
    for (int i = 0; i < keys.length; i++) {
      keys[i] = new SimKeys(process.data(db).keys(i));
    }
    return new SimBinlog(keys, process.node().db(db).received(), world.config().fileBytes());
  }

  private void write(SimProcess process, int mine, int db, SimBinlog own, int count) {
    if (count > 0) {
      world
          .scheduler()
          .after(
              random.nextInt(100),
              () -> process.isRunning() && mine == round && world.target().isEmpty(),
              () -> process.guarded(() -> writeOne(process, mine, db, own, count)));
    }
  }

  private void writeOne(SimProcess process, int mine, int db, SimBinlog own, int count) {
    String history = process.node().session().state().replicationId();
    SimItem item;
    do {
      Args args = world.writer().command(own, world.config().instances());
      item = own.next(args, world.oracle().wallMs());
    } while (world.oracle().isTaken(history, db, item.end()));
    own.append(item);
    SimItem made = item;
    world.oracle().created(history, db, made.end(), own.digests());
    var unused =
        process
            .node()
            .execute(
                db,
                List.of(
                    new Replication.Call(
                        CommandTable.instance().find(made.args()).orElseThrow(), made.args())))
            .whenComplete(
                (replies, failure) -> {
                  if (failure == null && replies.get(0).equals(Reply.OK)) {
                    world.oracle().acknowledges(process, db, made.end());
                    write(process, mine, db, own, count - 1);
                  }
                });
  }
}
