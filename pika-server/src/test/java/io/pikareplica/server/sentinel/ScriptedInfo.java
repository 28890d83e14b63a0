package io.pikareplica.server.sentinel;

import io.pikareplica.info.InfoSource;
import io.pikareplica.repl.Replication;
import io.pikareplica.repl.ReplicationStatus;
import java.util.List;
import java.util.Optional;

/** INFO's facts of a {@link ScriptedNode}: who it is and how it replicates, all else is nothing. */
record ScriptedInfo(String runId, Replication state) implements InfoSource {
  @Override
  public Style style() {
    return Style.DEFAULT;
  }

  @Override
  public ReplicationStatus replication() {
    return state.status();
  }

  @Override
  public Server server() {
    return new Server("0", runId, 1, 1, 1, "", state.dbCount(), 1, 1, 1, "0");
  }

  @Override
  public Clients clients() {
    return new Clients(0, 1, 0);
  }

  @Override
  public Memory memory() {
    return new Memory(0, 1, 0, 1, 0, 0, 0, 0, 0, 0);
  }

  @Override
  public Data data() {
    return new Data(0, 0, "none", List.of());
  }

  @Override
  public Stats stats() {
    return new Stats(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, "", "");
  }

  @Override
  public Cpu cpu() {
    return new Cpu(0, 0);
  }

  @Override
  public List<Keyspace> keyspace() {
    return List.of();
  }

  @Override
  public List<CommandStats> commandStats() {
    return List.of();
  }

  @Override
  public List<RocksDb> rocksDb() {
    return List.of();
  }

  @Override
  public Optional<KeyScan> keyScan() {
    return Optional.empty();
  }
}
