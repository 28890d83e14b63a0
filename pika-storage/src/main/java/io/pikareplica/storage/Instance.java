package io.pikareplica.storage;

import io.pikareplica.binlog.BinlogOffset;
import io.pikareplica.storage.codec.KeyFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.rocksdb.Checkpoint;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.DBOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * One RocksDB of a DB, with its eight families. Owns every native handle of it. Reads from any
 * thread; writes and close from the thread that owns the DB.
 */
final class Instance implements AutoCloseable {
  private final Path folder;
  private final DBOptions dbOptions;
  private final ColumnFamilyOptions familyOptions;
  private final RocksSettings settings;
  private final WriteOptions writeOptions;
  private final Map<Family, ColumnFamilyHandle> handles = new EnumMap<>(Family.class);
  private final RocksDB rocks;
  private BinlogOffset applied;

  private Instance(
      Path folder,
      DBOptions dbOptions,
      ColumnFamilyOptions familyOptions,
      RocksSettings settings,
      WriteOptions writeOptions,
      List<ColumnFamilyHandle> handles,
      RocksDB rocks) {
    this.folder = folder;
    this.dbOptions = dbOptions;
    this.familyOptions = familyOptions;
    this.settings = settings;
    this.writeOptions = writeOptions;
    for (Family family : Family.values()) {
      this.handles.put(family, handles.get(this.handles.size()));
    }
    this.rocks = rocks;
  }

  /**
   * Opens the instance in a folder, creating it where there is none.
   *
   * @param index its number within the DB
   * @throws StorageException when it does not open, or was made with another layout
   */
  static Instance open(Path folder, int index, DbOptions options) {
    RocksSettings settings = new RocksSettings(options.compression());
    DBOptions dbOptions =
        new DBOptions().setCreateIfMissing(true).setCreateMissingColumnFamilies(true);
    dbOptions.setMaxOpenFiles(5000).setDbWriteBufferSize(options.writeBufferBytes());
    ColumnFamilyOptions familyOptions =
        settings.family().setWriteBufferSize(options.writeBufferBytes());
    List<ColumnFamilyDescriptor> descriptors = new ArrayList<>();
    for (Family family : Family.values()) {
      descriptors.add(new ColumnFamilyDescriptor(family.rocksNameBytes(), familyOptions));
    }
    List<ColumnFamilyHandle> handles = new ArrayList<>();
    WriteOptions writeOptions = new WriteOptions().setSync(options.syncWal());
    Instance instance;
    try {
      Files.createDirectories(folder);
      RocksDB rocks = RocksDB.open(dbOptions, folder.toString(), descriptors, handles);
      instance =
          new Instance(folder, dbOptions, familyOptions, settings, writeOptions, handles, rocks);
    } catch (RocksDBException | IOException e) {
      writeOptions.close();
      familyOptions.close();
      dbOptions.close();
      settings.close();
      throw new StorageException("cannot open " + folder + ": " + reason(e), e);
    }
    try {
      instance.checkLayout(index, options);
      instance.applied = instance.readApplied();
    } catch (RuntimeException e) {
      instance.close();
      throw e;
    }
    return instance;
  }

  private static String reason(Exception e) {
    String message = String.valueOf(e.getMessage());
    return message.contains(PikaFamily.LIST.rocksName())
        ? "it has the layout of a real Pika and was not imported: " + message
        : message;
  }

  private void checkLayout(int index, DbOptions options) {
    byte[] expected = ReplicaState.layout(index, options);
    byte[] found = get(Family.REPLICA_STATE, ReplicaState.LAYOUT);
    if (found == null) {
      try {
        rocks.put(handle(Family.REPLICA_STATE), ReplicaState.LAYOUT, expected);
      } catch (RocksDBException e) {
        throw failed("write the layout of", e);
      }
    } else if (!Arrays.equals(found, expected)) {
      throw new StorageException(
          folder
              + " was made with "
              + ReplicaState.layoutText(found)
              + ", not "
              + ReplicaState.layoutText(expected));
    }
  }

