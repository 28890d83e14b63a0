package io.pikareplica.repl;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.pikareplica.binlog.BinlogOffset;
import io.pikareplica.proto.InnerMessage.InnerResponse;
import io.pikareplica.repl.Replication.Call;
import io.pikareplica.repl.ReplicationStatus.Role;
import io.pikareplica.storage.Args;
import io.pikareplica.storage.Command;
import io.pikareplica.storage.CommandTable;
import io.pikareplica.storage.DbOptions;
import io.pikareplica.storage.DbView;
import io.pikareplica.storage.Reply;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node and what masters do to it, on real sockets. The first full sync is taken as done. */
class ReplicaNodeIT {
  private static final ReplicaPolicy FAST =
      new ReplicaPolicy(
          500, 1_000, 1_000, 1_500, 20, 200, 300, 200, 5, ReplicaPolicy.OnDivergence.FULL_SYNC);

  @TempDir Path folder;
  private TestMaster master;
  private ReplicaNode node;

  @BeforeEach
  void prepare() throws Exception {
    master = new TestMaster();
    ReplicationStore.open(folder.resolve("db")).adoptLineage(TestMaster.HISTORY);
  }

  @AfterEach
  void end() throws Exception {
    if (node != null) {
      node.close();
    }
    master.close();
  }

  private ReplConfig config(Optional<HostPort> whom) {
    return new ReplConfig(
        9_221,
        master.sockets().replPortShift(),
        master.sockets().rsyncPortShift(),
        1,
        DbOptions.DEFAULT,
        folder.resolve("db"),
        folder.resolve("log"),
        folder.resolve("dbsync"),
        1 << 20,
        ReplConfig.Fsync.NO,
        1 << 20,
        1 << 20,
        4,
        whom,
        settings(""));
  }

  /** Half as patient as {@link #FAST} is with silence: that is what counts. */
  private static ReplSettings settings(String password) {
    ReplSettings d = ReplSettings.DEFAULT;
    return new ReplSettings(
        password,
        d.announceHost(),
        d.announcePort(),
        d.priority(),
        d.announced(),
        1_500,
        d.throttleBytesPerSecond(),
        d.rsyncTimeoutMs(),
        d.expireLogsNums(),
        d.expireLogsDays());
  }

  private void start() throws Exception {
    start(FAST);
  }

  private void start(ReplicaPolicy policy) throws Exception {
    node = ReplicaNode.start(config(Optional.of(master.sockets().address())), policy);
  }

  private void awaitUp() {
    await().atMost(Duration.ofSeconds(20)).until(() -> link().isUp());
  }

  private void awaitLog(String entry) {
    await().atMost(Duration.ofSeconds(20)).until(() -> master.log().contains(entry));
  }

