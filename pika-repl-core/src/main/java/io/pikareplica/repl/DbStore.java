package io.pikareplica.repl;

import io.pikareplica.binlog.BinlogDirectory;
import io.pikareplica.binlog.BinlogOffset;
import io.pikareplica.binlog.BinlogRecord;
import io.pikareplica.binlog.BinlogWriter;
import io.pikareplica.repl.ReplConfig.Fsync;
import io.pikareplica.repl.ReplicationException.Kind;
import io.pikareplica.storage.DbBatch;
import io.pikareplica.storage.DbView;
import io.pikareplica.storage.PikaDb;
import io.pikareplica.storage.StorageException;
import io.pikareplica.storage.Sweeper;
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
 * is written until both are opened again. Owned by the worker; {@link #failure} is for any thread.
 */
final class DbStore {
  private static final Logger log = LoggerFactory.getLogger(DbStore.class);

  /** How much earlier than the last item a key must have expired to be removed: clocks step. */
  private static final long SWEEP_GRACE_MS = 60_000;

  private final String db;
  private final Fsync fsync;
  private final OffsetTracker offsets;
  private final LocalDb.Listener listener;
  private volatile ReplicationException failure;

  /** Both null while a snapshot is swapped in, and after close. */
  private volatile PikaDb data;

  private BinlogWriter binlog;
  private Sweeper sweeper;

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
    sweeper = new Sweeper(data, SWEEP_GRACE_MS);
    failure = null;
    BinlogOffset end = binlog.producer();
    BinlogOffset lowest = DbFiles.lowest(data);
    offsets.reset(lowest.isAfter(end) ? end : lowest, reason);
    offsets.received(end);
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
    PikaDb current = data;
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
  DbBatch newBatch() throws ReplicationException {
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
  void commit(DbBatch batch, BinlogOffset end, long timeMs) throws ReplicationException {
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
      return sweeper.step(itemTimeMs, maxLooks);
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

  /** Where the data is ahead of the binlog, begins the binlog anew at the data's offset. */
  void closeGap() throws ReplicationException {
    requireRunning();
    BinlogOffset highest = data.applied().stream().max(Comparator.naturalOrder()).orElseThrow();
    if (highest.isAfter(offsets.received())) {
      resetBinlog(highest, "the binlog had lost items that the data holds");
    }
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
    if (failure == null) {
      failure =
          new ReplicationException(
              Kind.STORAGE,
              db + " has stopped at " + offsets.applied() + ": " + cause.getMessage(),
              cause);
      log.error(
          "db={} stopped, received={} applied={} reason=\"{}\": make room or mend the disk,"
              + " restart",
          db,
          received(),
          applied(),
          cause.getMessage());
      log.debug("db={} stopped by", db, cause);
    }
    return failure;
  }

  /** Closes both. What is appended is forced to disk before, unless the DB has stopped. */
  void close() {
    if (data == null) {
      return;
    }
    force();
    try {
      binlog.close();
    } catch (IOException e) {
      log.warn("db={} binlog did not close: {}", db, e.toString());
    }
    binlog = null;
    PikaDb closing = data;
    data = null;
    closing.close();
  }
}
