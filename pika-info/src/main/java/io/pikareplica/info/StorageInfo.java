package io.pikareplica.info;

import io.pikareplica.info.InfoSource.KeyScan;
import io.pikareplica.info.InfoSource.ScannedDb;
import io.pikareplica.info.InfoSource.TypeCount;
import java.util.List;

/** What is stored: how much, how many keys, and how each RocksDB instance is. */
final class StorageInfo {
  private StorageInfo() {}

  /** INFO data, a section of Pika's. */
  static final class DataSection implements InfoSection {
    @Override
    public String name() {
      return "data";
    }

    @Override
    public void render(InfoSource source, InfoWriter out) {
      InfoSource.Data data = source.data();
      InfoSource.Memory memory = source.memory();
      List<String> failures = data.failures();
      out.section("Data");
      out.line("db_size", data.dbSize());
      out.line("db_size_human", ServerInfo.human(data.dbSize()));
      out.line("log_size", data.logSize());
      out.line("log_size_human", ServerInfo.human(data.logSize()));
      out.line("compression", data.compression());
      // Pika prints it here and Redis under memory: one number in both
      out.line("used_memory", memory.used());
      out.line("used_memory_human", ServerInfo.human(memory.used()));
      out.line("db_memtable_usage", memory.memtables());
      out.line("db_tablereader_usage", memory.tableReaders());
      out.line("db_block_cache_usage", memory.blockCache());
      out.flag("db_fatal", !failures.isEmpty());
      out.line("db_fatal_msg", failures.isEmpty() ? "nullptr" : String.join(",", failures));
    }
  }

  /**
   * INFO keyspace: Redis's lines, then, once somebody has asked for a count, Pika's. Redis's come
   * first and directly behind the header, since some readers take every {@code #} for the next
   * section.
   */
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
          // expires and avg_ttl would take a walk; readers want the names to be there, and
          // pika_exporter's pattern must not find its own line in this one (§4.4)
          out.line(db.db(), "keys=" + db.keys() + ",expires=0,avg_ttl=0");
        }
      }
      if (!source.style().isStrictRedis()) {
        source.keyScan().ifPresent(scan -> scanned(scan, out));
      }
    }

    /** As InfoCmd::InfoKeyspace in src/pika_admin.cc. */
    private static void scanned(KeyScan scan, InfoWriter out) {
      for (ScannedDb db : scan.dbs()) {
        out.raw("# Time:" + scan.startedAt());
        out.raw("# Duration: " + (scan.seconds() < 0 ? "In Processing" : scan.seconds() + "s"));
        for (TypeCount type : db.types()) {
          out.raw(
              db.name()
                  + " "
                  + type.name()
                  + "_keys="
                  + type.keys()
                  + ", expires="
                  + type.expires()
                  + ", invalid_keys="
                  + type.invalid());
        }
      }
    }
  }

  /** INFO rocksdb: Pika's names, with the DB behind the instance. */
  static final class RocksDbSection implements InfoSection {
    @Override
    public String name() {
      return "rocksdb";
    }

    @Override
    public void render(InfoSource source, InfoWriter out) {
      out.section("RocksDB");
      for (InfoSource.RocksDb rocks : source.rocksDb()) {
        rocks.properties().forEach((name, value) -> out.line(rocks.name() + "_" + name, value));
      }
    }
  }
}
