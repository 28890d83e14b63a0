package io.pikareplica.storage;

import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;

/**
 * How one RocksDB instance of a DB is, as RocksDB itself counts it; all families together. Sizes in
 * bytes.
 *
 * @param estimatedKeys about how many keys clients see; expired ones that were not swept count
 * @param sstFiles live files
 */
public record InstanceStatistics(
    int index,
    long estimatedKeys,
    long memtableBytes,
    long blockCacheBytes,
    long sstBytes,
    long sstFiles,
    long pendingCompactionBytes,
    long runningCompactions,
    long runningFlushes,
    boolean isWriteStopped) {

  static InstanceStatistics of(int index, Instance instance) {
    RocksDB rocks = instance.rocks();
    try {
      return new InstanceStatistics(
          index,
          rocks.getLongProperty(instance.handle(Family.META), "rocksdb.estimate-num-keys"),
          rocks.getAggregatedLongProperty("rocksdb.cur-size-all-mem-tables"),
          rocks.getLongProperty("rocksdb.block-cache-usage"),
          rocks.getAggregatedLongProperty("rocksdb.live-sst-files-size"),
          rocks.getLiveFilesMetaData().size(),
          rocks.getAggregatedLongProperty("rocksdb.estimate-pending-compaction-bytes"),
          rocks.getLongProperty("rocksdb.num-running-compactions"),
          rocks.getLongProperty("rocksdb.num-running-flushes"),
          rocks.getLongProperty("rocksdb.is-write-stopped") != 0);
    } catch (RocksDBException e) {
      throw instance.failed("ask for the statistics of", e);
    }
  }
}
