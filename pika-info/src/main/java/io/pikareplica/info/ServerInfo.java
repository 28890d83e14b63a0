package io.pikareplica.info;

import java.util.Locale;

/** The sections about the process: server, clients, memory, persistence, stats, cpu. */
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
      out.line(
          "os",
          System.getProperty("os.name")
              + " "
              + System.getProperty("os.version")
              + " "
              + System.getProperty("os.arch"));
      out.line("arch_bits", 64);
      out.line("java_version", Runtime.version().toString());
      out.line("process_id", server.processId());
      out.line("run_id", server.runId());
      out.line("tcp_port", server.tcpPort());
      out.line("thread_num", server.clientThreads());
      // one worker a DB applies what the master sends, and one writes its binlog: the same
      out.line("sync_thread_num", server.databases());
      out.line("sync_binlog_thread_num", server.databases());
      out.line("uptime_in_seconds", server.uptimeSeconds());
      out.line("uptime_in_days", server.uptimeSeconds() / 86_400);
      out.line("config_file", server.configFile());
      out.line("server_id", server.serverId());
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
      out.section("Memory");
      out.line("used_memory", memory.used());
      out.line("used_memory_human", human(memory.used()));
      out.line("used_memory_rss", memory.resident());
      out.line("used_memory_rss_human", human(memory.resident()));
      out.line("java_heap_used", memory.heapUsed());
      out.line("java_heap_max", memory.heapMax());
      out.line("java_direct_used", memory.directUsed());
      out.line("java_direct_max", memory.directMax());
      out.line("mem_clients_normal", memory.clients());
      out.line("maxmemory_clients", memory.clientsMax());
      out.line("maxmemory", 0);
      out.line("maxmemory_policy", "noeviction");
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
      out.line("instantaneous_input_kbps", kbps(stats.inputKbps()));
      out.line("instantaneous_output_kbps", kbps(stats.outputKbps()));
      out.line("rejected_connections", stats.connectionsRejected());
      out.line("evicted_clients", stats.clientsEvicted());
      out.line("keyspace_hits", stats.keyspaceHits());
      out.line("keyspace_misses", stats.keyspaceMisses());
      out.line("pubsub_channels", stats.pubSubChannels());
      out.line("pubsub_patterns", stats.pubSubPatterns());
      // Pika's: there is no BGSAVE and no COMPACT here, and compact-cron has no effect
      out.line("is_bgsaving", "No");
      out.line("is_scaning_keyspace", isScanning(source) ? "Yes" : "No");
      out.line("is_compact", "No");
      out.line("compact_cron", stats.compactCron());
      out.line("compact_interval", stats.compactInterval());
      out.line("slow_logs_count", stats.slowCommands());
    }
  }

  private static String kbps(double value) {
    return String.format(Locale.ROOT, "%.2f", value);
  }

  private static boolean isScanning(InfoSource source) {
    return source.keyScan().map(scan -> scan.seconds() < 0).orElse(false);
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
      // this program starts no others
      out.line("used_cpu_sys_children", seconds(0));
      out.line("used_cpu_user_children", seconds(0));
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
