package io.pikareplica.info;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import io.pikareplica.info.InfoReaders.ReaderFailure;
import io.pikareplica.info.InfoSource.KeyScan;
import io.pikareplica.info.InfoSource.ScannedDb;
import io.pikareplica.info.InfoSource.Style;
import io.pikareplica.info.InfoSource.TypeCount;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What each program that reads INFO gets out of ours, in every situation and every style. */
class InfoReadersTest {
  private static final Style STRICT = new Style(true, false);
  private static final Style EXPORTER = new Style(false, true);
  private static final Style ALL = new Style(true, true);

  static Stream<Arguments> everySituationAndStyle() {
    return Stream.of(Situations.values())
        .flatMap(
            situation ->
                Stream.of(Style.DEFAULT, STRICT, EXPORTER, ALL)
                    .map(style -> Arguments.of(situation, style)));
  }

  @ParameterizedTest
  @MethodSource("everySituationAndStyle")
  void nobodyFallsOverIt(Situations situation, Style style) {
    for (String[] sections : new String[][] {{}, {"all"}}) {
      String text = situation.text(style, sections);
      boolean isMaster = text.contains("\r\nrole:master\r\n");
      String role = isMaster ? "master" : "slave";

      assertThat(InfoReaders.sentinel(text))
          .containsEntry("role", role)
          .containsEntry("run_id", FixedInfoSource.RUN_ID);
      assertThat(InfoReaders.redisExporter(text))
          .containsEntry("role", role)
          .containsEntry("db_keys db0", "12");
      assertThat(InfoReaders.redisPy(text)).containsEntry("role", role);
      assertThat(InfoReaders.datadog(text)).containsEntry("keys db1", "3");
      assertThat(InfoReaders.lettuce(text).get(0)).isEqualTo(role);
      assertThat(InfoReaders.pikaExporter(text)).containsEntry("db_size", "1536");
      assertThat(InfoReaders.ioredisIsReady(text, role)).isTrue();
      assertThat(InfoReaders.redisInsight(text))
          .containsKeys("server", "memory", "replication", "keyspace", "cpu", "stats");
      assertThat(InfoReaders.codis(situation.text(style, "replication")))
          .containsEntry("role", role);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "CONNECTED,    100, 2149581824, up,   ",
    "LINK_DOWN,    100, 2149581824, down, 7",
    "FULL_SYNC,      0, 314573824,  down, 41",
    "CHAINED,      100, 2149581824, up,   ",
    "IN_ERROR,       0, 2149581824, down, -1",
  })
  void sentinelJudgesAReplica(
      Situations situation, String priority, String offset, String link, String down) {
    Map<String, String> seen = InfoReaders.sentinel(situation.text(Style.DEFAULT));

    assertThat(seen)
        .contains(
            entry("master_host", "10.0.0.11"),
            entry("master_port", "9221"),
            entry("slave_priority", priority),
            entry("slave_repl_offset", offset),
            entry("master_link_status", link),
            entry("replica_announced", "1"));
    assertThat(Optional.ofNullable(seen.get("down"))).isEqualTo(Optional.ofNullable(down));
  }

  @Test
  void sentinelFindsTheReplicasOfAMaster() {
    assertThat(InfoReaders.sentinel(Situations.PROMOTED.text(Style.DEFAULT)))
        .containsEntry("slave0", "10.0.0.13:9221")
        .doesNotContainKeys("slave_priority", "down");
  }

  @ParameterizedTest
  @CsvSource({
    "CONNECTED, 1, 0",
    "LINK_DOWN, 0, -1",
    "FULL_SYNC, 0, 0",
  })
  void redisExporterShowsTheLink(Situations situation, String up, String lastIo) {
    assertThat(InfoReaders.redisExporter(situation.text(Style.DEFAULT)))
        .contains(
            entry("master_link_up", up),
            entry("master_last_io_seconds_ago", lastIo),
            entry("master_replid", "94e8feeaf9036a77c59ad2f091f1c0b0858047f0"),
            entry("redis_version", "7.2.0"),
            entry("redis_mode", "standalone"),
            entry("slave_read_only", "1"));
  }

  @ParameterizedTest
  @CsvSource({
    "PROMOTED,             online,    2149581824",
    "CHAINED,              online,    2149581824",
    "REPLICA_IN_FULL_SYNC, send_bulk, 314573824",
  })
  void redisExporterShowsEachReplica(Situations situation, String state, String offset) {
    assertThat(InfoReaders.redisExporter(situation.text(Style.DEFAULT)))
        .contains(
            entry("connected_slave_offset_bytes 10.0.0.13 " + state, offset),
            entry("connected_slaves", "1"));
  }

  /** Redis's state with an underscore hides a replica that cannot be read from (§4.6). */
  @Test
  void lettuceReadsFromOnlineReplicasOnly() {
    assertThat(InfoReaders.lettuce(Situations.PROMOTED.text(Style.DEFAULT, "replication")))
        .containsExactly("master", "10.0.0.13");
    assertThat(InfoReaders.lettuce(Situations.CHAINED.text(Style.DEFAULT, "replication")))
        .containsExactly("slave", "10.0.0.13", "of 10.0.0.11");
    assertThat(
            InfoReaders.lettuce(Situations.REPLICA_IN_FULL_SYNC.text(Style.DEFAULT, "replication")))
        .containsExactly("master");
  }

