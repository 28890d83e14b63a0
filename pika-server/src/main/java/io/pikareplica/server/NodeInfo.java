package io.pikareplica.server;

import io.netty.util.internal.PlatformDependent;
import io.pikareplica.info.InfoSource;
import io.pikareplica.repl.Replication;
import io.pikareplica.repl.ReplicationStatus;
import io.pikareplica.server.conf.PikaConf;
import io.pikareplica.server.conf.SettingsTable;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryUsage;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** INFO's facts, from the parts of the running node. Any thread; nothing here waits. */
final class NodeInfo implements InfoSource {
  private static final int RUN_ID_BYTES = 20;
  private static final double BYTES_PER_K = 1024;

  private final Replication replication;
  private final ServerStats stats;
  private final Supplier<PikaConf> conf;
  private final Supplier<ServerSettings> serverSettings;
  private final StorageSampler storage;
  private final KeyspaceScan keyspaceScan;
  private final int clientThreads;
  private final String runId;
  private final long startNanos = System.nanoTime();

  NodeInfo(
      Replication replication,
      ServerStats stats,
      Supplier<PikaConf> conf,
      Supplier<ServerSettings> serverSettings,
      StorageSampler storage,
      KeyspaceScan keyspaceScan,
      int clientThreads) {
    this.replication = replication;
    this.stats = stats;
    this.conf = conf;
    this.serverSettings = serverSettings;
    this.storage = storage;
    this.keyspaceScan = keyspaceScan;
    this.clientThreads = clientThreads;
    byte[] random = new byte[RUN_ID_BYTES];
    new SecureRandom().nextBytes(random);
    runId = HexFormat.of().formatHex(random);
  }

  /** 40 hex digits, new in each process. */
  String runId() {
    return runId;
  }

  @Override
  public Style style() {
    PikaConf now = conf.get();
    return new Style(
        now.get(SettingsTable.INFO_STRICT_REDIS), now.get(SettingsTable.INFO_PIKA_BINLOG));
  }

  @Override
  public ReplicationStatus replication() {
    return replication.status();
  }

  @Override
  public Server server() {
    PikaConf now = conf.get();
    return new Server(
        Version.current(),
        runId,
        ProcessHandle.current().pid(),
        now.intOf(SettingsTable.PORT),
        (System.nanoTime() - startNanos) / 1_000_000_000,
        now.file().map(file -> file.toAbsolutePath().normalize().toString()).orElse(""),
        now.intOf(SettingsTable.DATABASES),
        now.intOf(SettingsTable.DB_INSTANCE_NUM),
        now.intOf(SettingsTable.DEFAULT_SLOT_NUM),
        clientThreads,
        now.withoutEffect("server-id").orElse("1"));
  }

  @Override
  public Clients clients() {
    ServerStats.Snapshot now = stats.snapshot();
    return new Clients(
        Math.toIntExact(now.connected()),
        serverSettings.get().maxClients(),
        Math.toIntExact(now.subscribers()));
  }

  @Override
  public Memory memory() {
    MemoryUsage heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage();
    StorageSampler.Sample sample = storage.last();
    return new Memory(
        heap.getUsed(),
        heap.getMax(),
        ProcessUsage.directBytes(),
        PlatformDependent.maxDirectMemory(),
        stats.snapshot().clientBytes(),
        serverSettings.get().clientsBytes(),
        ProcessUsage.residentBytes(),
        sample.memtables(),
        sample.tableReaders(),
        sample.blockCache());
  }

  @Override
  public Data data() {
    StorageSampler.Sample sample = storage.last();
    boolean isCompressed = !conf.get().get(SettingsTable.COMPRESSION).equals("none");
    List<String> failures = new ArrayList<>(sample.failures());
    for (ReplicationStatus.Db db : replication.status().dbs()) {
      if (db.hasStopped()) {
        failures.add(db.name());
      }
    }
    return new Data(
        sample.sstFiles(), sample.binlogFiles(), isCompressed ? "snappy" : "none", failures);
  }

  @Override
  public Stats stats() {
    ServerStats.Snapshot now = stats.snapshot();
    return new Stats(
        now.connectionsReceived(),
        now.connectionsRejected(),
        now.evicted(),
        now.commands(),
        now.opsPerSecond(),
        now.hits(),
        now.misses(),
        now.netInput(),
        now.netOutput(),
        now.inputPerSecond() / BYTES_PER_K,
        now.outputPerSecond() / BYTES_PER_K,
        now.channels(),
        now.patterns(),
        now.slow(),
        conf.get().withoutEffect("compact-cron").orElse(""),
        conf.get().withoutEffect("compact-interval").orElse(""));
  }

  @Override
  public Cpu cpu() {
    return ProcessUsage.cpu();
  }

  @Override
  public List<Keyspace> keyspace() {
    return storage.last().keyspace();
  }

  @Override
  public List<CommandStats> commandStats() {
    return stats.snapshot().byCommand().stream()
        .map(
            one ->
                new CommandStats(
                    one.name(), one.calls(), one.micros(), one.rejected(), one.failed()))
        .toList();
  }

  @Override
  public List<RocksDb> rocksDb() {
    return storage.last().rocksDb();
  }

  @Override
  public Optional<KeyScan> keyScan() {
    return keyspaceScan.last();
  }
}
