package io.pikareplica.info;

/** What is stored: keys per DB, and how each RocksDB instance is. */
final class StorageInfo {
  private StorageInfo() {}

  /** INFO keyspace, in Redis's form. */
  static final class KeyspaceSection implements InfoSection {
    @Override
    public String name() {
      return "keyspace";
    }

    @Override
    public void render(InfoSource source, InfoWriter out) {
      out.section("Keyspace");
      for (InfoSource.Keyspace db : source.keyspace()) {
        if (db.keys() > 0) {
          // expires and avg_ttl would take a walk; readers want the names to be there
          out.line(db.db(), "keys=" + db.keys() + ",expires=0,avg_ttl=0");
        }
      }
    }
  }

  /** INFO rocksdb. */
  static final class RocksDbSection implements InfoSection {
    @Override
    public String name() {
      return "rocksdb";
    }

    @Override
    public void render(InfoSource source, InfoWriter out) {
      out.section("RocksDB");
      for (InfoSource.RocksDb rocks : source.rocksDb()) {
        String prefix = rocks.name() + "_";
        out.line(prefix + "estimate_num_keys", rocks.estimatedKeys());
        out.line(prefix + "cur_size_all_mem_tables", rocks.memtableBytes());
        out.line(prefix + "total_sst_files_size", rocks.sstBytes());
        out.line(prefix + "num_live_sst_files", rocks.sstFiles());
        out.line(prefix + "estimate_pending_compaction_bytes", rocks.pendingCompactionBytes());
        out.line(prefix + "num_running_compactions", rocks.runningCompactions());
        out.line(prefix + "num_running_flushes", rocks.runningFlushes());
        out.flag(prefix + "is_write_stopped", rocks.isWriteStopped());
      }
    }
  }
}
