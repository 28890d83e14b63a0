package io.pikareplica.repl;

import io.pikareplica.binlog.BinlogOffset;
import java.util.List;
import java.util.Optional;

/**
 * The truth about replication at one moment. INFO, ROLE and metrics are renderings of it and
 * compute nothing of their own. Immutable; any thread.
 *
 * @param replicationId Pika's 50 hex digits, empty before the first MetaSync
 * @param master the master that is followed; empty on a master
 * @param dbs in the order of their numbers
 * @param replicas nodes that follow this one
 * @param isEligible whether this node may be promoted: every DB holds a consistent image of the
 *     master (spec sentinel-info §5.4)
 * @param ineligibleReason why not; empty when it is
 * @param priority {@code slave-priority} as configured
 * @param readOnly whether client writes are refused
 * @param announced {@code replica-announced}
 * @param binlogFileSizeBytes F: the master's {@code binlog-file-size}, ours where it is unknown
 * @param retainedFiles {@code expire-logs-nums}
 */
public record ReplicationStatus(
    Role role,
    String replicationId,
    Optional<Master> master,
    List<Db> dbs,
    List<Replica> replicas,
    boolean isEligible,
    String ineligibleReason,
    int priority,
    boolean readOnly,
    boolean announced,
    long binlogFileSizeBytes,
    int retainedFiles) {

  /** What this node is to clients and Sentinels. */
  public enum Role {
    MASTER,
    SLAVE
  }

  /**
   * The link to the master.
   *
   * @param address as SLAVEOF gave it
   * @param isUp every DB is connected and the master was heard of within the timeout
   * @param lastIoSecondsAgo since the last message; -1 without a connection
   * @param downSinceSeconds since the link was lost; -1 when it never was up; 0 while it is up
   * @param error what a person must know, one line; empty for nothing
   */
  public record Master(
      HostPort address,
      LinkState state,
      boolean isUp,
      long lastIoSecondsAgo,
      long downSinceSeconds,
      String error) {}

  /**
   * One DB.
   *
   * @param received END of the last item received from the master
   * @param applied END of the last item applied; what clients can read
   * @param firstRetained start of the oldest binlog file that is kept
   * @param sync the full sync that is running, if one is
   * @param safetyPurge the newest file that PURGELOGSTO may remove, Pika's words: {@code none} or
   *     {@code write2fileN}
   * @param error what a person must know, one line; empty for nothing
   */
  public record Db(
      String name,
      ReplState state,
      BinlogOffset received,
      BinlogOffset applied,
      BinlogOffset firstRetained,
      Optional<SyncProgress> sync,
      String safetyPurge,
      String error) {}

  /**
   * How far a full sync is.
   *
   * @param totalBytes of all files; 0 while that is unknown
   * @param readBytes received
   * @param lastIoSecondsAgo since the last byte
   */
  public record SyncProgress(long totalBytes, long readBytes, long lastIoSecondsAgo) {}

  /**
   * A node that follows this one.
   *
   * @param state {@code online}, {@code send_bulk} or {@code wait_bgsave}
   * @param acked per DB, in the order of {@link ReplicationStatus#dbs}
   * @param lagSeconds since its last ack
   */
  public record Replica(
      HostPort address, String state, List<BinlogOffset> acked, long lagSeconds) {}

  /** The offset that clients can read up to, over all DBs, as one number; see {@link #offsetOf}. */
  public long appliedOffset() {
    return offsetOf(dbs.stream().map(Db::applied).toList());
  }

  /** Likewise of everything received. */
  public long receivedOffset() {
    return offsetOf(dbs.stream().map(Db::received).toList());
  }

  /** Likewise of the oldest binlog that is kept. */
  public long firstRetainedOffset() {
    return offsetOf(dbs.stream().map(Db::firstRetained).toList());
  }

  /**
   * One number for the offsets of all DBs, in the master's coordinates: what Sentinel compares.
   * Pika adds {@code filenum * F + offset}, which goes back by megabytes when a file that ended
   * past F is rolled; with the offset cut at F the sum never goes back (spec sentinel-info §5.1,
   * V2).
   */
  public long offsetOf(List<BinlogOffset> offsets) {
    long sum = 0;
    for (BinlogOffset offset : offsets) {
      long here =
          Integer.toUnsignedLong(offset.filenum()) * binlogFileSizeBytes
              + Math.min(offset.offset(), binlogFileSizeBytes);
      sum = sum + here < 0 ? Long.MAX_VALUE : sum + here;
    }
    return sum;
  }
}
