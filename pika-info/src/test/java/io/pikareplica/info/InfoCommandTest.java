package io.pikareplica.info;

import static org.assertj.core.api.Assertions.assertThat;

import io.pikareplica.repl.ReplicationStatus;
import io.pikareplica.repl.ReplicationStatus.Role;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Which sections INFO gives for which words, and what is in them. */
class InfoCommandTest {
  private static final InfoSource SOURCE =
      new FixedInfoSource(
          new ReplicationStatus(
              Role.MASTER,
              "",
              Optional.empty(),
              List.of(),
              List.of(),
              true,
              "",
              100,
              false,
              true,
              1 << 20,
              10));

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
            "pika_replica_version:1.2.3");
  }

  @Test
  void keyspaceListsOnlyDbsWithKeys() {
    assertThat(InfoCommand.render(SOURCE, List.of("keyspace")))
        .isEqualTo("# Keyspace\r\ndb0:keys=12,expires=0,avg_ttl=0\r\n");
  }

  @Test
  void commandStatsHaveRedissForm() {
    assertThat(InfoCommand.render(SOURCE, List.of("commandstats")))
        .isEqualTo("# Commandstats\r\ncmdstat_get:calls=4,usec=10,usec_per_call=2.50\r\n");
  }

  @Test
  void sizesForPeopleAreThoseOfRedis() {
    assertThat(List.of(ServerInfo.human(512), ServerInfo.human(1536), ServerInfo.human(1L << 31)))
        .containsExactly("512B", "1.50K", "2.00G");
  }
}
