package io.pikareplica.info;

import static org.assertj.core.api.Assertions.assertThat;

import io.pikareplica.binlog.BinlogOffset;
import io.pikareplica.repl.HostPort;
import io.pikareplica.repl.LinkState;
import io.pikareplica.repl.ReplState;
import io.pikareplica.repl.ReplicationStatus;
import io.pikareplica.repl.ReplicationStatus.Db;
import io.pikareplica.repl.ReplicationStatus.Master;
import io.pikareplica.repl.ReplicationStatus.Replica;
import io.pikareplica.repl.ReplicationStatus.Role;
import io.pikareplica.repl.ReplicationStatus.SyncProgress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** INFO replication in the situations a Sentinel meets, line by line. */
class ReplicationInfoTest {
  private static final long F = 104_857_600;
  private static final String ID = "94e8feeaf9036a77c59ad2f091f1c0b0858047f06fa1e09afa";
  private static final BinlogOffset END0 = new BinlogOffset(17, 52_428_800);
  private static final BinlogOffset END1 = new BinlogOffset(3, 1024);
  private static final List<Db> CONNECTED =
      List.of(
          db("db0", ReplState.CONNECTED, END0, "write2file7"),
          db("db1", ReplState.CONNECTED, END1, "none"));
  private static final List<Replica> ONE_REPLICA =
      List.of(new Replica(new HostPort("10.0.0.13", 9221), "online", List.of(END0, END1), 0));

  private static Db db(String name, ReplState state, BinlogOffset end, String safetyPurge) {
    BinlogOffset first = name.equals("db0") ? new BinlogOffset(8, 0) : BinlogOffset.ZERO;
    return new Db(name, state, end, end, first, Optional.empty(), safetyPurge, "");
  }

  private static Master master(LinkState state, long lastIo, long down, String error) {
    return new Master(new HostPort("10.0.0.11", 9221), state, down == 0, lastIo, down, error);
  }

  private static ReplicationStatus slave(Master master, List<Db> dbs, String ineligible) {
    return slave(master, dbs, List.of(), ineligible);
  }

  private static ReplicationStatus slave(
      Master master, List<Db> dbs, List<Replica> replicas, String ineligible) {
    return new ReplicationStatus(
        Role.SLAVE,
        ID,
        Optional.of(master),
        dbs,
        replicas,
        ineligible.isEmpty(),
        ineligible,
        100,
        true,
        true,
        F,
        10);
  }

  private static List<String> lines(ReplicationStatus status) {
    InfoWriter out = new InfoWriter();
    new ReplicationInfo().render(new FixedInfoSource(status), out);
    assertThat(out.toString()).endsWith("\r\n").doesNotContain("\r\n\r\n");
    return List.of(out.toString().split("\r\n"));
  }

