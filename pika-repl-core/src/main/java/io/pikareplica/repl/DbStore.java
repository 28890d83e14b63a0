package io.pikareplica.repl;

import io.pikareplica.binlog.BinlogDirectory;
import io.pikareplica.binlog.BinlogOffset;
import io.pikareplica.binlog.BinlogRecord;
import io.pikareplica.binlog.BinlogWriter;
import io.pikareplica.repl.ReplConfig.Fsync;
import io.pikareplica.repl.ReplicationException.Kind;
import io.pikareplica.storage.DbView;
import io.pikareplica.storage.StorageException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The two things that a DB's worker writes, binlog and data, and the offsets that tell how far they
 * are. An error of the disk or of RocksDB stops the DB: what is on disk is unknown then, so nothing
 * is written until it is opened again, see {@link Reopening}. Owned by the worker; {@link #failure}
 * is for any thread.
 */
final class DbStore {
  private static final Logger log = LoggerFactory.getLogger(DbStore.class);

  private final String db;
  private final Fsync fsync;
  private final OffsetTracker offsets;
  private final LocalDb.Listener listener;
  private volatile ReplicationException failure;

  /** Whether it was not the binlog alone that failed. */
  private boolean isDataSuspect;

  /** Both null while they are opened anew, and after close; only the binlog when it failed. */
  private volatile DbData data;

  private BinlogWriter binlog;
  private volatile BinlogOffset highest = BinlogOffset.ZERO;

  /** When the last item was logged, by its writer's clock; ms since 1970. */
  private long itemTimeMs;

  DbStore(String db, Fsync fsync, OffsetTracker offsets, LocalDb.Listener listener) {
    this.db = db;
    this.fsync = fsync;
    this.offsets = offsets;
    this.listener = listener;
  }

  /** Takes over data and binlog that were just opened and fit together. */
  void use(DbFiles.Opened opened, String reason) {
    data = opened.data();
    binlog = opened.binlog();
    failure = null;
    isDataSuspect = false;
    BinlogOffset end = binlog.producer();
    BinlogOffset lowest = DbFiles.lowest(data);
    highest = data.applied().stream().max(Comparator.naturalOrder()).orElse(lowest);
    offsets.reset(lowest.isAfter(end) ? end : lowest, reason);
    offsets.received(end);
  }

  /** Whether the data is open and nothing is known against it. */
  boolean isDataSound() {
    return data != null && !isDataSuspect;
  }

  /**
   * Opens the binlog of a DB that has stopped anew, beside the data, which readers keep. On failure
   * the DB stays as it is.
   */
  void reopenBinlog(DbFiles files) throws IOException {
    closeBinlog();
    use(new DbFiles.Opened(data, files.openBinlog(data)), "binlog opened anew");
  }

  /** Per instance, END of the last item that the data holds. */
  List<BinlogOffset> appliedByInstance() {
    return data.applied();
  }

  /**
   * The data as it stands, for reading. Any thread that keeps {@link #close} away meanwhile.
   *
   * @throws StorageException when nothing is open
   */
  DbView view() {
    DbData current = data;
    if (current == null) {
      throw new StorageException(
          db + " is not open" + failure().map(e -> ": " + e.getMessage()).orElse(""));
    }
    return current.view();
  }

  BinlogDirectory binlogDirectory() {
    return binlog.directory();
  }

  BinlogOffset received() {
    return offsets.received();
  }

  BinlogOffset applied() {
    return offsets.applied();
  }

  Optional<ReplicationException> failure() {
    return Optional.ofNullable(failure);
  }

  /**
   * An empty batch.
   *
   * @throws ReplicationException STORAGE when the DB has stopped
   */
  DataBatch newBatch() throws ReplicationException {
    requireRunning();
    return data.newBatch();
  }

  /** Appends items of a master as they came; each was checked to follow the one before it. */
  void append(List<BinlogRecord> records) throws ReplicationException {
    requireRunning();
    try {
      appended(binlog.append(records));
    } catch (IOException e) {
      throw fail(e);
    }
  }

  /**
   * Appends commands of this node.
   *
   * @return END of the last one
   */
  BinlogOffset appendOwn(List<byte[]> contents, long execTimeSeconds) throws ReplicationException {
    requireRunning();
    try {
      appended(binlog.appendOwn(contents, (int) execTimeSeconds));
      return offsets.received();
    } catch (IOException e) {
      throw fail(e);
    }
  }

  private void appended(BinlogOffset end) throws IOException {
    offsets.received(end);
    if (fsync == Fsync.ALWAYS) {
      offsets.durable(binlog.force());
    }
    listener.appended(db, end);
  }

  /**
   * Makes a batch visible together with the offset that it reaches.
   *
   * @param timeMs when its last item was logged, by its writer's clock
   */
  void commit(DataBatch batch, BinlogOffset end, long timeMs) throws ReplicationException {
    requireRunning();
    try {
      batch.commit(end);
      offsets.applied(end);
      itemTimeMs = timeMs;
    } catch (RuntimeException e) {
      throw fail(e);
    }
  }

  /** Forces the binlog to disk if anything was appended since. */
  void force() {
    if (failure != null || offsets.durable().equals(offsets.received())) {
      return;
    }
    try {
      offsets.durable(binlog.force());
    } catch (IOException e) {
      fail(e);
    }
  }

  /**
   * Begins the binlog anew at an offset; the data counts as applied up to there.
   *
   * @throws ReplicationException STORAGE
   */
  void resetBinlog(BinlogOffset offset, String reason) throws ReplicationException {
    requireRunning();
    try {
      BinlogOffset reached = binlog.reset(offset);
      data.resetApplied(reached);
      highest = reached;
      offsets.reset(reached, reason);
    } catch (IOException | RuntimeException e) {
      throw fail(e);
    }
  }

  /**
   * Removes a little of what expired before the last item was logged. Not by the wall clock: an
   * item still under way may have been logged while the key lived, and make it persist.
   *
   * @return whether a round through the data has ended
   */
  boolean sweep(int maxLooks) {
    if (failure != null || data == null) {
      return true;
    }
    try {
      return data.sweep(itemTimeMs, maxLooks);
    } catch (RuntimeException e) {
      fail(e);
      return true;
    }
  }

  /** Removes every record; the offsets stay. */
  void flushData() throws ReplicationException {
    requireRunning();
    try {
      data.flushAll();
    } catch (RuntimeException e) {
      throw fail(e);
    }
  }

  /** Where the data is ahead of the binlog: the offset that it has reached. */
  Optional<BinlogOffset> gap() throws ReplicationException {
    requireRunning();
    return Optional.of(highest).filter(reached -> reached.isAfter(offsets.received()));
  }

  /** What the instance that is furthest held when the DB was opened. Any thread. */
  BinlogOffset highest() {
    return highest;
  }

  /** Whether all instances hold the same items. */
  boolean isEven() {
    return data.applied().stream().distinct().count() == 1;
  }

  /** Writes a checkpoint of the data and tells which offset it belongs to. */
  BinlogOffset checkpoint(Path folder) throws ReplicationException {
    requireRunning();
    return data.checkpoint(folder);
  }

  private void requireRunning() throws ReplicationException {
    if (failure != null) {
      throw failure;
    }
  }

  /** Stops the DB, and says why; the first reason stays. */
  ReplicationException fail(Throwable cause) {
    isDataSuspect |= !(cause instanceof IOException);
    if (failure == null) {
      failure =
          new ReplicationException(
              Kind.STORAGE,
              db + " has stopped at " + offsets.applied() + ": " + cause.getMessage(),
              cause);
      log.error(
          "db={} stopped, received={} applied={} reason=\"{}\": make room or mend the disk, then"
              + " it goes on by itself",
          db,
          received(),
          applied(),
          cause.getMessage());
      log.debug("db={} stopped by", db, cause);
    }
    return failure;
  }

  /**
   * Closes both. What is appended is forced to disk before, unless the DB has stopped.
   *
   * @throws StorageException when reads go on for too long; close may be tried again
   */
  void close() {
    if (data == null) {
      return;
    }
    force();
    closeBinlog();
    // reads that do not end may keep it open: then it stays here, to be closed the next time
    data.close();
    data = null;
  }

  private void closeBinlog() {
    if (binlog != null) {
      try {
        binlog.close();
      } catch (IOException e) {
        log.warn("db={} binlog did not close: {}", db, e.toString());
      }
      binlog = null;
    }
  }
}
