package io.pikareplica.info;

import io.pikareplica.repl.ReplicationStatus;
import java.util.List;

/**
 * Where INFO gets its facts from. Each method gives one moment of one subject and takes no lock
 * that a write holds; it is called only for sections that somebody asked for. Any thread.
 */
public interface InfoSource {
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

  /**
   * The process.
   *
   * @param version of this program
   * @param runId 40 hex digits, new per process
   * @param configFile empty without one
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
      int slots) {}

  /** Connections to the client port. */
  record Clients(int connected, int maxClients, int pubSub) {}

  /**
   * Memory in bytes.
   *
   * @param heapUsed of the Java heap
   * @param heapMax its limit
   * @param resident of the process; 0 where the system does not say
   * @param memtables of all RocksDB instances
   * @param blockCache likewise
   */
  record Memory(long heapUsed, long heapMax, long resident, long memtables, long blockCache) {}

  /** Disk space in bytes: RocksDB files and binlog files. */
  record Data(long dbSize, long logSize, String compression) {}

  /** Counters since the start, or since CONFIG RESETSTAT. */
  record Stats(
      long connectionsReceived,
      long connectionsRejected,
      long commandsProcessed,
      long opsPerSecond,
      long netInputBytes,
      long netOutputBytes) {}

  /** CPU seconds of the process. */
  record Cpu(double userSeconds, double systemSeconds) {}

  /**
   * Keys of a DB, estimated without a walk.
   *
   * @param keys about how many
   */
  record Keyspace(String db, long keys) {}

  /** How often a command ran and how long it took in all. */
  record CommandStats(String name, long calls, long usec) {}

  /**
   * One RocksDB instance.
   *
   * @param name such as {@code db0_1}
   * @param sstFiles how many live files
   */
  record RocksDb(
      String name,
      long estimatedKeys,
      long memtableBytes,
      long sstBytes,
      long sstFiles,
      long pendingCompactionBytes,
      long runningCompactions,
      long runningFlushes,
      boolean isWriteStopped) {}
}
