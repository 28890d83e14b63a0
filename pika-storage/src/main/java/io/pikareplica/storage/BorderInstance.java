package io.pikareplica.storage;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.DBOptions;
import org.rocksdb.FlushOptions;
import org.rocksdb.LiveFileMetaData;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.SstFileReader;
import org.rocksdb.Status;
import org.rocksdb.WALRecoveryMode;

/**
 * One instance on its way between Pika's layout and ours, open with whatever families it has. No
 * compaction runs, so no background thread meets a comparator in Java. One thread opens, uses and
 * closes it.
 */
final class BorderInstance implements AutoCloseable {
  private final Path folder;
  private final RocksSettings settings;
  private final PikaComparators comparators;
  private final DBOptions dbOptions;
  private final List<ColumnFamilyOptions> familyOptions = new ArrayList<>();
  private final Map<String, ColumnFamilyHandle> families = new LinkedHashMap<>();
  private RocksDB rocks;

  private BorderInstance(Path folder, DbOptions options) {
    this.folder = folder;
    settings = new RocksSettings(options.compression());
    comparators = new PikaComparators();
    dbOptions =
        new DBOptions()
            .setMaxOpenFiles(5000)
            // a damaged log is an error, and not the end of the log
            .setWalRecoveryMode(WALRecoveryMode.TolerateCorruptedTailRecords);
  }

  /**
   * Opens an instance that exists.
   *
   * @throws StorageException when there is none, or it does not open
   */
  static BorderInstance open(Path folder, DbOptions options) {
    if (!Files.isRegularFile(folder.resolve("CURRENT"))) {
      throw new DamagedDataException("no RocksDB in " + folder);
    }
    BorderInstance instance = new BorderInstance(folder, options);
    try {
      instance.open();
      return instance;
    } catch (RocksDBException e) {
      instance.close();
      throw refused("cannot open " + folder, e);
    } catch (RuntimeException e) {
      instance.close();
      throw e;
    }
  }

  private void open() throws RocksDBException {
    List<ColumnFamilyDescriptor> descriptors = new ArrayList<>();
    try (Options none = new Options()) {
      for (byte[] name : RocksDB.listColumnFamilies(none, folder.toString())) {
        descriptors.add(new ColumnFamilyDescriptor(name, optionsOf(new String(name, US_ASCII))));
      }
    }
    if (descriptors.isEmpty()) {
      throw new DamagedDataException(
          "cannot open " + folder + ": the MANIFEST that CURRENT names is missing or damaged");
    }
    List<ColumnFamilyHandle> handles = new ArrayList<>();
    rocks = RocksDB.open(dbOptions, folder.toString(), descriptors, handles);
    for (ColumnFamilyHandle handle : handles) {
      families.put(new String(handle.getName(), US_ASCII), handle);
    }
  }

  private ColumnFamilyOptions optionsOf(String family) {
    ColumnFamilyOptions options = settings.family().setDisableAutoCompactions(true);
    comparators.of(family).ifPresent(options::setComparator);
    familyOptions.add(options);
    return options;
  }

  /** Tells files that are damaged from everything else that RocksDB may have to say. */
  static StorageException refused(String what, RocksDBException e) {
    String message = what + ": " + e.getMessage();
    Status.Code code = e.getStatus() == null ? Status.Code.Undefined : e.getStatus().getCode();
    boolean isFull = message.contains("No space left");
    return code == Status.Code.Corruption || (code == Status.Code.IOError && !isFull)
        ? new DamagedDataException(message, e)
        : new StorageException(message, e);
  }

  /**
   * Reads every table and compares each block with its checksum.
   *
   * @throws DamagedDataException for the first that does not fit
   */
  void verifyTables(ConversionProgress progress) {
    for (LiveFileMetaData table : rocks.getLiveFilesMetaData()) {
      progress.converted(0);
      String file = folder.resolve(table.fileName().substring(1)).toString();
      try (Options options = fileOptions(new String(table.columnFamilyName(), US_ASCII));
          SstFileReader reader = new SstFileReader(options)) {
        reader.open(file);
        reader.verifyChecksum();
      } catch (RocksDBException e) {
        throw refused(file + " is damaged", e);
      }
    }
  }

  Path folder() {
    return folder;
  }

  RocksDB rocks() {
    return rocks;
  }

  Set<String> familyNames() {
    return families.keySet();
  }

  /**
   * @throws IllegalArgumentException when there is no such family
   */
  ColumnFamilyHandle family(String name) {
    ColumnFamilyHandle handle = families.get(name);
    if (handle == null) {
      throw new IllegalArgumentException(folder + " has no family " + name);
    }
    return handle;
  }

  /** Makes an empty family, in place of one that is there. */
  void create(String name) throws RocksDBException {
    drop(name);
    ColumnFamilyDescriptor descriptor =
        new ColumnFamilyDescriptor(name.getBytes(US_ASCII), optionsOf(name));
    families.put(name, rocks.createColumnFamily(descriptor));
  }

  /** Removes a family with its rows, if it is there. */
  void drop(String name) throws RocksDBException {
    ColumnFamilyHandle handle = families.remove(name);
    if (handle != null) {
      rocks.dropColumnFamily(handle);
      handle.close();
    }
  }

  /** Settings for a file that is to be added to a family; the caller closes them before this. */
  Options fileOptions(String family) {
    Options options = settings.file();
    comparators.of(family).ifPresent(options::setComparator);
    return options;
  }

  /** Moves what is in memory into files. */
  void flush() throws RocksDBException {
    try (FlushOptions wait = new FlushOptions().setWaitForFlush(true)) {
      rocks.flush(wait, List.copyOf(families.values()));
    }
  }

  @Override
  public void close() {
    families.values().forEach(ColumnFamilyHandle::close);
    if (rocks != null) {
      rocks.close();
    }
    familyOptions.forEach(ColumnFamilyOptions::close);
    dbOptions.close();
    comparators.close();
    settings.close();
  }
}