  @Test
  void codisSeesOneReplicaAndTheBinlog() {
    assertThat(InfoReaders.codis(Situations.PROMOTED.text(Style.DEFAULT, "replication")))
        .contains(
            entry("slaves", "1"),
            entry("slave1", "10.0.0.13:9221"),
            entry("binlog", "17:52428800"),
            entry("is_eligible_for_master_election", "true"));
    assertThat(InfoReaders.codis(Situations.FULL_SYNC.text(Style.DEFAULT, "replication")))
        .contains(
            entry("binlog", "0:0"),
            entry("master_link_status", "down"),
            entry("is_eligible_for_master_election", "false"));
  }

  /** What info-strict-redis costs: Codis no longer finds the binlog. */
  @Test
  void codisMissesTheBinlogWhereDbNamesAreRedissAlone() {
    assertThat(InfoReaders.codis(Situations.PROMOTED.text(STRICT, "replication")))
        .doesNotContainKey("binlog")
        .containsEntry("slaves", "1");
  }

  @Test
  void pikaExporterShowsLagsLinkAndPriority() {
    assertThat(InfoReaders.pikaExporter(Situations.PROMOTED.text(Style.DEFAULT, "all")))
        .contains(
            entry("connected_slaves", "1"),
            entry("lag 10.0.0.13:9221 db0", "800"),
            entry("lag 10.0.0.13:9221 db1", "0"),
            entry("calls cmdstat_get", "4"),
            entry("rocksdb keys instance0_db0", "5"),
            entry("is_compact", "No"),
            entry("used_memory", "3932160"),
            entry("db_fatal", "0"),
            entry("slow_logs_count", "11"));
    assertThat(InfoReaders.pikaExporter(Situations.FULL_SYNC.text(Style.DEFAULT)))
        .contains(entry("master_link_status", "down"), entry("slave_priority", "0"));
  }

  @ParameterizedTest
  @EnumSource(names = {"CONNECTED", "PROMOTED"})
  void pikaExporterFindsBinlogOffsetsOnlyWhereTheyArePrintedForIt(Situations situation) {
    assertThat(InfoReaders.pikaExporter(situation.text(Style.DEFAULT)))
        .doesNotContainKey("binlog db0");
    for (Style style : List.of(EXPORTER, ALL)) {
      assertThat(InfoReaders.pikaExporter(situation.text(style)))
          .contains(entry("binlog db0", "17:52428800"), entry("binlog db1", "3:1024"));
    }
  }

  @Test
  void pikaExporterShowsKeysThatWereCountedAndNothingElseAsKeys() {
    KeyScan scan =
        new KeyScan(
            "2026-11-22 08:15:00",
            3,
            List.of(
                new ScannedDb("db0", List.of(new TypeCount("Strings", 10, 2, 1))),
                new ScannedDb("db1", List.of(new TypeCount("Streams", 4, 0, 0)))));
    String text =
        InfoCommand.render(
            new FixedInfoSource(Situations.PROMOTED.status, Style.DEFAULT, Optional.of(scan)),
            List.of());

    Map<String, String> metrics = InfoReaders.pikaExporter(text);

    assertThat(metrics)
        .contains(
            entry("keys db0 Strings", "10"),
            entry("keys db1 Streams", "4"),
            entry("is_scaning_keyspace", "No"));
    assertThat(metrics.keySet().stream().filter(name -> name.startsWith("keys "))).hasSize(2);
    assertThat(InfoReaders.redisPy(text)).containsKey("db0");
    assertThat(InfoReaders.redisInsight(text).get("keyspace"))
        .containsEntry("db0", "keys=12,expires=0,avg_ttl=0");
  }

  /** Why info-strict-redis exists: db2 of ours has no keys, as every DB has at first. */
  @Test
  void datadogNeedsStrictRedisWhereADbIsEmpty() {
    String withKeys = Situations.CONNECTED.text(Style.DEFAULT);
    String db1IsEmpty = withKeys.replace("db1:keys=3,expires=0,avg_ttl=0\r\n", "");
    assertThatThrownBy(() -> InfoReaders.datadog(db1IsEmpty))
        .isInstanceOf(ReaderFailure.class)
        .hasMessage("KeyError in db1");
    String strict = Situations.CONNECTED.text(STRICT);
    assertThat(InfoReaders.datadog(strict.replace("db1:keys=3,expires=0,avg_ttl=0\r\n", "")))
        .contains(entry("keys db0", "12"), entry("link", "up null"))
        .doesNotContainKey("keys db1");
  }

  @Test
  void datadogShowsHowLongTheLinkIsDownAndHowFarReplicasAre() {
    assertThat(InfoReaders.datadog(Situations.LINK_DOWN.text(STRICT)))
        .containsEntry("link", "down 7");
    assertThat(InfoReaders.datadog(Situations.PROMOTED.text(STRICT)))
        .containsEntry("delay 10.0.0.13:9221", "2149581824");
  }

  @ParameterizedTest
  @EnumSource
  void redisInsightFindsSectionsByTheirHeadersAndNoOthers(Situations situation) {
    Map<String, Map<String, String>> sections =
        InfoReaders.redisInsight(situation.text(Style.DEFAULT));
    assertThat(sections.get("server")).containsKey("redis_version");
    assertThat(sections.get("memory")).containsKey("used_memory");
    assertThat(sections.get("replication")).containsKey("role");
    assertThat(sections.keySet())
        .containsExactlyInAnyOrder(
            "",
            "server",
            "clients",
            "memory",
            "data",
            "persistence",
            "stats",
            "replication",
            "cpu",
            "keyspace");
  }
}
