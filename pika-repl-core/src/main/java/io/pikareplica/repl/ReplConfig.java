package io.pikareplica.repl;

import io.pikareplica.storage.DbOptions;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What replication is started with and keeps for its life.
 *
 * @param port the client port; the identity of this node towards a master
 * @param replPortShift what is added to a master's client port for its replication port: 2000
 * @param rsyncPortShift likewise for its file port: 10001
 * @param databases {@code databases}: db0 to db7 at most; must be the master's
 * @param dbPath {@code db-path}: {@code dbN/i}
 * @param logPath {@code log-path}: {@code log_dbN}
 * @param dbSyncPath {@code db-sync-path}: where a snapshot arrives; on the file system of dbPath
 * @param binlogFileSizeBytes {@code binlog-file-size}: a file is rolled once it is larger
 * @param fsync when the binlog is forced to disk
 * @param maxFrameBytes the largest frame taken from a master
 * @param mailboxBytes what may wait for one DB's worker before reading from the master stops
 * @param maxRsyncParallel {@code max-rsync-parallel-num}: files fetched at once, 1 to 4
 * @param master whom to follow from the start; empty: start as a master
 */
public record ReplConfig(
    int port,
    int replPortShift,
    int rsyncPortShift,
    int databases,
    DbOptions dbOptions,
    Path dbPath,
    Path logPath,
    Path dbSyncPath,
    long binlogFileSizeBytes,
    Fsync fsync,
    int maxFrameBytes,
    long mailboxBytes,
    int maxRsyncParallel,
    Optional<HostPort> master,
    ReplSettings settings) {

  /** {@code fsync}: what an acknowledgement promises against a power failure. */
  public enum Fsync {
    /** Nothing, as Pika: the system writes when it likes. */
    NO,
    /** All but the last second. */
    EVERYSEC,
    /** Everything: forced before each acknowledgement. */
    ALWAYS
  }
}
