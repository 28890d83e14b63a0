package io.pikareplica.server;

import io.pikareplica.info.InfoSource;
import io.pikareplica.repl.Replication;
import io.pikareplica.repl.ReplicationStatus;
import io.pikareplica.server.conf.PikaConf;
import io.pikareplica.server.conf.SettingsTable;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryUsage;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Supplier;

/** INFO's facts, from the parts of the running node. Any thread; nothing here waits. */
final class NodeInfo implements InfoSource {
  private static final int RUN_ID_BYTES = 20;

  private final Replication replication;
  private final ServerStats stats;
  private final Supplier<PikaConf> conf;
  private final StorageSampler storage;
  private final String runId;
  private final long startNanos = System.nanoTime();

  NodeInfo(
      Replication replication, ServerStats stats, Supplier<PikaConf> conf, StorageSampler storage) {
    this.replication = replication;
    this.stats = stats;
    this.conf = conf;
    this.storage = storage;
    byte[] random = new byte[RUN_ID_BYTES];
    new SecureRandom().nextBytes(random);
    runId = HexFormat.of().formatHex(random);
  }

  /** 40 hex digits, new in each process. */
  String runId() {
    return runId;
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
        now.intOf(SettingsTable.DEFAULT_SLOT_NUM));
  }

  @Override
  public Clients clients() {
    ServerStats.Snapshot now = stats.snapshot();
    return new Clients(
        Math.toIntExact(now.connected()),
        conf.get().intOf(SettingsTable.MAXCLIENTS),
        Math.toIntExact(now.subscribers()));
  }

  @Override
  public Memory memory() {
    MemoryUsage heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage();
    StorageSampler.Sample sample = storage.last();
    return new Memory(
        heap.getUsed(),
        heap.getMax(),
        ProcessUsage.residentBytes(),
        sample.memtables(),
        sample.blockCache());
  }

  @Override
  public Data data() {
    StorageSampler.Sample sample = storage.last();
    boolean isCompressed = !conf.get().get(SettingsTable.COMPRESSION).equals("none");
    return new Data(sample.sstFiles(), sample.binlogFiles(), isCompressed ? "snappy" : "none");
  }

  @Override
  public Stats stats() {
    ServerStats.Snapshot now = stats.snapshot();
    return new Stats(
        now.connectionsReceived(),
        now.connectionsRejected(),
        now.commands(),
        now.opsPerSecond(),
        now.netInput(),
        now.netOutput());
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
        .map(one -> new CommandStats(one.name(), one.calls(), one.micros()))
        .toList();
  }

  @Override
  public List<RocksDb> rocksDb() {
    return storage.last().rocksDb();
  }
}
