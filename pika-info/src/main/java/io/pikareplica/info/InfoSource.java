package io.pikareplica.info;

import io.pikareplica.repl.ReplicationStatus;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Where INFO gets its facts from. Each method gives one moment of one subject and takes no lock
 * that a write holds; it is called only for sections that somebody asked for. Any thread.
 */
public interface InfoSource {
  Style style();

  ReplicationStatus replication();

  Server server();

  Clients clients();

  Memory memory();

  Data data();

  Stats stats();

  Cpu cpu();

  /** One row per DB, in order. */
  List<Keyspace> keyspace();

  /** One row per command that has run. */
  List<CommandStats> commandStats();

  /** One row per RocksDB instance. */
  List<RocksDb> rocksDb();

  /** Per DB what {@code INFO keyspace 1} has counted; empty before. */
  Optional<KeyScan> keyScan();

  /**
   * What is printed for some readers only.
   *
   * @param isStrictRedis {@code info-strict-redis}: whether Pika's {@code dbN:} lines get names
   *     that no reader takes for keys
   * @param hasExporterBinlog {@code info-pika-binlog}: whether binlog offsets are printed once more
   *     for pika_exporter
   */
  record Style(boolean isStrictRedis, boolean hasExporterBinlog) {
    public static final Style DEFAULT = new Style(false, false);
  }

  /**
   * The process.
   *
   * @param version of this program
   * @param runId 40 hex digits, new per process
   * @param configFile empty without one
   * @param clientThreads that serve the client port
   * @param serverId Pika's {@code server-id}, as the file has it
   */
  record Server(
      String version,
      String runId,
      long processId,
      int tcpPort,
      long uptimeSeconds,
      String configFile,
      int databases,
      int instancesPerDb,
      int slots,
      int clientThreads,
      String serverId) {}

  /** Connections to the client port. */
  record Clients(int connected, int maxClients, int pubSub) {}

  /**
   * Memory in bytes.
   *
   * @param heapUsed of the Java heap
   * @param heapMax its limit
   * @param directUsed of the memory for sockets, beside the heap
   * @param directMax its limit
   * @param clients what all clients take, requests and replies
   * @param clientsMax {@code maxmemory-clients}; 0: no limit
   * @param resident of the process; 0 where the system does not say
   * @param memtables of all RocksDB instances
   * @param tableReaders likewise
   * @param blockCache likewise
   */
  record Memory(
      long heapUsed,
      long heapMax,
      long directUsed,
      long directMax,
      long clients,
      long clientsMax,
      long resident,
      long memtables,
      long tableReaders,
      long blockCache) {
    /** All that is known, on the heap and off it. */
    long used() {
      return heapUsed + directUsed + memtables + tableReaders + blockCache;
    }
  }

  /**
   * What lies on disk.
   *
   * @param dbSize bytes of RocksDB files
   * @param logSize bytes of binlog files
   * @param failures DBs that have stopped and instances with background errors, by name
   */
  record Data(long dbSize, long logSize, String compression, List<String> failures) {}

  /**
   * Counters since the start, or since CONFIG RESETSTAT.
   *
   * @param clientsEvicted cut off because all together took too much memory
   * @param keyspaceHits lookups of clients' reads that found a key
   * @param slowCommands that took longer than {@code slowlog-log-slower-than}
   * @param compactCron Pika's {@code compact-cron}, which has no effect here
   * @param compactInterval likewise
   */
  record Stats(
      long connectionsReceived,
      long connectionsRejected,
      long clientsEvicted,
      long commandsProcessed,
      long opsPerSecond,
      long keyspaceHits,
      long keyspaceMisses,
      long netInputBytes,
      long netOutputBytes,
      double inputKbps,
      double outputKbps,
      long pubSubChannels,
      long pubSubPatterns,
      long slowCommands,
      String compactCron,
      String compactInterval) {}

  /** CPU seconds of the process. */
  record Cpu(double userSeconds, double systemSeconds) {}

  /**
   * Keys of a DB, estimated without a walk.
   *
   * @param keys about how many
   */
  record Keyspace(String db, long keys) {}

  /**
   * How often a command ran and how long it took in all.
   *
   * @param rejected refused before they ran
   * @param failed ran and answered an error
   */
  record CommandStats(String name, long calls, long usec, long rejected, long failed) {}

  /**
   * One RocksDB instance.
   *
   * @param name such as {@code instance0_db1}
   * @param properties numbers by Pika's names
   */
  record RocksDb(String name, Map<String, Long> properties) {}

  /**
   * The walk over all keys that was asked for last.
   *
   * @param startedAt in Pika's form, {@code 2026-11-22 08:15:00}
   * @param seconds that it took; -1 while it runs
   */
  record KeyScan(String startedAt, long seconds, List<ScannedDb> dbs) {}

  /** What was found in a DB so far. */
  record ScannedDb(String name, List<TypeCount> types) {}

  /**
   * Keys of one type.
   *
   * @param name Pika's, such as {@code Strings}
   */
  record TypeCount(String name, long keys, long expires, long invalid) {}
}
