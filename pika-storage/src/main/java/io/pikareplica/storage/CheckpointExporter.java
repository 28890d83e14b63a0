package io.pikareplica.storage;

import io.pikareplica.storage.codec.PikaOrder;
import io.pikareplica.storage.codec.RowValue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.RocksDBException;

/**
 * Turns a checkpoint of one of our DBs into the layout of a real Pika, in place, so that Pika 4.0
 * opens it: exactly its seven families, in its order, nothing of our own. After a failure the
 * folder is of no use.
 */
public final class CheckpointExporter {
  private final DbOptions options;

  private CheckpointExporter(DbOptions options) {
    this.options = options;
  }

  /**
   * Exports. Waits until it is done; an interrupt stops it. Never run it on a DB that is in use.
   *
   * @param folder what {@link PikaDb#checkpoint} has made
   * @param progress takes the list and zset rows converted so far, on any thread
   * @throws StorageException in one line, when an instance is missing or does not open
   */
  public static void run(Path folder, DbOptions options, LongConsumer progress) {
    CheckpointExporter exporter = new CheckpointExporter(options);
    InstanceConversion.run(folder, options, progress, exporter::convert);
  }

  private void convert(Path folder, int index, ConversionProgress progress)
      throws RocksDBException, IOException {
    try (BorderInstance instance = BorderInstance.open(folder, options)) {
      for (Family family : Family.values()) {
        if (!instance.familyNames().contains(family.rocksName())) {
          throw new StorageException(folder + " has no column family " + family.rocksName());
        }
      }
      rewrite(instance, PikaFamily.LIST, key -> Optional.of(PikaOrder.pikaListKey(key)), progress);
      rewrite(instance, PikaFamily.ZSET_SCORE, key -> scoreKey(instance, key), progress);
      instance.drop(Family.LIST.rocksName());
      instance.drop(Family.ZSET_SCORE.rocksName());
      instance.drop(Family.REPLICA_STATE.rocksName());
      instance.flush();
    }
    removeLeftOvers(folder);
  }

  private static void rewrite(
      BorderInstance instance,
      PikaFamily family,
      FamilyRewrite.KeyForm form,
      ConversionProgress progress)
      throws RocksDBException, IOException {
    instance.create(family.rocksName());
    new FamilyRewrite(instance, progress).run(family.ours().rocksName(), family.rocksName(), form);
  }

  /** Ours has one zero; which one Pika's row has stands in the row by member. */
  private static Optional<byte[]> scoreKey(BorderInstance instance, byte[] orderedKey)
      throws RocksDBException {
    byte[] key = PikaOrder.pikaScoreKey(orderedKey);
    if (PikaOrder.scoreOf(key) != 0) {
      return Optional.of(key);
    }
    ColumnFamilyHandle members = instance.family(PikaFamily.ZSET.rocksName());
    byte[] row = instance.rocks().get(members, PikaOrder.memberKey(key));
    boolean negative = row != null && row.length >= Double.BYTES && 1 / RowValue.scoreOf(row) < 0;
    return Optional.of(negative ? PikaOrder.withNegativeZero(key) : key);
  }

  /** A dump of Pika has no logs, and all that was in memory is in files now. */
  private static void removeLeftOvers(Path folder) throws IOException {
    List<Path> files;
    try (var entries = Files.list(folder)) {
      files = entries.toList();
    }
    for (Path file : files) {
      String name = file.getFileName().toString();
      if (name.startsWith("LOG")
          || name.endsWith(".log")
          || name.equals("LOCK")
          || name.equals("IDENTITY")) {
        Files.delete(file);
      }
    }
  }
}