  private void awaitApplied(BinlogOffset end) {
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> node.status().dbs().get(0).applied().equals(end));
  }

  private ReplicationStatus.Master link() {
    return node.status().master().orElseThrow();
  }

  private String get(String key) throws Exception {
    Command.Read get = (Command.Read) CommandTable.instance().find("get").orElseThrow();
    try (DbView view = node.view(0)) {
      Reply value = get.reader().read(view, Args.of("get", key));
      return value instanceof Reply.Bulk bulk ? new String(bulk.bytes(), US_ASCII) : "";
    }
  }

  private Reply set(String key, String value) throws Exception {
    Command set = CommandTable.instance().find("set").orElseThrow();
    return node.execute(0, List.of(new Call(set, Args.of("set", key, value))))
        .toCompletableFuture()
        .get(10, TimeUnit.SECONDS)
        .get(0);
  }

  @Test
  void appliesAndAcknowledgesWhatTheMasterSends() throws Exception {
    master.set("k", "1");
    start();
    awaitUp();
    master.set("k", "2");
    awaitLog("ack " + master.end());
    assertThat(node.status().dbs().get(0).applied()).isEqualTo(master.end());
    assertThat(get("k")).isEqualTo("2");
    assertThat(master.log()).startsWith("metaSync", "trySync 0:0", "firstSend 0:0");
  }

  /** W-26: up to 180 s after a silent partition the master refuses. */
  @Test
  void asksAgainWhileTheMasterHoldsAnEarlierRegistration() throws Exception {
    master.busyTimes.set(4);
    start();
    awaitUp();
    assertThat(master.log().stream().filter("metaSync"::equals)).hasSize(5);
  }

  @Test
  void saysThatThePasswordIsWrongAndGoesOnWhenItIsPutRight() throws Exception {
    master.password = "secret";
    start();
    await().atMost(Duration.ofSeconds(20)).until(() -> link().state() == LinkState.ERROR);
    assertThat(link().error())
        .isEqualTo(
            "master "
                + master.sockets().address()
                + " refused MetaSync: Auth with master error, Invalid masterauth; check"
                + " masterauth");
    node.configure(settings("secret"));
    awaitUp();
    assertThat(link().error()).isEmpty();
  }

  @Test
  void saysThatTheDbsDiffer() throws Exception {
    master.instances = 2;
    start();
    await().atMost(Duration.ofSeconds(20)).until(() -> link().state() == LinkState.ERROR);
    assertThat(link().error())
        .isEqualTo(
            "db structure mismatch: master has db0(2), here db0(3);"
                + " make databases and db-instance-num equal");
    assertThat(node.status().isEligible()).isFalse();
  }

  /** W-3: a bad message is no lasting damage. */
  @Test
  void survivesAFrameThatIsNone() throws Exception {
    start();
    awaitUp();
    master.sendRaw(new byte[] {0, 0, 0, 1, (byte) 0xff});
    await().atMost(Duration.ofSeconds(20)).until(() -> link().state() == LinkState.ERROR);
    assertThat(link().error()).contains("frame of 1 bytes does not parse");
    awaitUp();
  }

  @Test
  void leavesAMasterThatHasFallenSilentAndComesBack() throws Exception {
    start();
    awaitUp();
    await().atMost(Duration.ofSeconds(20)).until(() -> node.status().isEligible());
    master.isMute = true;
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> link().state() == LinkState.SHOULD_META_SYNC);
    assertThat(link().isUp()).isFalse();
    assertThat(node.status().dbs().get(0).state()).isEqualTo(ReplState.TRY_CONNECT);
    assertThat(node.status().isEligible()).isTrue();
    master.isMute = false;
    awaitUp();
  }

  @Test
  void followsAgainFromWhereItWasAfterTheConnectionBroke() throws Exception {
    start();
    awaitUp();
    master.set("a", "1");
    awaitLog("ack " + master.end());
    BinlogOffset before = master.end();
    master.sockets().dropAll();
    master.set("b", "2");
    awaitLog("firstSend " + before);
    awaitLog("ack " + master.end());
    assertThat(master.log().stream().filter(("ack " + before)::equals)).hasSize(1);
  }

  /** W-9: the original waits for ever. */
  @Test
  void asksAgainWhenNoAnswerToTrySyncComes() throws Exception {
    master.unanswered.set(1);
    start();
    awaitUp();
    assertThat(master.log().stream().filter("trySync 0:0"::equals).count())
        .isGreaterThanOrEqualTo(2);
  }

  /** W-8: session ids are reused, so an old item may look like one of this session. */
  @Test
  void anItemThatCameBeforeIsNeitherAppliedNorAcknowledgedTwice() throws Exception {
    start();
    awaitUp();
    master.set("a", "1");
    awaitLog("ack " + master.end());
    master.repeatLast(TestMaster.session());
    awaitLog("firstSend " + master.end());
    awaitUp();
    assertThat(master.log().stream().filter(("ack " + master.end())::equals)).hasSize(1);
  }

  @Test
  void anItemOfAnotherSessionLeadsToANewTrySync() throws Exception {
    start();
    awaitUp();
    master.set("a", "1");
    awaitLog("ack " + master.end());
    master.repeatLast(77);
    awaitLog("trySync " + master.end());
    awaitUp();
  }

  @Test
  void pingsKeepTheLinkUp() throws Exception {
    start();
    awaitUp();
    await().atMost(Duration.ofSeconds(20)).until(() -> master.pingsAnswered() >= 3);
    assertThat(master.log()).containsExactly("metaSync", "trySync 0:0", "firstSend 0:0");
  }

  /** W-5, W-11: that a full sync is needed must not be forgotten. */
  @Test
  void aPurgedBinlogMeansAFullSyncThatOutlivesARestart() throws Exception {
    master.tryReply = InnerResponse.TrySync.ReplyCode.kSyncPointBePurged;
    start();
    awaitLog("dbSync 0:0");
    assertThat(node.status().ineligibleReason())
        .isEqualTo("db0: full sync needed: the master has purged the binlog from here on");
    node.close();
    master.log().clear();
    master.tryReply = InnerResponse.TrySync.ReplyCode.kOk;
    start();
    awaitLog("dbSync 0:0");
    assertThat(master.log()).doesNotContain("trySync 0:0");
  }

  /** W-13: another history is never joined by chance. */
  @Test
  void anotherHistoryIsAnErrorWhereThePolicySaysStop() throws Exception {
    master.history = "b".repeat(50);
    start(
        new ReplicaPolicy(
            500, 1_000, 1_000, 1_500, 20, 200, 300, 200, 5, ReplicaPolicy.OnDivergence.STOP));
    await().atMost(Duration.ofSeconds(20)).until(() -> link().state() == LinkState.ERROR);
    assertThat(link().error()).startsWith("diverged: master's history bbb");
    assertThat(node.status().isEligible()).isFalse();
    assertThat(ReplicationStore.open(folder.resolve("db")).content().replicationId())
        .isEqualTo(TestMaster.HISTORY);
  }

  /** W-24: a full queue stops the reading and nothing else. */
  @Test
  void takesMoreThanItsMailboxHolds() throws Exception {
    String large = "x".repeat(20_000);
    for (int i = 0; i < 200; i++) {
      master.set("k" + i, large);
    }
    start();
    awaitLog("ack " + master.end());
    assertThat(node.status().dbs().get(0).applied()).isEqualTo(master.end());
    assertThat(get("k199")).isEqualTo(large);
  }

  /** W-7: nothing received comes after a client's write. */
  @Test
  void isPromotedWithEverythingThatWasReceivedAndThenTakesWrites() throws Exception {
    start();
    awaitUp();
    assertThat(set("x", "1").toString()).contains("READONLY");
    for (int i = 0; i < 200; i++) {
      master.set("k" + i, "v");
    }
    awaitApplied(master.end());
    node.slaveOfNoOne().toCompletableFuture().get(10, TimeUnit.SECONDS);
    assertThat(node.status().role()).isEqualTo(Role.MASTER);
    assertThat(node.status().dbs().get(0).state()).isEqualTo(ReplState.NO_CONNECT);
    assertThat(set("x", "1")).isEqualTo(Reply.OK);
    master.set("late", "1");
    assertThat(get("late")).isEmpty();
  }

  @Test
  void followsItsOwnAddressNever() throws Exception {
    node = ReplicaNode.start(config(Optional.empty()), FAST);
    assertThat(node.slaveOf(new HostPort("127.0.0.1", 9_221), false))
        .failsWithin(Duration.ofSeconds(10))
        .withThrowableOfType(ExecutionException.class)
        .withMessageContaining("The master ip:port and the slave ip:port are the same");
    assertThat(node.status().role()).isEqualTo(Role.MASTER);
    assertThatThrownBy(
            () -> ReplicaNode.start(config(Optional.of(new HostPort("localhost", 9_221))), FAST))
        .isInstanceOf(ReplicationException.class);
  }

  @Test
  void detachesAndAttachesADbByHand() throws Exception {
    start();
    awaitUp();
    node.dbSlaveOf(0, DbSlaveOfRequest.of(DbSlaveOfRequest.Mode.NO_ONE))
        .toCompletableFuture()
        .get(10, TimeUnit.SECONDS);
    awaitLog("removeSlaveNode");
    assertThat(node.status().ineligibleReason()).isEqualTo("db0: detached by DBSLAVEOF");
    node.dbSlaveOf(0, DbSlaveOfRequest.of(DbSlaveOfRequest.Mode.FOLLOW))
        .toCompletableFuture()
        .get(10, TimeUnit.SECONDS);
    awaitUp();
  }

  @Test
  void countsHowLongTheLinkIsDownAcrossARestart() throws Exception {
    start();
    awaitUp();
    await().until(() -> store().lastMessageWallMs() > 0);
    assertThat(link().downSinceSeconds()).isZero();
    node.close();
    master.isMute = true;
    start();
    assertThat(link().isUp()).isFalse();
    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(() -> assertThat(link().downSinceSeconds()).isBetween(1L, 60L));
  }

  private ReplicationStore.Content store() throws Exception {
    return ReplicationStore.open(folder.resolve("db")).content();
  }

  @Test
  void aNodeThatNeverWasUpHasNoSuchTime() throws Exception {
    master.isMute = true;
    start();
    assertThat(link().downSinceSeconds()).isEqualTo(-1);
    assertThat(node.status().ineligibleReason()).isEqualTo("never in sync with this history");
  }
}
