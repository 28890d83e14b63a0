package io.pikareplica.repl;

import io.pikareplica.binlog.BinlogOffset;
import io.pikareplica.repl.ReplConfig.Fsync;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What must hold at any moment of a simulation. It knows of every item that any master, or the node
 * itself, has ever logged, and what the keys of each instance were right after it:
 *
 * <ul>
 *   <li>the keys of each instance are what the offset says that is stored with them. So nothing is
 *       missing and nothing was applied twice;
 *   <li>an acknowledged item is in the binlog and in every instance, when the acknowledgement
 *       leaves and after whatever comes, but for a power loss without {@code fsync : always};
 *   <li>offsets do not go back, unless to those of a snapshot, or as told by DBSLAVEOF;
 *   <li>a master never sees an acknowledgement that does not fit.
 * </ul>
 */
final class SimOracle {
  /** The END of an item of a history, as no other branch of that history may have it. */
  private record Border(String history, int db, BinlogOffset end) {}

  /** What an instance was last found to hold. */
  private record Checked(BinlogOffset applied, long digest) {}

  private record Place(int db, BinlogOffset end) {}

  private final SimConfig config;
  private final SimScheduler scheduler;
  private final SimTrace trace;
  private final Set<Border> borders = new HashSet<>();
  private final Map<Place, List<long[]>> states = new HashMap<>();
  private final Checked[][] checked;
  private final BinlogOffset[] received;
  private final BinlogOffset[] acknowledged;
  private final List<Set<BinlogOffset>> snapshots = new ArrayList<>();
  private boolean hasLostPower;
  private Optional<String> violation = Optional.empty();

  SimOracle(SimConfig config, SimScheduler scheduler, SimTrace trace) {
    this.config = config;
    this.scheduler = scheduler;
    this.trace = trace;
    checked = new Checked[config.dbs()][config.instances()];
    received = new BinlogOffset[config.dbs()];
    acknowledged = new BinlogOffset[config.dbs()];
    Arrays.fill(received, BinlogOffset.ZERO);
    Arrays.fill(acknowledged, BinlogOffset.ZERO);
    for (int db = 0; db < config.dbs(); db++) {
      snapshots.add(new HashSet<>());
      // an empty binlog belongs to an empty DB
      created("", db, BinlogOffset.ZERO, new long[config.instances()]);
    }
  }

  long wallMs() {
    return 1_790_000_000_000L + scheduler.nowMs();
  }

  Optional<String> violation() {
    return violation;
  }

  /** The first one counts; what follows from it may be anything. */
  void violation(String what) {
    if (violation.isEmpty()) {
      violation = Optional.of(what);
      trace.add(scheduler.nowMs(), "VIOLATION " + what);
    }
  }

  // ---- what there is to be known

  boolean isTaken(String history, int db, BinlogOffset end) {
    return borders.contains(new Border(history, db, end));
  }

  void created(String history, int db, BinlogOffset end, long[] digests) {
    borders.add(new Border(history, db, end));
    states.computeIfAbsent(new Place(db, end), any -> new ArrayList<>(1)).add(digests);
  }

  /** From now on the offset of this snapshot may be that of the DB. */
  void mayBecome(int db, BinlogOffset offset) {
    snapshots.get(db).add(offset);
  }

  // ---- what the node says

  void acknowledges(SimProcess process, int db, BinlogOffset end) {
    for (BinlogOffset applied : process.data(db).applied()) {
      if (end.isAfter(applied)) {
        violation("db%d acknowledged %s, but holds %s".formatted(db, end, applied));
      }
    }
    LocalDb local = process.node().db(db);
    if (end.isAfter(local.received())) {
      violation("db%d acknowledged %s, but logged %s".formatted(db, end, local.received()));
    }
    if (config.fsync() == Fsync.ALWAYS && end.isAfter(local.offsets().durable())) {
      violation("db%d acknowledged %s before it was durable".formatted(db, end));
    }
    if (end.isAfter(acknowledged[db])) {
      acknowledged[db] = end;
    }
  }

  /** The process is gone, and with it what was not on disk. */
  void powerLost() {
    hasLostPower = true;
    for (int db = 0; db < received.length; db++) {
      received[db] = config.fsync() == Fsync.ALWAYS ? acknowledged[db] : BinlogOffset.ZERO;
    }
  }

  // ---- after every step

  void check(SimProcess process) {
    for (int db = 0; db < received.length; db++) {
      SimData data = process.data(db);
      if (data != null && !data.isClosed()) {
        LocalDb local = process.node().db(db);
        checkOffsets(db, local);
        checkData(db, data, local);
      }
    }
  }

  private boolean isRight(int db, int instance, Checked now) {
    return states.getOrDefault(new Place(db, now.applied()), List.of()).stream()
        .anyMatch(digests -> digests[instance] == now.digest());
  }

  private void checkOffsets(int db, LocalDb local) {
    BinlogOffset now = local.received();
    if (now.equals(received[db])) {
      return;
    }
    if (received[db].isAfter(now)) {
      if (!snapshots.get(db).contains(now)) {
        violation("db%d went back from %s to %s".formatted(db, received[db], now));
      }
      acknowledged[db] = now;
    }
    received[db] = now;
  }

  private void checkData(int db, SimData data, LocalDb local) {
    for (int i = 0; i < config.instances(); i++) {
      BinlogOffset applied = data.applied(i);
      Checked now = new Checked(applied, data.keys(i).digest());
      boolean isNew = !now.equals(checked[db][i]);
      if (isNew && applied.offset() == 0 && hasLostPower && config.fsync() != Fsync.ALWAYS) {
        // a master that has lost items in some instances begins a file of its own: nobody goes on
        created("", db, applied, data.digests());
      }
      if (isNew && !isRight(db, i, now)) {
        violation("db%d/%d at %s holds %s".formatted(db, i, applied, data.keys(i)));
      }
      checked[db][i] = now;
      if (local.applied().isAfter(applied)) {
        violation("db%d says %s, instance %d is at %s".formatted(db, local.applied(), i, applied));
      }
    }
  }
}
