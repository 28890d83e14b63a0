package io.pikareplica.repl;

import io.pikareplica.repl.ReplConfig.Fsync;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * What one simulation is like; drawn from its seed, so that small and large, quiet and wild ones
 * all come up.
 *
 * @param window items that a master sends without an acknowledgement
 * @param frameItems the most in one frame
 * @param maxValue bytes of the longest value
 * @param mailboxBytes what makes the replica stop reading
 * @param faultEveryMs on average
 * @param writeEveryMs on average, of the masters
 */
record SimConfig(
    int dbs,
    int instances,
    Fsync fsync,
    long fileBytes,
    int window,
    int frameItems,
    int maxValue,
    long mailboxBytes,
    long faultEveryMs,
    long writeEveryMs,
    long faultsForMs,
    Set<Fault> faults) {

  /** What may go wrong, or is done to a node, while it replicates. */
  enum Fault {
    /** The connection breaks; both sides see it. */
    DROP,
    /** The connection breaks; one side sees it, or none. */
    HALF_OPEN,
    /** No packet arrives for a while. */
    PARTITION,
    MASTER_RESTART,
    /** It comes back without the newest items, and goes on from there. */
    MASTER_LOSES_TAIL,
    /** It comes back with other data and another replication id. */
    OTHER_HISTORY,
    PURGE,
    /** A master sends what it must not, see {@link SimMaster.Slip}. */
    SLIP,
    /** The process is killed, at a moment between two events or at one of its changes to files. */
    KILL,
    POWER_LOSS,
    /** The process is stopped in order and started again. */
    RESTART,
    /** SLAVEOF NO ONE, own writes, SLAVEOF. */
    PROMOTION,
    /** SLAVEOF to a master of the same history. */
    OTHER_MASTER,
    /** SLAVEOF force. */
    FORCE,
    DB_SLAVE_OF
  }

  static SimConfig of(SplittableRandom random) {
    Set<Fault> faults = EnumSet.noneOf(Fault.class);
    for (Fault fault : Fault.values()) {
      if (random.nextInt(5) < 2) {
        faults.add(fault);
      }
    }
    if (faults.isEmpty()) {
      faults.add(Fault.KILL);
    }
    boolean isLarge = random.nextInt(25) == 0;
    return new SimConfig(
        random.nextInt(3) == 0 ? 2 : 1,
        1 + random.nextInt(3),
        List.of(Fsync.values()).get(random.nextInt(3)),
        isLarge ? 80_000 : 300 + random.nextInt(3_000),
        1 + random.nextInt(20),
        1 + random.nextInt(8),
        isLarge ? 30_000 : random.nextInt(6) == 0 ? 600 : 30,
        random.nextBoolean() ? 1_000 : 100_000,
        200 + random.nextInt(5_000),
        20 + random.nextInt(200),
        5_000 + random.nextInt(20_000),
        faults);
  }
}
