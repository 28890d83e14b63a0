package io.pikareplica.storage;

import io.pikareplica.binlog.BinlogOffset;
import io.pikareplica.storage.codec.KeyFormat;
import io.pikareplica.storage.codec.PikaOrder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.LongConsumer;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns a DB folder in the layout of a real Pika, such as a fetched snapshot, into one of ours, in
 * place: lists and zset scores move into ordered families, everything else stays as it is. May be
 * run again on a folder where it was interrupted.
 */
public final class CheckpointImporter {
  private static final Logger log = LoggerFactory.getLogger(CheckpointImporter.class);

  /** Keys looked at to see whether both sides deal them to the same instances. */
  private static final int SAMPLE = 1000;

  private final DbOptions options;
  private final BinlogOffset offset;

  private CheckpointImporter(DbOptions options, BinlogOffset offset) {
    this.options = options;
    this.offset = offset;
  }

  /**
   * Imports. Waits until it is done; an interrupt stops it. Takes about a microsecond and a half
   * for a list element or zset member, the instances side by side.
   *
   * @param folder of the DB, with the instances {@code 0}, {@code 1} … in it
   * @param offset the binlog offset that the snapshot belongs to: applied afterwards
   * @param progress takes the list and zset rows converted so far, on any thread
   * @throws DamagedDataException when a file is missing, short or does not have its checksum
   * @throws StorageException in one line: an instance is missing or does not open, there are more
   *     or less of them than {@code db-instance-num}, the layout is of Pika 3.5, or the keys are
   *     dealt by another {@code default-slot-num}
   */
  public static void run(
      Path folder, DbOptions options, BinlogOffset offset, LongConsumer progress) {
    CheckpointImporter importer = new CheckpointImporter(options, offset);
    InstanceConversion.run(folder, options, progress, importer::convert);
  }

  private void convert(Path folder, int index, ConversionProgress progress)
      throws RocksDBException, IOException {
    try (BorderInstance instance = BorderInstance.open(folder, options)) {
      byte[] layout = ReplicaState.layout(index, options);
      if (!isConverted(instance, layout)) {
        checkFamilies(instance);
        instance.verifyTables(progress);
        checkInstance(instance, index);
        removePrivateRecords(instance);
        rewrite(instance, PikaFamily.LIST, CheckpointImporter::listKey, progress);
        rewrite(instance, PikaFamily.ZSET_SCORE, CheckpointImporter::scoreKey, progress);
        instance.create(Family.REPLICA_STATE.rocksName());
      }
      writeState(instance, layout);
      for (PikaFamily family : PikaFamily.values()) {
        if (family.isConverted()) {
          instance.drop(family.rocksName());
        }
      }
    }
  }

  /** Whether an earlier run has come so far that at most the dropping of families is left. */
  private static boolean isConverted(BorderInstance instance, byte[] layout)
      throws RocksDBException {
    String state = Family.REPLICA_STATE.rocksName();
    if (!instance.familyNames().contains(state)) {
      return false;
    }
    byte[] found = instance.rocks().get(instance.family(state), ReplicaState.LAYOUT);
    if (found != null && !Arrays.equals(found, layout)) {
      throw new StorageException(
          instance.folder()
              + " was made with "
              + ReplicaState.layoutText(found)
              + ", not "
              + ReplicaState.layoutText(layout));
    }
    return found != null;
  }

  private static void checkFamilies(BorderInstance instance) {
    Set<String> unknown = new TreeSet<>(instance.familyNames());
    for (PikaFamily family : PikaFamily.values()) {
      if (!unknown.remove(family.rocksName())) {
        throw new StorageException(
            instance.folder() + " has no column family " + family.rocksName());
      }
      unknown.remove(family.ours().rocksName());
    }
    unknown.remove(Family.REPLICA_STATE.rocksName());
    if (!unknown.isEmpty()) {
      throw new StorageException(
          instance.folder() + " has column families that Pika does not know: " + unknown);
    }
  }

  /** H-1: the number of slots is never sent; a wrong one shows in where the keys lie. */
  private void checkInstance(BorderInstance instance, int index) throws RocksDBException {
    int looked = 0;
    int foreign = 0;
    try (RocksIterator rows =
        instance.rocks().newIterator(instance.family(PikaFamily.META.rocksName()))) {
      for (rows.seekToFirst(); rows.isValid() && looked < SAMPLE; rows.next()) {
        Optional<byte[]> key = userKey(rows.key());
        if (key.isPresent()) {
          looked++;
          foreign += KeySlots.instanceOf(key.get(), options) == index ? 0 : 1;
        }
      }
      rows.status();
    }
    if (foreign * 20 > looked) {
      throw new StorageException(
          foreign
              + " of "
              + looked
              + " keys in "
              + instance.folder()
              + " belong to other instances with default-slot-num "
              + options.slotCount()
              + ": set it to the master's");
    }
  }

  /** Empty for keys with a zero byte inside, which Pika writes with a tail of garbage (H-4). */
  private static Optional<byte[]> userKey(byte[] rowKey) {
    try {
      byte[] key = KeyFormat.userKeyOf(rowKey);
      return Arrays.equals(KeyFormat.meta(key), rowKey) ? Optional.of(key) : Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** S-6: what another replica kept for itself behind all user keys. */
  private static void removePrivateRecords(BorderInstance instance) throws RocksDBException {
    ColumnFamilyHandle meta = instance.family(PikaFamily.META.rocksName());
    try (RocksIterator rows = instance.rocks().newIterator(meta)) {
      for (rows.seek(KeyFormat.afterAll()); rows.isValid(); rows.next()) {
        instance.rocks().delete(meta, rows.key());
      }
      rows.status();
    }
  }

  private static void rewrite(
      BorderInstance instance,
      PikaFamily family,
      FamilyRewrite.KeyForm form,
      ConversionProgress progress)
      throws RocksDBException, IOException {
    String ours = family.ours().rocksName();
    instance.create(ours);
    long skipped = new FamilyRewrite(instance, progress).run(family.rocksName(), ours, form);
    if (skipped > 0) {
      log.warn(
          "folder={} family={} rows={} left out: their keys are cut or their score is no number",
          instance.folder(),
          family.rocksName(),
          skipped);
    }
  }

  private static Optional<byte[]> listKey(byte[] pikaKey) {
    try {
      return Optional.of(PikaOrder.orderedListKey(pikaKey));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static Optional<byte[]> scoreKey(byte[] pikaKey) {
    try {
      return Optional.of(PikaOrder.orderedScoreKey(pikaKey));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private void writeState(BorderInstance instance, byte[] layout) throws RocksDBException {
    ColumnFamilyHandle state = instance.family(Family.REPLICA_STATE.rocksName());
    try (WriteBatch batch = new WriteBatch();
        WriteOptions durably = new WriteOptions().setSync(true)) {
      batch.put(state, ReplicaState.LAYOUT, layout);
      batch.put(state, ReplicaState.APPLIED, ReplicaState.packed(offset));
      instance.rocks().write(durably, batch);
    }
  }
}
