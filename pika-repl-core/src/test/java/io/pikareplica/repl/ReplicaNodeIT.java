package io.pikareplica.repl;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.pikareplica.binlog.BinlogOffset;
import io.pikareplica.proto.InnerMessage.InnerResponse;
import io.pikareplica.repl.Replication.Call;
import io.pikareplica.repl.ReplicationStatus.Role;
import io.pikareplica.repl.sync.DurableFiles;
import io.pikareplica.storage.Args;
import io.pikareplica.storage.Command;
import io.pikareplica.storage.CommandSpec;
import io.pikareplica.storage.CommandTable;
import io.pikareplica.storage.DbOptions;
import io.pikareplica.storage.DbView;
import io.pikareplica.storage.Reply;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
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
  private ReplicaPolicy.OnDivergence onDivergence = ReplicaPolicy.OnDivergence.FULL_SYNC;
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
  private ReplSettings settings(String password) {
    return settings(password, ReplSettings.LinkDownClock.CONNECTION);
  }

  private ReplSettings settings(String password, ReplSettings.LinkDownClock clock) {
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
        d.expireLogsDays(),
        onDivergence,
        d.divergenceKeep(),
        d.pingReplicaMs(),
        clock,
        d.offsetOrder());
  }

  private void start() throws Exception {
    node = ReplicaNode.start(config(Optional.of(master.sockets().address())), FAST);
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

  /** As a power loss may leave it: the binlog has gone, the data has not. */
  @Test
  void asksForTheDatasOffsetFirstWhereTheDataIsAheadOfTheBinlog() throws Exception {
    master.set("a", "1");
    start();
    awaitApplied(master.end());
    node.close();
    DurableFiles.deleteTree(folder.resolve("log"));
    master.log().clear();

    start();
    awaitUp();
    awaitLog("ack " + text(master.end()));
    assertThat(master.log())
        .containsSubsequence("trySync " + text(master.end()), "trySync 0:0", "firstSend 0:0");
  }

  private static String text(BinlogOffset offset) {
    return offset.toString();
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
    master.set("b", "2");
    awaitLog("ack " + master.end());
    master.sockets().dropAll();
    master.set("c", "3");
    awaitLog("ack " + master.end());
    assertThat(master.log())
        .as("from a little before, so that both can compare")
        .containsOnlyOnce("firstSend 0:0")
        .contains("firstSend " + before)
        .doesNotContain("dbSync " + before);
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
    assertThat(node.status().dbs().get(0).received()).isEqualTo(master.end());
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
    onDivergence = ReplicaPolicy.OnDivergence.STOP;
    start();
    await().atMost(Duration.ofSeconds(20)).until(() -> link().state() == LinkState.ERROR);
    assertThat(link().error()).startsWith("diverged: master's history bbb");
    assertThat(node.status().isEligible()).isFalse();
    Divergence noted = divergence();
    assertThat(noted.outcome()).isEqualTo(Divergence.Outcome.STOPPED);
    assertThat(noted.reason()).isEqualTo("another replication id");
    assertThat(noted.replicationId()).isEqualTo(TestMaster.HISTORY);
    assertThat(noted.masterReplicationId()).isEqualTo(master.history);
    assertThat(noted.master()).isEqualTo(master.sockets().address());
    assertThat(ReplicationStore.open(folder.resolve("db")).content().replicationId())
        .isEqualTo(TestMaster.HISTORY);
    node.slaveOf(master.sockets().address(), true).toCompletableFuture().get(10, TimeUnit.SECONDS);
    awaitLog("dbSync 0:0");
    assertThat(divergence().outcome()).isEqualTo(Divergence.Outcome.SYNCING);
  }

  /** W-13: nothing lasting happens until a person says what is to be done. */
  @Test
  void aStoppedDbIsFetchedWholeWhenDbSlaveOfForceSaysSo() throws Exception {
    onDivergence = ReplicaPolicy.OnDivergence.STOP;
    master.set("a", "1");
    start();
    awaitUp();
    awaitApplied(master.end());
    master.tryReply = InnerResponse.TrySync.ReplyCode.kSyncPointLarger;
    master.sockets().dropAll();
    await().atMost(Duration.ofSeconds(20)).until(() -> db().state() == ReplState.ERROR);
    assertThat(db().error()).isEqualTo("diverged: our binlog is longer than the master's");
    assertThat(master.log()).doesNotContain("dbSync " + master.end());
    assertThat(divergence().outcome()).isEqualTo(Divergence.Outcome.STOPPED);
    node.dbSlaveOf(0, DbSlaveOfRequest.of(DbSlaveOfRequest.Mode.FORCE))
        .toCompletableFuture()
        .get(10, TimeUnit.SECONDS);
    awaitLog("dbSync " + master.end());
  }

  @Test
  void aStoppedDbGoesOnWhenTheMasterHasTheHistoryAgain() throws Exception {
    onDivergence = ReplicaPolicy.OnDivergence.STOP;
    master.tryReply = InnerResponse.TrySync.ReplyCode.kSyncPointLarger;
    start();
    await().atMost(Duration.ofSeconds(20)).until(() -> db().state() == ReplState.ERROR);
    master.tryReply = InnerResponse.TrySync.ReplyCode.kOk;
    awaitUp();
    assertThat(divergence().outcome()).isEqualTo(Divergence.Outcome.FOLLOWED);
  }

  @Test
  void aStoppedDbIsFetchedWholeWhenTheSettingIsChanged() throws Exception {
    onDivergence = ReplicaPolicy.OnDivergence.STOP;
    master.tryReply = InnerResponse.TrySync.ReplyCode.kSyncPointLarger;
    start();
    await().atMost(Duration.ofSeconds(20)).until(() -> db().state() == ReplState.ERROR);
    onDivergence = ReplicaPolicy.OnDivergence.FULL_SYNC;
    node.configure(settings(""));
    awaitLog("dbSync 0:0");
    assertThat(divergence().outcome()).isEqualTo(Divergence.Outcome.SYNCING);
  }

  private ReplicationStatus.Db db() {
    return node.status().dbs().get(0);
  }

  private Divergence divergence() {
    return db().lastDivergence().orElseThrow();
  }

  @Test
  void aDbThatTheDiskStoppedIsInSyncAgainOnceTheDiskTakesWrites() throws Exception {
    start();
    awaitUp();
    Path inTheWay = folder.resolve("log/log_db0/write2file1/x");
    Files.createDirectories(inTheWay);
    master.set("a", "1");
    master.roll();
    master.set("b", "2");
    master.set("c", "3");
    await().atMost(Duration.ofSeconds(20)).until(() -> db().state() == ReplState.ERROR);
    assertThat(db().error()).startsWith("db0 has stopped at 0:");
    assertThat(node.status().isEligible()).isFalse();
    assertThat(get("c")).isEmpty();
    Files.delete(inTheWay);
    Files.delete(inTheWay.getParent());
    awaitUp();
    awaitLog("ack " + master.end());
    assertThat(get("c")).isEqualTo("3");
    // what was wrong is shown until the DB counts as well again
    await().atMost(Duration.ofSeconds(20)).until(() -> db().error().isEmpty());
    await().atMost(Duration.ofSeconds(20)).until(() -> node.status().isEligible());
  }

  @Test
  void aMasterThatTheDiskStoppedTakesWritesAgainOnceTheDiskDoes() throws Exception {
    start();
    awaitUp();
    Path inTheWay = folder.resolve("log/log_db0/write2file1/x");
    Files.createDirectories(inTheWay);
    master.roll();
    master.set("b", "2");
    await().atMost(Duration.ofSeconds(20)).until(() -> !db().error().isEmpty());
    node.slaveOfNoOne().toCompletableFuture().get(10, TimeUnit.SECONDS);
    assertThat(set("x", "1").toString()).contains("has stopped");
    Files.delete(inTheWay);
    Files.delete(inTheWay.getParent());
    await().atMost(Duration.ofSeconds(20)).until(() -> set("x", "1").equals(Reply.OK));
    assertThat(get("x")).isEqualTo("1");
    assertThat(db().error()).isEmpty();
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

  /** A Pika master knows a replica by the address that each of its messages carries. */
  @Test
  void tellsAMasterAnotherAddressOnAnotherConnectionOnly() throws Exception {
    start();
    awaitUp();
    await().atMost(Duration.ofSeconds(20)).until(() -> master.pingsAnswered() > 1);
    assertThat(master.nodes()).containsOnly("127.0.0.1:9221");
    ReplSettings d = settings("");
    node.configure(
        new ReplSettings(
            d.masterAuth(),
            "replica.example",
            7777,
            d.priority(),
            d.announced(),
            d.replTimeoutMs(),
            d.throttleBytesPerSecond(),
            d.rsyncTimeoutMs(),
            d.expireLogsNums(),
            d.expireLogsDays(),
            d.onDivergence(),
            d.divergenceKeep(),
            d.pingReplicaMs(),
            d.linkDownClock(),
            d.offsetOrder()));
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> Collections.frequency(master.log(), "metaSync") == 2);
    awaitUp();
    master.set("k", "v");
    awaitLog("ack " + master.end());
    int second = master.nodes().indexOf("replica.example:7777");
    assertThat(master.nodes().subList(0, second)).containsOnly("127.0.0.1:9221");
    assertThat(master.nodes().subList(second, master.nodes().size()))
        .containsOnly("replica.example:7777");
  }

  /** Keeps the worker busy until the latch is open. */
  private void hold(CountDownLatch latch) {
    Command.Read waiting =
        new Command.Read(
            new CommandSpec("wait", 1, CommandSpec.Group.SERVER, Set.of(), 0, 0, 0),
            (context, args) -> {
              try {
                latch.await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
              return Reply.OK;
            });
    var unused = node.execute(0, List.of(new Call(waiting, Args.of("wait"))));
  }

  /** W-7: SLAVEOF NO ONE drains, then flips; until then it is the old master's replica. */
  @Test
  void isNoMasterBeforeAllThatWasReceivedIsApplied() throws Exception {
    start();
    awaitUp();
    CountDownLatch latch = new CountDownLatch(1);
    hold(latch);
    for (int i = 0; i < 50; i++) {
      master.set("k" + i, "v");
    }
    await().atMost(Duration.ofSeconds(20)).until(() -> master.pingsAnswered() > 1);
    CompletableFuture<Void> promotion = node.slaveOfNoOne().toCompletableFuture();
    await().atMost(Duration.ofSeconds(20)).until(() -> link().state() == LinkState.NO_CONNECT);
    assertThat(node.status().role()).isEqualTo(Role.SLAVE);
    assertThat(link().address()).isEqualTo(master.sockets().address());
    assertThat(link().isUp()).isFalse();
    assertThat(promotion).isNotDone();
    latch.countDown();
    promotion.get(10, TimeUnit.SECONDS);
    assertThat(node.status().role()).isEqualTo(Role.MASTER);
    assertThat(node.status().dbs().get(0).applied()).isEqualTo(master.end());
    assertThat(get("k49")).isEqualTo("v");
    assertThat(store().master()).isEmpty();
  }

  @Test
  void aSecondSlaveOfSupersedesAPromotionThatIsUnderWay() throws Exception {
    start();
    awaitUp();
    HostPort other = nobody();
    for (HostPort whom : List.of(other, master.sockets().address())) {
      CountDownLatch latch = new CountDownLatch(1);
      hold(latch);
      CompletableFuture<Void> promotion = node.slaveOfNoOne().toCompletableFuture();
      node.slaveOf(whom, false).toCompletableFuture().get(10, TimeUnit.SECONDS);
      latch.countDown();
      assertThat(promotion)
          .failsWithin(Duration.ofSeconds(10))
          .withThrowableOfType(ExecutionException.class)
          .withMessageContaining("superseded by a later SLAVEOF");
      assertThat(node.status().role()).isEqualTo(Role.SLAVE);
      assertThat(link().address()).isEqualTo(whom);
      assertThat(store().master()).contains(whom);
      assertThat(set("x", "1").toString()).contains("READONLY");
    }
    awaitUp();
  }

  @Test
  void aPromotionSupersedesWhomItWasToldToFollow() throws Exception {
    start();
    awaitUp();
    CompletableFuture<Void> follow = node.slaveOf(nobody(), false).toCompletableFuture();
    CompletableFuture<Void> promotion = node.slaveOfNoOne().toCompletableFuture();
    follow.get(10, TimeUnit.SECONDS);
    promotion.get(10, TimeUnit.SECONDS);
    assertThat(node.status().role()).isEqualTo(Role.MASTER);
    assertThat(set("x", "1")).isEqualTo(Reply.OK);
  }

  /** W-23: the thread that decides waits for nobody. */
  @Test
  void answersAtOnceWhileAMasterThatAcceptsSaysNothing() throws Exception {
    start();
    awaitUp();
    try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      HostPort whom = new HostPort("127.0.0.1", silent.getLocalPort() - 2_000);
      node.slaveOf(whom, false).toCompletableFuture().get(10, TimeUnit.SECONDS);
      await().until(() -> link().state() == LinkState.SHOULD_META_SYNC);
      assertThat(link().isUp()).isFalse();

      HostPort back = master.sockets().address();
      node.slaveOf(back, false).toCompletableFuture().get(1, TimeUnit.SECONDS);
      awaitUp();
      assertThat(link().address()).isEqualTo(back);
    }
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

  /** §5.3: a SLAVEOF to another master does not make old data young. */
  @Test
  void goesOnCountingFromTheOriginalLossWhenItIsToldToFollowAnother() throws Exception {
    start();
    awaitUp();
    master.isMute = true;
    master.sockets().dropAll();
    await().atMost(Duration.ofSeconds(20)).until(() -> link().downSinceSeconds() >= 1);
    long before = link().downSinceSeconds();
    HostPort nobody = nobody();
    node.slaveOf(nobody, false).toCompletableFuture().get(10, TimeUnit.SECONDS);
    assertThat(link().address()).isEqualTo(nobody);
    assertThat(link().downSinceSeconds()).isGreaterThanOrEqualTo(before);
    assertThat(node.status().isEligible()).isTrue();
  }

  @Test
  void countsFromTheSlaveOfWhenTheOldLinkWasUp() throws Exception {
    start();
    awaitUp();
    long startNanos = System.nanoTime();
    node.slaveOf(nobody(), false).toCompletableFuture().get(10, TimeUnit.SECONDS);
    assertThat(link().isUp()).isFalse();
    long down = link().downSinceSeconds();
    long sinceStart = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - startNanos);
    assertThat(down).isBetween(0L, sinceStart);
  }

  /** §5.3, §5.4: its own writes may not be the new master's, so it must not be chosen. */
  @Test
  void aMasterThatIsMadeAReplicaHasNoSuchTimeAndIsNotEligibleUntilItIsInSync() throws Exception {
    start();
    awaitUp();
    node.slaveOfNoOne().toCompletableFuture().get(10, TimeUnit.SECONDS);
    node.slaveOf(nobody(), false).toCompletableFuture().get(10, TimeUnit.SECONDS);
    assertThat(link().downSinceSeconds()).isEqualTo(-1);
    assertThat(node.status().ineligibleReason()).isEqualTo("never in sync with this history");
    assertThat(store().attached()).isFalse();
    node.slaveOf(master.sockets().address(), false).toCompletableFuture().get(10, TimeUnit.SECONDS);
    awaitUp();
    await().atMost(Duration.ofSeconds(20)).until(() -> node.status().isEligible());
    assertThat(link().downSinceSeconds()).isZero();
    await().atMost(Duration.ofSeconds(20)).until(() -> store().attached());
  }

  @Test
  void aMasterThatStartsAsAReplicaHasNoSuchTimeEither() throws Exception {
    start();
    awaitUp();
    node.slaveOfNoOne().toCompletableFuture().get(10, TimeUnit.SECONDS);
    node.close();
    master.isMute = true;
    start();
    assertThat(link().downSinceSeconds()).isEqualTo(-1);
    assertThat(node.status().isEligible()).isFalse();
  }

  /** Somebody sets the machine's clock, an hour on and then two back. */
  @Test
  void theWallClockMovesNothing() throws Exception {
    AtomicLong wallMs = new AtomicLong(System.currentTimeMillis());
    NodeEnvironment real = NodeEnvironment.real();
    NodeEnvironment supplied =
        new NodeEnvironment(
            real.db().withClock(new SuppliedClock(wallMs::get)),
            real.clockMs(),
            real.sessionThread(),
            real.network(),
            real.seed());
    node = ReplicaNode.start(config(Optional.of(master.sockets().address())), FAST, supplied);
    awaitUp();
    wallMs.addAndGet(3_600_000);
    await().atMost(Duration.ofSeconds(20)).until(() -> master.pingsAnswered() > 3);
    assertThat(link().isUp()).isTrue();
    assertThat(link().lastIoSecondsAgo()).isBetween(0L, 20L);
    master.isMute = true;
    master.sockets().dropAll();
    long startNanos = System.nanoTime();
    await().atMost(Duration.ofSeconds(20)).until(() -> link().downSinceSeconds() >= 1);
    wallMs.addAndGet(3_600_000);
    long later = link().downSinceSeconds();
    wallMs.addAndGet(-7_200_000);
    long earlier = link().downSinceSeconds();
    long sinceStart = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - startNanos) + 1;
    assertThat(later).isBetween(1L, sinceStart);
    assertThat(earlier).isBetween(later, sinceStart);
  }

  @Test
  void canCountFromTheLastMessageOfASilentMaster() throws Exception {
    start();
    awaitUp();
    master.isMute = true;
    await().atMost(Duration.ofSeconds(20)).until(() -> !link().isUp());
    long fromTheLoss = link().downSinceSeconds();
    node.configure(settings("", ReplSettings.LinkDownClock.LAST_IO));
    // the loss was noticed 1.5 s after the last message
    assertThat(link().downSinceSeconds()).isGreaterThanOrEqualTo(fromTheLoss + 1);
  }

  /** R9, and the false pass of T2: never the new master with the link to the old one. */
  @Test
  void noStatusMixesANewMasterWithTheOldLink() throws Exception {
    start();
    awaitUp();
    HostPort old = master.sockets().address();
    neverShows(
        status ->
            status.role() == Role.SLAVE
                ? status.master().isEmpty()
                    || (status.master().get().isUp()
                        && !status.master().get().address().equals(old))
                : status.master().isPresent(),
        () -> {
          for (int i = 0; i < 8; i++) {
            node.slaveOf(nobody(), false).toCompletableFuture().get(10, TimeUnit.SECONDS);
            if (i % 4 == 0) {
              node.slaveOfNoOne().toCompletableFuture().get(10, TimeUnit.SECONDS);
            }
            node.slaveOf(old, false).toCompletableFuture().get(10, TimeUnit.SECONDS);
            awaitUp();
          }
        });
  }

  /** Whoever waits for the link may promote at once: not only when the disk knows it too. */
  @Test
  void isInSyncWithTheHistoryFromTheMomentThatItsLinkIsUp() throws Exception {
    start();
    neverShows(
        status ->
            status.master().map(ReplicationStatus.Master::isUp).orElse(false)
                && status.ineligibleReason().startsWith("never in sync"),
        () -> {
          for (int i = 0; i < 8; i++) {
            awaitUp();
            node.slaveOfNoOne().toCompletableFuture().get(10, TimeUnit.SECONDS);
            node.slaveOf(master.sockets().address(), false)
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS);
          }
        });
  }

  private interface Deeds {
    void run() throws Exception;
  }

  /** Looks at the node's status without a pause while something is done. */
  private void neverShows(Predicate<ReplicationStatus> wrong, Deeds deeds) throws Exception {
    AtomicReference<String> shown = new AtomicReference<>("");
    AtomicBoolean isOver = new AtomicBoolean();
    Thread reader =
        new Thread(
            () -> {
              while (!isOver.get()) {
                ReplicationStatus status = node.status();
                if (wrong.test(status)) {
                  shown.set(status.toString());
                }
              }
            });
    reader.start();
    try {
      deeds.run();
    } finally {
      isOver.set(true);
      reader.join();
    }
    assertThat(shown.get()).isEmpty();
  }

  /** §5.2: what was learnt of the master before may not hold for the one that is there now. */
  @Test
  void isNotEligibleWhileAMasterThatCameBackHasNotSaidHowLargeItsFilesAre() throws Exception {
    start();
    awaitUp();
    await().atMost(Duration.ofSeconds(20)).until(() -> node.status().isEligible());
    assertThat(node.status().fileSizeSource()).isEqualTo(ReplicationStatus.FileSizeSource.MASTER);
    assertThat(node.status().binlogFileSizeBytes()).isEqualTo(131_072);
    master.isFileSizeHidden = true;
    master.sockets().dropAll();
    await()
        .atMost(Duration.ofSeconds(20))
        .until(
            () ->
                node.status()
                    .ineligibleReason()
                    .equals("the master's binlog-file-size is not known yet"));
    // it was given the time to answer: what was known before is the best there is
    await().atMost(Duration.ofSeconds(20)).until(() -> node.status().isEligible());
    assertThat(node.status().fileSizeSource())
        .isEqualTo(ReplicationStatus.FileSizeSource.REMEMBERED);
    assertThat(node.status().binlogFileSizeBytes()).isEqualTo(131_072);
  }

  /** An address at which nobody listens. */
  private static HostPort nobody() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return new HostPort("127.0.0.1", socket.getLocalPort());
    }
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
    assertThat(node.status().appliedOffset()).isZero();
    assertThat(node.status().receivedOffset()).isZero();
  }
}
