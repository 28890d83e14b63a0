package io.pikareplica.info;

import io.pikareplica.repl.ReplicationStatus;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The same facts every time. */
record FixedInfoSource(ReplicationStatus replication, Style style, Optional<KeyScan> keyScan)
    implements InfoSource {
  static final String RUN_ID = "0123456789abcdef0123456789abcdef01234567";

  FixedInfoSource(ReplicationStatus replication) {
    this(replication, Style.DEFAULT, Optional.empty());
  }

  FixedInfoSource(ReplicationStatus replication, Style style) {
    this(replication, style, Optional.empty());
  }

  @Override
  public Server server() {
    return new Server("1.2.3", RUN_ID, 4711, 9221, 90_061, "/etc/pika.conf", 2, 3, 1024, 4, "7");
  }

  @Override
  public Clients clients() {
    return new Clients(5, 20_000, 1);
  }

  @Override
  public Memory memory() {
    return new Memory(
        1 << 20, 1 << 30, 1 << 18, 1 << 29, 1 << 17, 1 << 28, 3 << 20, 1 << 20, 1 << 19, 1 << 20);
  }

  @Override
  public Data data() {
    return new Data(1536, 10, "snappy", List.of());
  }

  @Override
  public Stats stats() {
    return new Stats(1, 2, 12, 3, 4, 5, 6, 7, 8, 1.5, 2.25, 9, 10, 11, "", "");
  }

  @Override
  public Cpu cpu() {
    return new Cpu(1.5, 0.25);
  }

  @Override
  public List<Keyspace> keyspace() {
    return List.of(new Keyspace("db0", 12), new Keyspace("db1", 3), new Keyspace("db2", 0));
  }

  @Override
  public List<CommandStats> commandStats() {
    return List.of(new CommandStats("get", 4, 10, 1, 2));
  }

  @Override
  public List<RocksDb> rocksDb() {
    return List.of(new RocksDb("instance0_db0", Map.of("estimate_num_keys", 5L)));
  }
}
