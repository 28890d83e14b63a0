package io.pikareplica.server.sentinel;

import io.pikareplica.binlog.BinlogOffset;
import io.pikareplica.repl.HostPort;
import io.pikareplica.repl.LinkState;
import io.pikareplica.repl.OffsetOrder;
import io.pikareplica.repl.ReplState;
import io.pikareplica.repl.ReplicationStatus;
import io.pikareplica.repl.ReplicationStatus.Db;
import io.pikareplica.repl.ReplicationStatus.FileSizeSource;
import io.pikareplica.repl.ReplicationStatus.Master;
import io.pikareplica.repl.ReplicationStatus.Replica;
import io.pikareplica.repl.ReplicationStatus.Role;
import io.pikareplica.repl.ReplicationStatus.Sending;
import io.pikareplica.repl.ReplicationStatus.SyncProgress;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** Replication statuses as real nodes come to have them. */
final class Statuses {
  /** {@code binlog-file-size} of all of them. */
  static final long FILE_SIZE = 100L << 20;

  private static final String HISTORY = "0123456789".repeat(5);

  private Statuses() {}

  /** What a replica may be, other than well. */
  enum Flaw {
    NONE(ReplState.CONNECTED, "", 0),
    FULL_SYNC(ReplState.WAIT_DB_SYNC, "db0: full sync needed: the master has purged", 41),
    FULL_SYNC_AHEAD(ReplState.TRY_DB_SYNC, "db0: full sync needed: asked for", 2),
    DIVERGED(ReplState.ERROR, "db0: diverged: our binlog is longer than the master's", 9),
    NEVER_SYNCED(ReplState.TRY_CONNECT, "never in sync with this history", -1);

    private final ReplState state;
    private final String reason;
    private final long downSeconds;

    Flaw(ReplState state, String reason, long downSeconds) {
      this.state = state;
      this.reason = reason;
      this.downSeconds = downSeconds;
    }
  }

  static ReplicationStatus master(List<Replica> replicas, List<BinlogOffset> ends) {
    return status(Role.MASTER, Optional.empty(), dbs(ends, Flaw.NONE), replicas, "", 100);
  }

  static ReplicationStatus replica(
      HostPort master, List<BinlogOffset> ends, Flaw flaw, int priority) {
    boolean isUp = flaw == Flaw.NONE;
    Master link =
        new Master(master, LinkState.META_SYNC_DONE, isUp, 0, isUp ? 0 : flaw.downSeconds, "");
    return status(Role.SLAVE, Optional.of(link), dbs(ends, flaw), List.of(), flaw.reason, priority);
  }

  static Replica attached(HostPort address, List<BinlogOffset> ends) {
    return new Replica(
        address,
        "online",
        ends,
        ends.stream().map(end -> new Sending(Sending.Kind.BINLOG, end)).toList(),
        0);
  }

  static ReplicationStatus promoted(ReplicationStatus old) {
    return status(Role.MASTER, Optional.empty(), old.dbs(), List.of(), "", old.priority());
  }

  static ReplicationStatus following(ReplicationStatus old, HostPort master) {
    Master link = new Master(master, LinkState.META_SYNC_DONE, true, 0, 0, "");
    return status(
        Role.SLAVE,
        Optional.of(link),
        old.dbs(),
        List.of(),
        old.ineligibleReason(),
        old.priority());
  }

  private static List<Db> dbs(List<BinlogOffset> ends, Flaw flaw) {
    return IntStream.range(0, ends.size())
        .mapToObj(
            i ->
                new Db(
                    "db" + i,
                    i == 0 ? flaw.state : ReplState.CONNECTED,
                    ends.get(i),
                    ends.get(i),
                    BinlogOffset.ZERO,
                    i == 0 && flaw == Flaw.FULL_SYNC
                        ? Optional.of(new SyncProgress(1 << 20, 1 << 10, 0))
                        : Optional.empty(),
                    "none",
                    false,
                    "",
                    Optional.empty()))
        .toList();
  }

  private static ReplicationStatus status(
      Role role,
      Optional<Master> master,
      List<Db> dbs,
      List<Replica> replicas,
      String ineligibleReason,
      int priority) {
    return new ReplicationStatus(
        role,
        HISTORY,
        master,
        dbs,
        replicas,
        ineligibleReason.isEmpty(),
        ineligibleReason,
        priority,
        role == Role.SLAVE,
        true,
        FILE_SIZE,
        FileSizeSource.MASTER,
        OffsetOrder.REDIS_ORDER,
        10);
  }
}
