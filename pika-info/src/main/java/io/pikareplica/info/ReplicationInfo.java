package io.pikareplica.info;

import io.pikareplica.binlog.BinlogOffset;
import io.pikareplica.info.InfoSource.Style;
import io.pikareplica.repl.Divergence;
import io.pikareplica.repl.ReplState;
import io.pikareplica.repl.ReplicationStatus;
import io.pikareplica.repl.ReplicationStatus.Db;
import io.pikareplica.repl.ReplicationStatus.Master;
import io.pikareplica.repl.ReplicationStatus.Role;
import io.pikareplica.repl.ReplicationStatus.SyncProgress;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;

/**
 * INFO replication: every line that Pika prints (src/pika_admin.cc, InfoCmd::InfoReplication) and
 * every one that Redis and its Sentinel know, in one order that none of their readers trips over:
 * {@code role} first, since Sentinel ignores what stands before it. What only we print comes last.
 */
final class ReplicationInfo implements InfoSection {
  private static final int REPL_ID_LENGTH = 40;
  private static final String NO_REPL_ID = "0".repeat(REPL_ID_LENGTH);

  @Override
  public String name() {
    return "replication";
  }

  @Override
  public void render(InfoSource source, InfoWriter out) {
    ReplicationStatus status = source.replication();
    Style style = source.style();
    boolean isMaster = status.role() == Role.MASTER;
    out.section("Replication");
    out.line("role", isMaster ? "master" : "slave");
    if (!isMaster && !status.replicas().isEmpty()) {
      out.line("pika_role", "master&&slave");
    }
    out.line("ReplicationID", status.replicationId());
    status.master().ifPresent(master -> master(status, master, style, out));
    ReplicaLines.render(status, out);
    out.line("is_eligible_for_master_election", Boolean.toString(status.isEligible()));
    for (Db db : status.dbs()) {
      db.lastDivergence()
          .ifPresent(d -> out.line("db_last_divergence_" + db.name(), divergence(d)));
    }
    binlogs(status, style, out);
    if (isMaster) {
      out.line("slave_repl_offset", status.appliedOffset());
    }
    history(status, out);
    ours(status, out);
  }

  private static void master(ReplicationStatus status, Master master, Style style, InfoWriter out) {
    List<SyncProgress> syncs = status.dbs().stream().flatMap(db -> db.sync().stream()).toList();
    out.line("master_host", master.address().host());
    out.line("master_port", master.address().port());
    out.line("master_link_status", master.isUp() ? "up" : "down");
    out.line("master_last_io_seconds_ago", master.lastIoSecondsAgo());
    out.flag("master_sync_in_progress", status.dbs().stream().anyMatch(ReplicationInfo::isSyncing));
    out.line("slave_read_repl_offset", status.receivedOffset());
    out.line("slave_repl_offset", status.appliedOffset());
    if (!syncs.isEmpty()) {
      progress(syncs, out);
    }
    if (!master.isUp()) {
      out.line("master_link_down_since_seconds", master.downSinceSeconds());
    }
    // the one veto that Sentinel heeds
    out.line("slave_priority", status.isEligible() ? status.priority() : 0);
    out.line("slave_priority_configured", status.priority());
    out.flag("slave_read_only", status.readOnly());
    out.flag("replica_announced", status.announced());
    connectStatus(status, style, out);
  }

  private static boolean isSyncing(Db db) {
    return db.state() == ReplState.TRY_DB_SYNC || db.state() == ReplState.WAIT_DB_SYNC;
  }

  private static void progress(List<SyncProgress> syncs, InfoWriter out) {
    long total = syncs.stream().mapToLong(SyncProgress::totalBytes).sum();
    long read = syncs.stream().mapToLong(SyncProgress::readBytes).sum();
    long lastIo = syncs.stream().mapToLong(SyncProgress::lastIoSecondsAgo).min().orElse(-1);
    double percent = total == 0 ? 0 : 100.0 * read / total;
    out.line("master_sync_total_bytes", total);
    out.line("master_sync_read_bytes", read);
    out.line("master_sync_left_bytes", Math.max(0, total - read));
    out.line("master_sync_perc", String.format(Locale.ROOT, "%.2f", percent));
    out.line("master_sync_last_io_seconds_ago", lastIo);
  }

