package io.pikareplica.info;

import static org.assertj.core.api.Assertions.assertThat;

import io.pikareplica.info.InfoSource.KeyScan;
import io.pikareplica.info.InfoSource.ScannedDb;
import io.pikareplica.info.InfoSource.Style;
import io.pikareplica.info.InfoSource.TypeCount;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which sections INFO gives for which words, and what is in them. */
class InfoCommandTest {
  private static final InfoSource SOURCE = new FixedInfoSource(Situations.ALONE.status);

  private static List<String> headers(String... wanted) {
    return InfoCommand.render(SOURCE, List.of(wanted))
        .lines()
        .filter(line -> line.startsWith("#"))
        .toList();
  }

  @Test
  void withoutAWordItGivesServerAndReplicationAmongOthers() {
    assertThat(headers())
        .containsExactly(
            "# Server",
            "# Clients",
            "# Memory",
            "# Data",
            "# Persistence",
            "# Stats",
            "# Replication",
            "# CPU",
            "# Keyspace");
  }

  @Test
  void allAddsTheLongSections() {
    assertThat(headers("ALL"))
        .isEqualTo(headers("everything"))
        .contains("# Commandstats", "# Command_Exec_Count", "# RocksDB")
        .containsAll(headers());
  }

  @Test
  void namesAreTakenInAnyCaseAndUnknownOnesPassedOver() {
    assertThat(headers("CPU", "server", "nosuch")).containsExactly("# Server", "# CPU");
    assertThat(InfoCommand.render(SOURCE, List.of("nosuch"))).isEmpty();
  }

  @Test
  void everyLineIsAHeaderOrANameWithAValueAndEndsInCrLf() {
    String text = InfoCommand.render(SOURCE, List.of("all"));

    assertThat(text.replace("\r\n", "")).doesNotContain("\n").doesNotContain("\r");
    assertThat(text.split("\r\n"))
        .allSatisfy(line -> assertThat(line).matches("|# [A-Za-z_]+|[A-Za-z0-9_]+:.*"));
  }

  @Test
  void serverHasWhatSentinelAndExportersLookFor() {
    assertThat(InfoCommand.render(SOURCE, List.of("server")).split("\r\n"))
        .contains(
            "run_id:" + FixedInfoSource.RUN_ID,
            "redis_mode:standalone",
            "tcp_port:9221",
            "uptime_in_seconds:90061",
            "uptime_in_days:1",
            "config_file:/etc/pika.conf",
            "thread_num:4",
            "sync_thread_num:2",
            "server_id:7",
            "pika_replica_version:1.2.3");
  }

  @Test
  void keyspaceListsOnlyDbsWithKeys() {
    assertThat(InfoCommand.render(SOURCE, List.of("keyspace")))
        .isEqualTo(
            "# Keyspace\r\ndb0:keys=12,expires=0,avg_ttl=0\r\ndb1:keys=3,expires=0,avg_ttl=0\r\n");
  }

  private static InfoSource counted(long seconds, Style style) {
    return new FixedInfoSource(
        Situations.ALONE.status,
        style,
        Optional.of(
            new KeyScan(
                "2026-11-22 08:15:00",
                seconds,
                List.of(
                    new ScannedDb(
                        "db0",
                        List.of(
                            new TypeCount("Strings", 10, 2, 1),
                            new TypeCount("Hashes", 0, 0, 0)))))));
  }

  @Test
  void keysThatWereCountedFollowInPikasForm() {
    assertThat(InfoCommand.render(counted(3, Style.DEFAULT), List.of("keyspace")).split("\r\n"))
        .containsExactly(
            "# Keyspace",
            "db0:keys=12,expires=0,avg_ttl=0",
            "db1:keys=3,expires=0,avg_ttl=0",
            "# Time:2026-11-22 08:15:00",
            "# Duration: 3s",
            "db0 Strings_keys=10, expires=2, invalid_keys=1",
            "db0 Hashes_keys=0, expires=0, invalid_keys=0");
    assertThat(InfoCommand.render(counted(-1, Style.DEFAULT), List.of("keyspace")))
        .contains("# Duration: In Processing\r\n");
    assertThat(InfoCommand.render(counted(-1, Style.DEFAULT), List.of("stats")))
        .contains("is_scaning_keyspace:Yes\r\n");
    assertThat(InfoCommand.render(counted(3, new Style(true, false)), List.of("keyspace")))
        .doesNotContain("Strings");
  }

  @Test
  void commandStatsHaveRedissForm() {
    assertThat(InfoCommand.render(SOURCE, List.of("commandstats")))
        .isEqualTo(
            "# Commandstats\r\n"
                + "cmdstat_get:calls=4,usec=10,usec_per_call=2.50,rejected_calls=1,failed_calls=2"
                + "\r\n");
  }

  @Test
  void memoryIsOneNumberWhereRedisAndWherePikaPrintsIt() {
    assertThat(InfoCommand.render(SOURCE, List.of("memory"))).contains("\r\nused_memory:3932160\r");
    assertThat(InfoCommand.render(SOURCE, List.of("data"))).contains("\r\nused_memory:3932160\r");
  }

  /** What Pika 4.0.1 prints (src/pika_admin.cc), slots and its cache aside. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "server|pika_version os arch_bits process_id tcp_port thread_num sync_thread_num"
            + " sync_binlog_thread_num uptime_in_seconds uptime_in_days config_file server_id run_id",
        "data|db_size db_size_human log_size log_size_human compression used_memory"
            + " used_memory_human db_memtable_usage db_tablereader_usage db_fatal db_fatal_msg",
        "clients|connected_clients",
        "stats|total_connections_received instantaneous_ops_per_sec total_commands_processed"
            + " keyspace_hits keyspace_misses total_net_input_bytes total_net_output_bytes"
            + " instantaneous_input_kbps instantaneous_output_kbps is_bgsaving"
            + " is_scaning_keyspace is_compact compact_cron compact_interval slow_logs_count",
        "cpu|used_cpu_sys used_cpu_user used_cpu_sys_children used_cpu_user_children",
      })
  void everySectionHasPikasLines(String section, String names) {
    assertThat(InfoCommand.render(SOURCE, List.of(section)).lines().map(l -> l.split(":", 2)[0]))
        .contains(names.split(" "));
  }

  @Test
  void sizesForPeopleAreThoseOfRedis() {
    assertThat(List.of(ServerInfo.human(512), ServerInfo.human(1536), ServerInfo.human(1L << 31)))
        .containsExactly("512B", "1.50K", "2.00G");
  }
}
