package io.pikareplica.info;

import static org.assertj.core.api.Assertions.assertThat;

import io.pikareplica.info.InfoSource.Style;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** INFO replication in the situations that a Sentinel meets, line by line. */
class ReplicationInfoTest {
  private static final List<String> OURS =
      List.of("pika_binlog_file_size:104857600", "pika_binlog_file_size_source:master");

  private static List<String> lines(Situations situation, Style style) {
    String text = situation.text(style, "replication");
    assertThat(text).endsWith("\r\n").doesNotContain("\r\n\r\n");
    return List.of(text.split("\r\n"));
  }

  private static List<String> lines(Situations situation) {
    return lines(situation, Style.DEFAULT);
  }

  private static final List<String> CONNECTED_LINES =
      List.of(
          "# Replication",
          "role:slave",
          "ReplicationID:94e8feeaf9036a77c59ad2f091f1c0b0858047f06fa1e09afa",
          "master_host:10.0.0.11",
          "master_port:9221",
          "master_link_status:up",
          "master_last_io_seconds_ago:0",
          "master_sync_in_progress:0",
          "slave_read_repl_offset:2149581824",
          "slave_repl_offset:2149581824",
          "slave_priority:100",
          "slave_priority_configured:100",
          "slave_read_only:1",
          "replica_announced:1",
          "repl_connect_status:",
          "db0:connected",
          "db1:connected",
          "connected_slaves:0",
          "is_eligible_for_master_election:true",
          "db0:binlog_offset=17 52428800,safety_purge=write2file7",
          "db1:binlog_offset=3 1024,safety_purge=none",
          "master_failover_state:no-failover",
          "master_replid:94e8feeaf9036a77c59ad2f091f1c0b0858047f0",
          "master_replid2:0000000000000000000000000000000000000000",
          "master_repl_offset:2149581824",
          "second_repl_offset:-1",
          "repl_backlog_active:1",
          "repl_backlog_size:2097152000",
          "repl_backlog_first_byte_offset:838860800",
          "repl_backlog_histlen:1310721024");

  private static List<String> and(List<String> lines, List<String> more) {
    List<String> all = new ArrayList<>(lines);
    all.addAll(more);
    return all;
  }

  @Test
  void aConnectedReplicaPrintsPikasAndRedissLinesInOneOrder() {
    assertThat(lines(Situations.CONNECTED)).isEqualTo(and(CONNECTED_LINES, OURS));
  }

  @Test
  void aReplicaThatLostItsMasterSaysSinceWhenAndKeepsItsPriority() {
    List<String> expected = new ArrayList<>(CONNECTED_LINES);
    expected.set(5, "master_link_status:down");
    expected.set(6, "master_last_io_seconds_ago:-1");
    expected.set(15, "db0:try_to_incr_sync");
    expected.set(16, "db1:try_to_incr_sync");
    expected.add(17, "db_repl_state:(db0:kTryConnect)(db1:kTryConnect)");
    expected.add(10, "master_link_down_since_seconds:7");
    assertThat(lines(Situations.LINK_DOWN)).isEqualTo(and(expected, OURS));
  }

  @Test
  void aReplicaInFullSyncHasPriorityZeroAndSaysHowFarItIs() {
    List<String> expected = new ArrayList<>(CONNECTED_LINES);
    expected.set(5, "master_link_status:down");
    expected.set(7, "master_sync_in_progress:1");
    expected.set(8, "slave_read_repl_offset:314573824");
    expected.set(9, "slave_repl_offset:314573824");
    expected.set(10, "slave_priority:0");
    expected.set(15, "db0:syncing_full");
    expected.set(18, "is_eligible_for_master_election:false");
    expected.set(19, "db0:binlog_offset=0 0,safety_purge=none");
    expected.set(24, "master_repl_offset:314573824");
    expected.set(28, "repl_backlog_first_byte_offset:0");
    expected.set(29, "repl_backlog_histlen:314573824");
    expected.add(17, "db_repl_state:(db0:WaitDBSync)");
    expected.addAll(
        10,
        List.of(
            "master_sync_total_bytes:734003200",
            "master_sync_read_bytes:183500800",
            "master_sync_left_bytes:550502400",
            "master_sync_perc:25.00",
            "master_sync_last_io_seconds_ago:0",
            "master_link_down_since_seconds:41"));
    expected.add(
        "ineligible_reason:db0: full sync needed: the master has purged the binlog from here on");
    assertThat(lines(Situations.FULL_SYNC)).isEqualTo(and(expected, OURS));
  }

