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
 * @param binlogFileSizeBytes F: the master's {@code binlog-file-size}, ours where it is unknown and
 *     on a master
 * @param offsetOrder how offsets become one number
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
    FileSizeSource fileSizeSource,
    OffsetOrder offsetOrder,
    int retainedFiles) {

  /** What this node is to clients and Sentinels. */
  public enum Role {
    MASTER,
    SLAVE
  }

  /** Where {@code binlogFileSizeBytes} comes from. */
  public enum FileSizeSource {
    /** From the master that is followed, in this process. */
    MASTER,
    /** From a master, before the last reconnect or restart. */
    REMEMBERED,
    /** It is our own setting. */
    OWN
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
   * @param received END of the last item received from the master; ZERO on a replica whose data is
   *     to be replaced by a full sync, as long as that lasts
   * @param applied END of the last item applied; what clients can read; never beyond {@code
   *     received}
   * @param firstRetained start of the oldest binlog file that is kept
   * @param sync the full sync that is running, if one is
   * @param safetyPurge the newest file that PURGELOGSTO may remove, Pika's words: {@code none} or
   *     {@code write2fileN}
   * @param hasStopped whether its disk or its data failed, so that it takes nothing more
   * @param error what a person must know, one line; empty for nothing
   * @param lastDivergence the last time that its history was not the master's
   */
  public record Db(
      String name,
      ReplState state,
      BinlogOffset received,
      BinlogOffset applied,
      BinlogOffset firstRetained,
      Optional<SyncProgress> sync,
      String safetyPurge,
      boolean hasStopped,
      String error,
      Optional<Divergence> lastDivergence) {}

  /**
   * How far a full sync is.
   *
   * @param totalBytes of all tables; 0 while that is unknown
   * @param readBytes received
   * @param lastIoSecondsAgo since the last byte
   */
  public record SyncProgress(long totalBytes, long readBytes, long lastIoSecondsAgo) {}

  /**
   * A node that follows this one.
   *
   * @param state {@code online}, {@code send_bulk} or {@code wait_bgsave}
   * @param acked per DB, in the order of {@link ReplicationStatus#dbs}
   * @param sending likewise, what it is sent
   * @param lagSeconds since its last ack
   */
  public record Replica(
      HostPort address,
      String state,
      List<BinlogOffset> acked,
      List<Sending> sending,
      long lagSeconds) {}

  /**
   * What a replica is sent of one DB.
   *
   * @param sent END of the last item that was sent; of meaning for {@code BINLOG}
   */
  public record Sending(Kind kind, BinlogOffset sent) {
    /** Pika's SlaveState, with none at all. */
    public enum Kind {
      NOTHING,
      SNAPSHOT,
      BINLOG
    }
  }

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
   * Never negative: what does not fit is the largest number (spec sentinel-info §5.1, §5.2).
   */
  public long offsetOf(List<BinlogOffset> offsets) {
    long sum = 0;
    for (BinlogOffset offset : offsets) {
      sum = saturated(sum, offsetOf(offset));
    }
    return sum;
  }

  private long offsetOf(BinlogOffset offset) {
    long files = Integer.toUnsignedLong(offset.filenum());
    long here =
        switch (offsetOrder) {
          case REDIS_ORDER -> Math.min(offset.offset(), binlogFileSizeBytes);
          case PIKA_EXACT -> offset.offset();
        };
    long before = files * binlogFileSizeBytes;
    boolean isTooLarge = Math.multiplyHigh(files, binlogFileSizeBytes) != 0 || before < 0;
    return isTooLarge ? Long.MAX_VALUE : saturated(before, here);
  }

  private static long saturated(long a, long b) {
    return a + b < 0 ? Long.MAX_VALUE : a + b;
  }
}
