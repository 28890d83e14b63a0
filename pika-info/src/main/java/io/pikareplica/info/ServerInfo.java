package io.pikareplica.info;

import java.util.Locale;

/** The sections about the process: server, clients, memory, data, persistence, stats, cpu. */
final class ServerInfo {
  /** The Pika whose protocol and formats this program speaks; exporters want a semantic version. */
  private static final String PIKA_VERSION = "4.0.1";

  private ServerInfo() {}

  /** INFO server. */
  static final class ServerSection implements InfoSection {
    @Override
    public String name() {
      return "server";
    }

    @Override
    public void render(InfoSource source, InfoWriter out) {
      InfoSource.Server server = source.server();
      out.section("Server");
      out.line("redis_version", InfoCommand.REDIS_VERSION);
      out.line("redis_mode", "standalone");
      out.line("pika_version", PIKA_VERSION);
      out.line("pika_replica_version", server.version());
      out.line("os", System.getProperty("os.name") + " " + System.getProperty("os.version"));
      out.line("arch_bits", 64);
      out.line("java_version", Runtime.version().toString());
      out.line("process_id", server.processId());
      out.line("run_id", server.runId());
      out.line("tcp_port", server.tcpPort());
      out.line("uptime_in_seconds", server.uptimeSeconds());
      out.line("uptime_in_days", server.uptimeSeconds() / 86_400);
      out.line("config_file", server.configFile());
      out.line("databases", server.databases());
      out.line("db_instance_num", server.instancesPerDb());
      out.line("default_slot_num", server.slots());
    }
  }

  /** INFO clients. */
  static final class ClientsSection implements InfoSection {
    @Override
    public String name() {
      return "clients";
    }

    @Override
    public void render(InfoSource source, InfoWriter out) {
      InfoSource.Clients clients = source.clients();
      out.section("Clients");
      out.line("connected_clients", clients.connected());
      out.line("maxclients", clients.maxClients());
      out.line("blocked_clients", 0);
      out.line("pubsub_clients", clients.pubSub());
    }
  }

  /** INFO memory. */
  static final class MemorySection implements InfoSection {
    @Override
    public String name() {
      return "memory";
    }

    @Override
    public void render(InfoSource source, InfoWriter out) {
      InfoSource.Memory memory = source.memory();
      long used = memory.heapUsed() + memory.memtables() + memory.blockCache();
      out.section("Memory");
      out.line("used_memory", used);
      out.line("used_memory_human", human(used));
      out.line("used_memory_rss", memory.resident());
      out.line("used_memory_rss_human", human(memory.resident()));
      out.line("java_heap_used", memory.heapUsed());
      out.line("java_heap_max", memory.heapMax());
      out.line("db_memtable_usage", memory.memtables());
      out.line("db_block_cache_usage", memory.blockCache());
      out.line("maxmemory", 0);
      out.line("maxmemory_policy", "noeviction");
    }
  }

  /** INFO data, a section of Pika's. */
  static final class DataSection implements InfoSection {
    @Override
    public String name() {
      return "data";
    }

    @Override
    public void render(InfoSource source, InfoWriter out) {
      InfoSource.Data data = source.data();
      out.section("Data");
      out.line("db_size", data.dbSize());
      out.line("db_size_human", human(data.dbSize()));
      out.line("log_size", data.logSize());
      out.line("log_size_human", human(data.logSize()));
      out.line("compression", data.compression());
    }
  }

  /** INFO persistence: what clients look at before they start. */
  static final class PersistenceSection implements InfoSection {
    @Override
    public String name() {
      return "persistence";
    }

    @Override
    public void render(InfoSource source, InfoWriter out) {
      out.section("Persistence");
      // old data stays readable during a full sync, so a node that answers has its data loaded
      out.flag("loading", false);
    }
  }

  /** INFO stats. */
  static final class StatsSection implements InfoSection {
    @Override
    public String name() {
      return "stats";
    }

    @Override
    public void render(InfoSource source, InfoWriter out) {
      InfoSource.Stats stats = source.stats();
      out.section("Stats");
      out.line("total_connections_received", stats.connectionsReceived());
      out.line("total_commands_processed", stats.commandsProcessed());
      out.line("instantaneous_ops_per_sec", stats.opsPerSecond());
      out.line("total_net_input_bytes", stats.netInputBytes());
      out.line("total_net_output_bytes", stats.netOutputBytes());
      out.line("rejected_connections", stats.connectionsRejected());
    }
  }

  /** INFO cpu. */
  static final class CpuSection implements InfoSection {
    @Override
    public String name() {
      return "cpu";
    }

    @Override
    public void render(InfoSource source, InfoWriter out) {
      InfoSource.Cpu cpu = source.cpu();
      out.section("CPU");
      out.line("used_cpu_sys", seconds(cpu.systemSeconds()));
      out.line("used_cpu_user", seconds(cpu.userSeconds()));
    }

    private static String seconds(double value) {
      return String.format(Locale.ROOT, "%.6f", value);
    }
  }

  /** Bytes the way Redis prints them for people: {@code 1.50M}. */
  static String human(long bytes) {
    String units = "BKMGTP";
    double value = bytes;
    int unit = 0;
    while (value >= 1024 && unit < units.length() - 1) {
      value /= 1024;
      unit++;
    }
    return unit == 0
        ? bytes + "B"
        : String.format(Locale.ROOT, "%.2f%c", value, units.charAt(unit));
  }
}
