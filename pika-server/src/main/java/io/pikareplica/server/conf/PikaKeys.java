package io.pikareplica.server.conf;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Keys of Pika (3.3 to 4.0) that are accepted without effect, each with the value that Pika ships,
 * for CONFIG GET. Some change what an operator may rely on: those have a sentence for the log.
 */
public final class PikaKeys {
  /**
   * One such key.
   *
   * @param shipped what CONFIG GET answers where the file has nothing
   * @param warning what the operator loses with another value than that; empty for nothing
   * @param isFixed whether any other value is refused
   */
  public record Key(String name, String shipped, String warning, boolean isFixed) {}

  /** Keys that may stand in a file any number of times. */
  private static final List<String> REPEATED = List.of("user", "rename-command");

  private static final Map<String, Key> KEYS = new LinkedHashMap<>();

  static {
    // threads and queues: ours are sized by the work
    quiet("thread-num", "1");
    quiet("thread-pool-size", "12");
    quiet("slow-cmd-pool", "no");
    quiet("slow-cmd-thread-pool-size", "1");
    quiet("slow-cmd-list", "");
    quiet("admin-thread-pool-size", "2");
    quiet("admin-cmd-list", "info, ping, monitor");
    quiet("sync-thread-num", "6");
    quiet("sync-binlog-thread-num", "1");
    quiet("binlog-writer-num", "1");
    quiet("root-connection-num", "2");
    quiet("max-client-response-size", "1073741824");
    // identity and Pika's own bookkeeping: kept beside the data here
    quiet("server-id", "1");
    quiet("run-id", "");
    quiet("master-run-id", "");
    quiet("replication-id", "");
    quiet("internal-used-unfinished-full-sync", "");
    quiet("wash-data", "true");
    // one value only
    fixed("instance-mode", "classic");
    fixed("replication-num", "0");
    fixed("consensus-level", "0");
    warned("slave-read-only", "yes", "a replica takes no writes");
    warned("replica-read-only", "yes", "a replica takes no writes");
    warned("write-binlog", "yes", "the binlog is always written");
    quiet("db-sync-speed", "-1");
    quiet("slowlog-write-errorlog", "no");
    quiet("log-retention-time", "7");
    quiet("pidfile", "./pika.pid");
    warned("daemonize", "no", "the process stays in the foreground");
    // who may do what
    warned("userpass", "", "there are no second-class users: only requirepass counts");
    warned("userblacklist", "", "there are no second-class users: only requirepass counts");
    warned("user", "", "there are no ACL users: only requirepass counts");
    warned("aclfile", "", "there are no ACL users: only requirepass counts");
    warned("rename-command", "", "commands keep their names");
    quiet("acl-pubsub-default", "resetchannels");
    quiet("acllog-max-len", "128");
    // dumps
    quiet("dump-path", "./dump/");
    quiet("dump-prefix", "");
    quiet("dump-expire", "0");
    // RocksDB tuning
    quiet("rocksdb-ttl-second", "0");
    quiet("rocksdb-periodic-second", "0");
    quiet("arena-block-size", "");
    quiet("max-write-buffer-size", "10737418240");
    quiet("max-write-buffer-num", "2");
    quiet("max-write-buffer-number", "2");
    quiet("min-write-buffer-number-to-merge", "1");
    quiet("max-total-wal-size", "1073741824");
    quiet("level0-stop-writes-trigger", "36");
    quiet("level0-slowdown-writes-trigger", "20");
    quiet("level0-file-num-compaction-trigger", "4");
    quiet("enable-db-statistics", "no");
    quiet("db-statistics-level", "2");
    quiet("compression_per_level", "");
    quiet("compression-per-level", "");
    quiet("target-file-size-base", "20971520");
    quiet("max-background-jobs", "3");
    quiet("max-background-flushes", "-1");
    quiet("max-background-compactions", "-1");
    quiet("delayed-write-rate", "0");
    quiet("max-compaction-bytes", "-1");
    quiet("max-subcompactions", "1");
    quiet("max-cache-files", "5000");
    quiet("max-bytes-for-level-multiplier", "10");
    quiet("max_bytes_for_level_multiplier", "10");
    quiet("block-size", "4096");
    quiet("block-cache", "8388608");
    quiet("num-shard-bits", "-1");
    quiet("share-block-cache", "no");
    quiet("enable-partitioned-index-filters", "no");
    quiet("cache-index-and-filter-blocks", "no");
    quiet("pin_l0_filter_and_index_blocks_in_cache", "no");
    quiet("optimize-filters-for-hits", "no");
    quiet("level-compaction-dynamic-level-bytes", "yes");
    quiet("rate-limiter-mode", "1");
    quiet("rate-limiter-bandwidth", "1099511627776");
    quiet("rate-limiter-refill-period-us", "100000");
    quiet("rate-limiter-fairness", "10");
    quiet("rate-limiter-auto-tuned", "yes");
    quiet("enable-blob-files", "no");
    quiet("min-blob-size", "4096");
    quiet("blob-file-size", "268435456");
    quiet("blob-compression-type", "none");
    quiet("enable-blob-garbage-collection", "no");
    quiet("blob-garbage-collection-age-cutoff", "0.25");
    quiet("blob-garbage-collection-force-threshold", "1.0");
    quiet("blob_garbage_collection_force_threshold", "1.0");
    quiet("blob-cache", "0");
    quiet("blob-num-shard-bits", "-1");
    // compaction and recovery by schedule
    quiet("compact-cron", "");
    quiet("compact-interval", "");
    quiet("disable_auto_compactions", "false");
    quiet("max-cache-statistic-keys", "0");
    quiet("small-compaction-threshold", "5000");
    quiet("small-compaction-duration-threshold", "10000");
    quiet("min-check-resume-ratio", "0.7");
    quiet("least-free-disk-resume-size", "268435456");
    quiet("manually-resume-interval", "60");
    // Codis migration, and the cache in front of RocksDB
    quiet("slotmigrate", "no");
    quiet("slotmigrate-thread-num", "1");
    quiet("slotmigrate-thread-num_", "1"); // as a comment of the shipped file spells it
    quiet("thread-migrate-keys-num", "64");
    quiet("rtc-cache-read", "yes");
    quiet("cache-num", "16");
    quiet("cache-model", "0");
    quiet("cache-type", "");
    quiet("cache-maxmemory", "10737418240");
    quiet("cache-maxmemory-policy", "1");
    quiet("cache-maxmemory-samples", "5");
    quiet("cache-lfu-decay-time", "1");
    quiet("zset-cache-start-direction", "0");
    quiet("zset-cache-field-num-per-key", "512");
    quiet("max-key-size-in-cache", "1048576");
  }

  private PikaKeys() {}

  static Optional<Key> find(String name) {
    return Optional.ofNullable(KEYS.get(name));
  }

  static boolean mayRepeat(String name) {
    return REPEATED.contains(name);
  }

  /** All of them. */
  public static List<Key> all() {
    return List.copyOf(KEYS.values());
  }

  private static void quiet(String name, String shipped) {
    KEYS.put(name, new Key(name, shipped, "", false));
  }

  private static void fixed(String name, String shipped) {
    KEYS.put(name, new Key(name, shipped, "", true));
  }

  private static void warned(String name, String shipped, String warning) {
    KEYS.put(name, new Key(name, shipped, warning, false));
  }
}
