package io.pikareplica.storage;

import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;

/** How files are written: so that the RocksDB 8.7 and 7.8 that Pika is built with can read them. */
final class RocksSettings implements AutoCloseable {
  static {
    RocksDB.loadLibrary(); // a filter, made first, does not load it
  }

  private final BloomFilter filter = new BloomFilter(10, false);
  private final BlockBasedTableConfig table =
      new BlockBasedTableConfig().setFormatVersion(5).setFilterPolicy(filter);
  private final CompressionType compression;

  RocksSettings(boolean compression) {
    this.compression =
        compression ? CompressionType.SNAPPY_COMPRESSION : CompressionType.NO_COMPRESSION;
  }

  /** For one family of an instance; the caller closes it before this. */
  ColumnFamilyOptions family() {
    return new ColumnFamilyOptions()
        .setTableFormatConfig(table)
        .setCompressionType(compression)
        .setLevelCompactionDynamicLevelBytes(true)
        .setTtl(0)
        .setPeriodicCompactionSeconds(0);
  }

  /** For a file that is written outside a database; the caller closes it before this. */
  Options file() {
    return new Options().setTableFormatConfig(table).setCompressionType(compression);
  }

  @Override
  public void close() {
    filter.close();
  }
}
