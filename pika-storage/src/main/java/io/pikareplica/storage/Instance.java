package io.pikareplica.storage;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.pikareplica.binlog.BinlogOffset;
import io.pikareplica.storage.codec.KeyFormat;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
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
  /** The layout of this page and of {@link Family}; another one is another number. */
  private static final int FORMAT_VERSION = 1;

  private static final byte[] APPLIED = "applied".getBytes(US_ASCII);
  private static final byte[] LAYOUT = "layout".getBytes(US_ASCII);

  static {
    RocksDB.loadLibrary(); // BloomFilter, made first, does not load it
  }

  private final Path folder;
  private final DBOptions dbOptions;
  private final ColumnFamilyOptions familyOptions;
  private final BloomFilter filter;
  private final WriteOptions writeOptions;
  private final Map<Family, ColumnFamilyHandle> handles = new EnumMap<>(Family.class);
  private final RocksDB rocks;
  private BinlogOffset applied;

  private Instance(
      Path folder,
      DBOptions dbOptions,
      ColumnFamilyOptions familyOptions,
      BloomFilter filter,
      WriteOptions writeOptions,
      List<ColumnFamilyHandle> handles,
      RocksDB rocks) {
    this.folder = folder;
    this.dbOptions = dbOptions;
    this.familyOptions = familyOptions;
    this.filter = filter;
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
    BloomFilter filter = new BloomFilter(10, false);
    DBOptions dbOptions =
        new DBOptions().setCreateIfMissing(true).setCreateMissingColumnFamilies(true);
    dbOptions.setMaxOpenFiles(5000).setDbWriteBufferSize(options.writeBufferBytes());
    ColumnFamilyOptions familyOptions =
        new ColumnFamilyOptions()
            .setTableFormatConfig(
                // 5 is what RocksDB 8.7, which Pika is built with, can still read
                new BlockBasedTableConfig().setFormatVersion(5).setFilterPolicy(filter))
            .setLevelCompactionDynamicLevelBytes(true)
            .setTtl(0)
            .setPeriodicCompactionSeconds(0)
            .setWriteBufferSize(options.writeBufferBytes())
            .setCompressionType(
                options.compression()
                    ? CompressionType.SNAPPY_COMPRESSION
                    : CompressionType.NO_COMPRESSION);
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
          new Instance(folder, dbOptions, familyOptions, filter, writeOptions, handles, rocks);
    } catch (RocksDBException | IOException e) {
      writeOptions.close();
      familyOptions.close();
      dbOptions.close();
      filter.close();
      throw new StorageException("cannot open " + folder + ": " + e.getMessage(), e);
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

  private void checkLayout(int index, DbOptions options) {
    byte[] expected =
        ByteBuffer.allocate(16)
            .putInt(FORMAT_VERSION)
            .putInt(index)
            .putInt(options.instanceCount())
            .putInt(options.slotCount())
            .array();
    byte[] found = get(Family.REPLICA_STATE, LAYOUT);
    if (found == null) {
      try {
        rocks.put(handle(Family.REPLICA_STATE), LAYOUT, expected);
      } catch (RocksDBException e) {
        throw failed("write the layout of", e);
      }
    } else if (!ByteBuffer.wrap(found).equals(ByteBuffer.wrap(expected))) {
      throw new StorageException(
          folder + " was made with " + layoutText(found) + ", not " + layoutText(expected));
    }
  }

  private static String layoutText(byte[] layout) {
    if (layout.length != 16) {
      return "an unknown layout";
    }
    ByteBuffer in = ByteBuffer.wrap(layout);
    return "format "
        + in.getInt()
        + ", instance "
        + in.getInt()
        + ", db-instance-num "
        + in.getInt()
        + ", default-slot-num "
        + in.getInt();
  }

  private BinlogOffset readApplied() {
    byte[] bytes = get(Family.REPLICA_STATE, APPLIED);
    return bytes == null
        ? BinlogOffset.ZERO
        : BinlogOffset.ofPacked(ByteBuffer.wrap(bytes).getLong());
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
      pending.batch().put(handle(Family.REPLICA_STATE), APPLIED, packed(end));
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
      batch.put(handle(Family.REPLICA_STATE), APPLIED, packed(end));
      rocks.write(writeOptions, batch);
    } catch (RocksDBException e) {
      throw failed("flush", e);
    }
    applied = end;
  }

  /** Sets the applied offset, forwards or back, and leaves the records as they are. */
  void resetApplied(BinlogOffset offset) {
    try {
      rocks.put(handle(Family.REPLICA_STATE), writeOptions, APPLIED, packed(offset));
    } catch (RocksDBException e) {
      throw failed("write", e);
    }
    applied = offset;
  }

  private static byte[] packed(BinlogOffset offset) {
    return ByteBuffer.allocate(Long.BYTES).putLong(offset.packed()).array();
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
    filter.close();
  }
}
