package io.pikareplica.repl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.pikareplica.proto.InnerMessage.InnerResponse;
import io.pikareplica.storage.Reply;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A DB that stands still, and what makes it go on. */
class StoppedDbIT extends FollowingNode {
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
    slaveOfNoOne();
    assertThat(set("x", "1").toString()).contains("has stopped");
    Files.delete(inTheWay);
    Files.delete(inTheWay.getParent());
    await().atMost(Duration.ofSeconds(20)).until(() -> set("x", "1").equals(Reply.OK));
    assertThat(get("x")).isEqualTo("1");
    assertThat(db().error()).isEmpty();
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
}