  private BinlogOffset readApplied() {
    byte[] bytes = get(Family.REPLICA_STATE, ReplicaState.APPLIED);
    return bytes == null ? BinlogOffset.ZERO : ReplicaState.unpacked(bytes);
  }

  Path folder() {
    return folder;
  }

  RocksDB rocks() {
    return rocks;
  }

  ColumnFamilyHandle handle(Family family) {
    return handles.get(family);
  }

  /** END of the last item whose changes this instance holds. Read by the owner thread. */
  BinlogOffset applied() {
    return applied;
  }

  byte[] get(Family family, byte[] key) {
    try {
      return rocks.get(handle(family), key);
    } catch (RocksDBException e) {
      throw failed("read", e);
    }
  }

  /**
   * Writes a batch and the offset up to which the instance is then applied, in one step.
   *
   * @throws StorageException when nothing of it was written
   */
  void commit(PendingRows pending, BinlogOffset end) {
    try {
      pending
          .batch()
          .put(handle(Family.REPLICA_STATE), ReplicaState.APPLIED, ReplicaState.packed(end));
      rocks.write(writeOptions, pending.batch());
    } catch (RocksDBException e) {
      throw failed("write", e);
    }
    applied = end;
  }

  /** Removes every record and sets the applied offset, in one step. */
  void flush(BinlogOffset end) {
    byte[] afterAll = KeyFormat.afterAll();
    try (WriteBatch batch = new WriteBatch()) {
      for (Family family : Family.values()) {
        if (family != Family.REPLICA_STATE) {
          batch.deleteRange(handle(family), new byte[0], afterAll);
        }
      }
      batch.put(handle(Family.REPLICA_STATE), ReplicaState.APPLIED, ReplicaState.packed(end));
      rocks.write(writeOptions, batch);
    } catch (RocksDBException e) {
      throw failed("flush", e);
    }
    applied = end;
    freeSpace(afterAll);
  }

  /** Deletes the files that hold nothing but what was just removed, instead of compacting them. */
  private void freeSpace(byte[] afterAll) {
    try {
      // files go at once and for good: what removed their rows must not be lost in a power failure
      rocks.syncWal();
      for (Family family : Family.values()) {
        if (family != Family.REPLICA_STATE) {
          rocks.deleteFilesInRanges(
              handle(family), List.of(new byte[0], afterAll), /* includeEnd= */ false);
        }
      }
    } catch (RocksDBException e) {
      throw failed("free the space of", e);
    }
  }

  /** Writes changes that belong to no item and that no reader can see. */
  void writeUnlogged(WriteBatch batch) throws RocksDBException {
    rocks.write(writeOptions, batch);
  }

  /** Sets the applied offset, forwards or back, and leaves the records as they are. */
  void resetApplied(BinlogOffset offset) {
    try {
      rocks.put(
          handle(Family.REPLICA_STATE),
          writeOptions,
          ReplicaState.APPLIED,
          ReplicaState.packed(offset));
    } catch (RocksDBException e) {
      throw failed("write", e);
    }
    applied = offset;
  }

  /** Writes a checkpoint into a folder that does not exist yet. */
  void checkpoint(Path target) {
    try (Checkpoint checkpoint = Checkpoint.create(rocks)) {
      checkpoint.createCheckpoint(target.toString());
    } catch (RocksDBException e) {
      throw failed("take a checkpoint of", e);
    }
  }

  StorageException failed(String action, RocksDBException e) {
    return new StorageException("cannot " + action + " " + folder + ": " + e.getMessage(), e);
  }

  @Override
  public void close() {
    handles.values().forEach(ColumnFamilyHandle::close);
    rocks.close();
    writeOptions.close();
    familyOptions.close();
    dbOptions.close();
    settings.close();
  }
}