  private static final List<String> CONNECTED_LINES =
      List.of(
          "# Replication",
          "role:slave",
          "ReplicationID:" + ID,
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

  @Test
  void aConnectedReplicaPrintsPikasAndRedissLinesInOneOrder() {
    assertThat(lines(slave(master(LinkState.META_SYNC_DONE, 0, 0, ""), CONNECTED, "")))
        .isEqualTo(CONNECTED_LINES);
  }

  @Test
  void aReplicaThatLostItsMasterSaysSinceWhenAndKeepsItsPriority() {
    List<Db> dbs =
        List.of(
            db("db0", ReplState.TRY_CONNECT, END0, "write2file7"),
            db("db1", ReplState.TRY_CONNECT, END1, "none"));

    List<String> lines = lines(slave(master(LinkState.SHOULD_META_SYNC, -1, 7, ""), dbs, ""));

    List<String> expected = new ArrayList<>(CONNECTED_LINES);
    expected.set(5, "master_link_status:down");
    expected.set(6, "master_last_io_seconds_ago:-1");
    expected.set(15, "db0:try_to_incr_sync");
    expected.set(16, "db1:try_to_incr_sync");
    expected.add(17, "db_repl_state:(db0:kTryConnect)(db1:kTryConnect)");
    expected.add(10, "master_link_down_since_seconds:7");
    assertThat(lines).isEqualTo(expected);
  }

  @Test
  void aReplicaInFullSyncHasPriorityZeroAndSaysHowFarItIs() {
    Db syncing =
        new Db(
            "db0",
            ReplState.WAIT_DB_SYNC,
            BinlogOffset.ZERO,
            BinlogOffset.ZERO,
            BinlogOffset.ZERO,
            Optional.of(new SyncProgress(734_003_200, 183_500_800, 0)),
            "none",
            "");

    List<String> lines =
        lines(
            slave(
                master(LinkState.META_SYNC_DONE, 0, 41, ""),
                List.of(syncing, CONNECTED.get(1)),
                "full sync of db0"));

    assertThat(lines.subList(5, 19))
        .containsExactly(
            "master_link_status:down",
            "master_last_io_seconds_ago:0",
            "master_sync_in_progress:1",
            "slave_read_repl_offset:314573824",
            "slave_repl_offset:314573824",
            "master_sync_total_bytes:734003200",
            "master_sync_read_bytes:183500800",
            "master_sync_left_bytes:550502400",
            "master_sync_perc:25.00",
            "master_sync_last_io_seconds_ago:0",
            "master_link_down_since_seconds:41",
            "slave_priority:0",
            "slave_priority_configured:100",
            "slave_read_only:1");
    assertThat(lines)
        .contains(
            "db0:syncing_full",
            "db1:connected",
            "db_repl_state:(db0:WaitDBSync)",
            "is_eligible_for_master_election:false",
            "ineligible_reason:full sync of db0",
            "db0:binlog_offset=0 0,safety_purge=none");
  }

  @Test
  void aReplicaThatMustBeHelpedSaysWhy() {
    Db diverged =
        new Db(
            "db0",
            ReplState.ERROR,
            END0,
            END0,
            BinlogOffset.ZERO,
            Optional.empty(),
            "none",
            "unknown command 'foo' at 17:52428800");

    assertThat(
            lines(
                slave(
                    master(LinkState.ERROR, -1, -1, "wrong masterauth"),
                    List.of(diverged),
                    "db0 is in error")))
        .contains(
            "master_link_down_since_seconds:-1",
            "slave_priority:0",
            "db0:error",
            "db_repl_state:(db0:Error)",
            "master_link_error:wrong masterauth",
            "db_repl_error_db0:unknown command 'foo' at 17:52428800");
  }

  @Test
  void aMasterListsItsReplicasInRedissFormAndInPikas() {
    ReplicationStatus status =
        new ReplicationStatus(
            Role.MASTER,
            ID,
            Optional.empty(),
            CONNECTED,
            ONE_REPLICA,
            true,
            "",
            100,
            false,
            true,
            F,
            10);

    List<String> lines = lines(status);

    assertThat(lines.subList(0, 10))
        .containsExactly(
            "# Replication",
            "role:master",
            "ReplicationID:" + ID,
            "connected_slaves:1",
            "slave0:ip=10.0.0.13,port=9221,state=online,offset=2149581824,lag=0",
            "pika_replica0:slave0:ip=10.0.0.13,port=9221,conn_fd=0,lag=(db0:0)(db1:0)",
            "is_eligible_for_master_election:true",
            "db0:binlog_offset=17 52428800,safety_purge=write2file7",
            "db1:binlog_offset=3 1024,safety_purge=none",
            "slave_repl_offset:2149581824");
    assertThat(lines).noneMatch(line -> line.startsWith("slave_priority"));
  }

  @Test
  void aMasterSaysWhichDbHasStoppedAndWhy() {
    Db stopped =
        new Db(
            "db0",
            ReplState.NO_CONNECT,
            END0,
            END0,
            BinlogOffset.ZERO,
            Optional.empty(),
            "none",
            "db0 has stopped at 17:52428800: No space left on device");
    ReplicationStatus status =
        new ReplicationStatus(
            Role.MASTER,
            ID,
            Optional.empty(),
            List.of(stopped),
            List.of(),
            true,
            "",
            100,
            false,
            true,
            F,
            10);

    assertThat(lines(status))
        .contains("db_repl_error_db0:db0 has stopped at 17:52428800: No space left on device");
  }

  @Test
  void aReplicaWithReplicasOfItsOwnIsASlaveForSentinel() {
    List<String> lines =
        lines(slave(master(LinkState.META_SYNC_DONE, 0, 0, ""), CONNECTED, ONE_REPLICA, ""));

    assertThat(lines.subList(1, 3)).containsExactly("role:slave", "pika_role:master&&slave");
    assertThat(lines).contains("connected_slaves:1");
  }

  /** The patterns of Lettuce and of pika_exporter (spec sentinel-info §3.4, §4.4). */
  @Test
  void eachReaderFindsItsOwnLineOfAReplica() {
    ReplicationStatus status =
        slave(master(LinkState.META_SYNC_DONE, 0, 0, ""), CONNECTED, ONE_REPLICA, "");
    String text = String.join("\n", lines(status));

    Pattern lettuce = Pattern.compile("^slave(\\d+):([a-zA-Z,=\\d.:]+)$", Pattern.MULTILINE);
    assertThat(lettuce.matcher(text).results()).hasSize(1);
    Pattern exporter =
        Pattern.compile("slave\\d+:ip=([\\d.]+),port=(\\d+),conn_fd=\\d+,lag=([^\\r\\n]*)");
    assertThat(exporter.matcher(text).results()).hasSize(1);
  }

  @Test
  void theOffsetNeverGoesBackWhenAFileThatEndedPastItsSizeIsRolled() {
    ReplicationStatus status = slave(master(LinkState.META_SYNC_DONE, 0, 0, ""), CONNECTED, "");

    long before = status.offsetOf(List.of(new BinlogOffset(17, F + 4_900_000)));
    long after = status.offsetOf(List.of(new BinlogOffset(18, 120)));

    assertThat(after).isGreaterThan(before);
  }

  @Test
  void theOffsetOfTheLargestFilenumberStaysPositive() {
    ReplicationStatus status = slave(master(LinkState.META_SYNC_DONE, 0, 0, ""), CONNECTED, "");
    BinlogOffset last = new BinlogOffset(-1, BinlogOffset.MAX_OFFSET);

    assertThat(status.offsetOf(List.of(last))).isEqualTo(4_294_967_295L * F + F);
  }
}
