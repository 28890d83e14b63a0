package io.pikareplica.info;

import io.pikareplica.binlog.BinlogOffset;
import io.pikareplica.repl.Divergence;
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
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** What a Sentinel and dashboards meet: the examples of spec sentinel-info §4.6, and some more. */
enum Situations {
  /** (a) */
  CONNECTED(slave(up(), Situations.inSync(), List.of(), "")),
  /** (b) */
  LINK_DOWN(
      slave(
          down(LinkState.SHOULD_META_SYNC, -1, 7, ""),
          List.of(
              db("db0", ReplState.TRY_CONNECT, Facts.END0, "write2file7"),
              db("db1", ReplState.TRY_CONNECT, Facts.END1, "none")),
          List.of(),
          "")),
  /** (c) */
  FULL_SYNC(
      slave(
          down(LinkState.META_SYNC_DONE, 0, 41, ""),
          List.of(Situations.syncing(), Situations.inSync().get(1)),
          List.of(),
          "db0: full sync needed: the master has purged the binlog from here on")),
  /** (d) */
  PROMOTED(master(List.of(replica("online", Sending.Kind.BINLOG)))),
  /** A master whose only replica fetches a snapshot. */
  REPLICA_IN_FULL_SYNC(master(List.of(replica("send_bulk", Sending.Kind.SNAPSHOT)))),
  ALONE(master(List.of())),
  /** (e) */
  CHAINED(slave(up(), Situations.inSync(), List.of(replica("online", Sending.Kind.BINLOG)), "")),
  DIVERGED(slave(up(), List.of(Situations.replaced(), Situations.inSync().get(1)), List.of(), "")),
  /** Words of others in every line for people, with all that readers could fall over. */
  IN_ERROR(
      slave(
          down(LinkState.ERROR, -1, -1, "refused: a=1, b\r\nrole:master\r\n# Replication"),
          List.of(
              new Db(
                  "db0",
                  ReplState.ERROR,
                  Facts.END0,
                  Facts.END0,
                  BinlogOffset.ZERO,
                  Optional.empty(),
                  "none",
                  true,
                  "unknown command 'foo', x=y, at 17:52428800",
                  Optional.empty()),
              Situations.inSync().get(1)),
          List.of(),
          "db0: unknown command 'foo', x=y, at 17:52428800"));

  @SuppressWarnings("ImmutableEnumChecker") // a record of values all the way down
  final ReplicationStatus status;

  Situations(ReplicationStatus status) {
    this.status = status;
  }

  String text(InfoSource.Style style, String... sections) {
    return InfoCommand.render(new FixedInfoSource(status, style), List.of(sections));
  }

  private static List<Db> inSync() {
    return List.of(
        db("db0", ReplState.CONNECTED, Facts.END0, "write2file7"),
        db("db1", ReplState.CONNECTED, Facts.END1, "none"));
  }

  private static Db db(String name, ReplState state, BinlogOffset end, String safetyPurge) {
    BinlogOffset first = name.equals("db0") ? new BinlogOffset(8, 0) : BinlogOffset.ZERO;
    return new Db(
        name, state, end, end, first, Optional.empty(), safetyPurge, false, "", Optional.empty());
  }

  private static Db syncing() {
    return new Db(
        "db0",
        ReplState.WAIT_DB_SYNC,
        BinlogOffset.ZERO,
        BinlogOffset.ZERO,
        BinlogOffset.ZERO,
        Optional.of(new SyncProgress(734_003_200, 183_500_800, 0)),
        "none",
        false,
        "",
        Optional.empty());
  }

  /** A DB whose own history was replaced by the master's. */
  private static Db replaced() {
    return new Db(
        "db0",
        ReplState.CONNECTED,
        Facts.END1,
        Facts.END1,
        BinlogOffset.ZERO,
        Optional.empty(),
        "none",
        false,
        "",
        Optional.of(
            new Divergence(
                1_790_000_000_123L,
                "our binlog is longer than the master's",
                Facts.ID,
                Facts.END0,
                Facts.END1,
                new HostPort("10.0.0.11", 9221),
                "b".repeat(50),
                Optional.of(Facts.END1),
                Divergence.Outcome.REPLACED,
                Optional.of(Path.of("/data/db/diverged/db0-20260921T141320Z-0123abcd")))));
  }

  private static Master up() {
    return new Master(new HostPort("10.0.0.11", 9221), LinkState.META_SYNC_DONE, true, 0, 0, "");
  }

  private static Master down(LinkState state, long lastIo, long since, String error) {
    return new Master(new HostPort("10.0.0.11", 9221), state, false, lastIo, since, error);
  }

  private static Replica replica(String state, Sending.Kind kind) {
    boolean isOnline = kind == Sending.Kind.BINLOG;
    return new Replica(
        new HostPort("10.0.0.13", 9221),
        state,
        isOnline ? List.of(Facts.END0, Facts.END1) : List.of(BinlogOffset.ZERO, Facts.END1),
        List.of(
            new Sending(kind, isOnline ? new BinlogOffset(17, 52_428_000) : BinlogOffset.ZERO),
            new Sending(Sending.Kind.BINLOG, Facts.END1)),
        0);
  }

  private static ReplicationStatus slave(
      Master master, List<Db> dbs, List<Replica> replicas, String ineligible) {
    return new ReplicationStatus(
        Role.SLAVE,
        Facts.ID,
        Optional.of(master),
        dbs,
        replicas,
        ineligible.isEmpty(),
        ineligible,
        100,
        true,
        true,
        Facts.F,
        FileSizeSource.MASTER,
        OffsetOrder.REDIS_ORDER,
        10);
  }

  private static ReplicationStatus master(List<Replica> replicas) {
    return new ReplicationStatus(
        Role.MASTER,
        Facts.ID,
        Optional.empty(),
        inSync(),
        replicas,
        true,
        "",
        100,
        false,
        true,
        Facts.F,
        FileSizeSource.OWN,
        OffsetOrder.REDIS_ORDER,
        10);
  }

  /** In a class of its own: an enum's constants come before its other fields. */
  static final class Facts {
    static final long F = 104_857_600;
    static final String ID = "94e8feeaf9036a77c59ad2f091f1c0b0858047f06fa1e09afa";
    static final BinlogOffset END0 = new BinlogOffset(17, 52_428_800);
    static final BinlogOffset END1 = new BinlogOffset(3, 1024);
  }
}
