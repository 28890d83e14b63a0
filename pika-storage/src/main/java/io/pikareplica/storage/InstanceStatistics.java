package io.pikareplica.storage;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;

/**
 * How one RocksDB instance of a DB is, as RocksDB itself counts it; all families together. Sizes in
 * bytes.
 *
 * @param estimatedKeys about how many keys clients see; expired ones that were not swept count
 * @param sstFiles live files
 * @param properties RocksDB's own numbers by the names that Pika gives them, in its order
 */
public record InstanceStatistics(
    int index,
    long estimatedKeys,
    long memtableBytes,
    long tableReaderBytes,
    long blockCacheBytes,
    long sstBytes,
    long sstFiles,
    long backgroundErrors,
    boolean isWriteStopped,
    Map<String, Long> properties) {

  /** Those that RocksDB adds up over families; Pika's name is RocksDB's with other dashes. */
  private static final List<String> SUMMED =
      List.of(
          "num-immutable-mem-table",
          "num-immutable-mem-table-flushed",
          "mem-table-flush-pending",
          "num-running-flushes",
          "compaction-pending",
          "num-running-compactions",
          "background-errors",
          "cur-size-active-mem-table",
          "cur-size-all-mem-tables",
          "size-all-mem-tables",
          "estimate-num-keys",
          "estimate-table-readers-mem",
          "num-snapshots",
          "num-live-versions",
          "current-super-version-number",
          "estimate-live-data-size",
          "total-sst-files-size",
          "live-sst-files-size",
          "estimate-pending-compaction-bytes");

  /** Those of the instance as a whole, where the sum would count one thing once per family. */
  private static final List<String> WHOLE =
      List.of("block-cache-capacity", "block-cache-usage", "block-cache-pinned-usage");

  static InstanceStatistics of(int index, Instance instance) {
    RocksDB rocks = instance.rocks();
    try {
      Map<String, Long> all = new LinkedHashMap<>();
      for (String name : SUMMED) {
        all.put(pikaName(name), rocks.getAggregatedLongProperty("rocksdb." + name));
      }
      for (String name : WHOLE) {
        all.put(pikaName(name), rocks.getLongProperty("rocksdb." + name));
      }
      // of whole instances, which the sum would count once per family
      all.put("num_running_flushes", rocks.getLongProperty("rocksdb.num-running-flushes"));
      all.put("num_running_compactions", rocks.getLongProperty("rocksdb.num-running-compactions"));
      all.put("background_errors", rocks.getLongProperty("rocksdb.background-errors"));
      return new InstanceStatistics(
          index,
          rocks.getLongProperty(instance.handle(Family.META), "rocksdb.estimate-num-keys"),
          all.get("cur_size_all_mem_tables"),
          all.get("estimate_table_readers_mem"),
          all.get("block_cache_usage"),
          all.get("live_sst_files_size"),
          rocks.getLiveFilesMetaData().size(),
          all.get("background_errors"),
          rocks.getLongProperty("rocksdb.is-write-stopped") != 0,
          Collections.unmodifiableMap(all));
    } catch (RocksDBException e) {
      throw instance.failed("ask for the statistics of", e);
    }
  }

  private static String pikaName(String rocksName) {
    return rocksName.replace('-', '_');
  }
}