  @Test
  void aReplicaThatMustBeHelpedSaysWhyInOneLineEachWhateverTheMasterHasSaid() {
    assertThat(lines(Situations.IN_ERROR))
        .contains(
            "master_link_down_since_seconds:-1",
            "slave_priority:0",
            "db0:error",
            "db_repl_state:(db0:Error)",
            "master_link_error:refused: a:1, b  role:master    Replication",
            "ineligible_reason:db0: unknown command 'foo', x:y, at 17:52428800",
            "db_repl_error_db0:unknown command 'foo', x:y, at 17:52428800")
        .filteredOn(line -> line.startsWith("role:") || line.startsWith("#"))
        .containsExactly("# Replication", "role:slave");
  }

  @Test
  void aMasterListsItsReplicasInRedissFormAndInPikas() {
    assertThat(lines(Situations.PROMOTED))
        .containsExactly(
            "# Replication",
            "role:master",
            "ReplicationID:94e8feeaf9036a77c59ad2f091f1c0b0858047f06fa1e09afa",
            "connected_slaves:1",
            "slave0:ip=10.0.0.13,port=9221,state=online,offset=2149581824,lag=0",
            "pika_replica0:slave0:ip=10.0.0.13,port=9221,conn_fd=0,lag=(db0:800)(db1:0)",
            "is_eligible_for_master_election:true",
            "db0:binlog_offset=17 52428800,safety_purge=write2file7",
            "db1:binlog_offset=3 1024,safety_purge=none",
            "slave_repl_offset:2149581824",
            "master_failover_state:no-failover",
            "master_replid:94e8feeaf9036a77c59ad2f091f1c0b0858047f0",
            "master_replid2:0000000000000000000000000000000000000000",
            "master_repl_offset:2149581824",
            "second_repl_offset:-1",
            "repl_backlog_active:1",
            "repl_backlog_size:2097152000",
            "repl_backlog_first_byte_offset:838860800",
            "repl_backlog_histlen:1310721024",
            "pika_binlog_file_size:104857600",
            "pika_binlog_file_size_source:own");
  }

  @Test
  void aDbThatDivergedSaysWhenFromWhomAndWhatWasDone() {
    assertThat(lines(Situations.DIVERGED))
        .contains(
            "db_last_divergence_db0:time=2026-09-21T14:13:20Z,action=replaced,"
                + "kept=/data/db/diverged/db0-20260921T141320Z-0123abcd,"
                + ("ours=" + Situations.Facts.ID + " 17:52428800,applied=3:1024,")
                + ("master=10.0.0.11:9221,theirs=" + "b".repeat(50) + " 3:1024,")
                + "reason=our binlog is longer than the master's");
  }

  @Test
  void aReplicaThatFetchesASnapshotIsShownInTheWordsOfEach() {
    assertThat(lines(Situations.REPLICA_IN_FULL_SYNC))
        .contains(
            "slave0:ip=10.0.0.13,port=9221,state=send_bulk,offset=314573824,lag=0",
            "pika_replica0:slave0:ip=10.0.0.13,port=9221,conn_fd=0,lag=(db0:full syncing)(db1:0)");
  }

  @Test
  void aReplicaWithReplicasOfItsOwnIsASlaveForSentinel() {
    assertThat(lines(Situations.CHAINED).subList(1, 3))
        .containsExactly("role:slave", "pika_role:master&&slave");
    assertThat(lines(Situations.CHAINED)).contains("connected_slaves:1");
  }

  @Test
  void strictlyRedisNoNameLooksLikeADb() {
    List<String> expected = new ArrayList<>(CONNECTED_LINES);
    expected.set(15, "pika_db0_state:connected");
    expected.set(16, "pika_db1_state:connected");
    expected.set(19, "pika_db0_binlog:binlog_offset=17 52428800,safety_purge=write2file7");
    expected.set(20, "pika_db1_binlog:binlog_offset=3 1024,safety_purge=none");
    assertThat(lines(Situations.CONNECTED, new Style(true, false))).isEqualTo(and(expected, OURS));
  }

  @Test
  void theBinlogIsPrintedOnceMoreForPikaExporterWhereThatIsWanted() {
    List<String> expected = new ArrayList<>(CONNECTED_LINES);
    expected.add(21, "pika_binlog_db1:db1 binlog_offset=3 1024,safety_purge=none");
    expected.add(20, "pika_binlog_db0:db0 binlog_offset=17 52428800,safety_purge=write2file7");
    assertThat(lines(Situations.CONNECTED, new Style(false, true))).isEqualTo(and(expected, OURS));
  }
}