  private static void connectStatus(ReplicationStatus status, Style style, InfoWriter out) {
    out.line("repl_connect_status", "");
    StringBuilder others = new StringBuilder();
    for (Db db : status.dbs()) {
      String name = style.isStrictRedis() ? "pika_" + db.name() + "_state" : db.name();
      out.line(name, db.state().connectStatus());
      if (db.state() != ReplState.CONNECTED) {
        others.append('(').append(db.name()).append(':').append(db.state().dbReplState());
        others.append(')');
      }
    }
    if (!others.isEmpty()) {
      out.line("db_repl_state", others.toString());
    }
  }

  /** The reason comes last: it is a sentence and may hold anything. */
  private static String divergence(Divergence divergence) {
    return "time="
        + Instant.ofEpochMilli(divergence.timeMs()).truncatedTo(ChronoUnit.SECONDS)
        + ",action="
        + divergence.outcome().text()
        + ",kept="
        + divergence.kept().map(Path::toString).orElse("none")
        + ",ours="
        + divergence.replicationId()
        + " "
        + divergence.received()
        + ",applied="
        + divergence.applied()
        + ",master="
        + divergence.master()
        + ",theirs="
        + divergence.masterReplicationId()
        + " "
        + divergence.masterEnd().map(BinlogOffset::toString).orElse("unknown")
        + ",reason="
        + divergence.reason();
  }

  private static void binlogs(ReplicationStatus status, Style style, InfoWriter out) {
    for (Db db : status.dbs()) {
      BinlogOffset end = db.received();
      String value =
          "binlog_offset="
              + Integer.toUnsignedString(end.filenum())
              + " "
              + end.offset()
              + ",safety_purge="
              + db.safetyPurge();
      out.line(style.isStrictRedis() ? "pika_" + db.name() + "_binlog" : db.name(), value);
      if (style.hasExporterBinlog()) {
        out.line("pika_binlog_" + db.name(), db.name() + " " + value);
      }
    }
  }

  private static void history(ReplicationStatus status, InfoWriter out) {
    String id = status.replicationId();
    long end = status.appliedOffset();
    long first = Math.min(status.firstRetainedOffset(), end);
    long capacity =
        status.retainedFiles() * status.binlogFileSizeBytes() * Math.max(1, status.dbs().size());
    out.line("master_failover_state", "no-failover");
    out.line(
        "master_replid",
        id.length() < REPL_ID_LENGTH ? NO_REPL_ID : id.substring(0, REPL_ID_LENGTH));
    out.line("master_replid2", NO_REPL_ID);
    out.line("master_repl_offset", end);
    out.line("second_repl_offset", -1);
    out.flag("repl_backlog_active", true);
    out.line("repl_backlog_size", capacity);
    out.line("repl_backlog_first_byte_offset", first);
    out.line("repl_backlog_histlen", end - first);
  }

  /** What neither Pika nor Redis has a line for: what a person must know, and why. */
  private static void ours(ReplicationStatus status, InfoWriter out) {
    if (!status.isEligible()) {
      out.words("ineligible_reason", status.ineligibleReason());
    }
    status
        .master()
        .map(Master::error)
        .filter(error -> !error.isEmpty())
        .ifPresent(error -> out.words("master_link_error", error));
    for (Db db : status.dbs()) {
      if (!db.error().isEmpty()) {
        out.words("db_repl_error_" + db.name(), db.error());
      }
    }
    out.line("pika_binlog_file_size", status.binlogFileSizeBytes());
    out.line(
        "pika_binlog_file_size_source", status.fileSizeSource().name().toLowerCase(Locale.ROOT));
  }
}
