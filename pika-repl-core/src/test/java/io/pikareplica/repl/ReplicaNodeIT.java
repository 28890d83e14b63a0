package io.pikareplica.repl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.pikareplica.binlog.BinlogOffset;
import io.pikareplica.proto.InnerMessage.InnerResponse;
import io.pikareplica.repl.sync.DurableFiles;
import java.time.Duration;
import java.util.Collections;
import org.junit.jupiter.api.Test;

/** A node and what masters do to it, on real sockets. */
class ReplicaNodeIT extends FollowingNode {
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
    awaitLog("ack " + master.end());
    assertThat(master.log())
        .containsSubsequence("trySync " + master.end(), "trySync 0:0", "firstSend 0:0");
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

  /** W-9: pings alone do not say that the master goes on from this history. */
  @Test
  void asksAgainWhenAStreamBringsNothingButPings() throws Exception {
    start();
    awaitUp();
    master.set("a", "1");
    master.set("b", "2");
    awaitLog("ack " + master.end());
    master.isHoldingBack = true;
    master.sockets().dropAll();
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> Collections.frequency(master.log(), "trySync " + master.end()) >= 2);
    assertThat(link().isUp()).isFalse();
    master.isHoldingBack = false;
    awaitUp();
    assertThat(Collections.frequency(master.log(), "metaSync")).isEqualTo(2);
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
}
