package io.pikareplica.repl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.pikareplica.repl.Replication.Call;
import io.pikareplica.repl.ReplicationStatus.Role;
import io.pikareplica.storage.Args;
import io.pikareplica.storage.Command;
import io.pikareplica.storage.CommandSpec;
import io.pikareplica.storage.Reply;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/** A node that becomes a master, and one that is told to follow another. */
class RoleIT extends FollowingNode {
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
    slaveOfNoOne();
    assertThat(node.status().role()).isEqualTo(Role.MASTER);
    assertThat(node.status().dbs().get(0).state()).isEqualTo(ReplState.NO_CONNECT);
    assertThat(set("x", "1")).isEqualTo(Reply.OK);
    master.set("late", "1");
    assertThat(get("late")).isEmpty();
  }

  /** A client that asks for the role before it writes must not be told READONLY then. */
  @RepeatedTest(3)
  void takesWritesFromTheMomentThatItSaysItIsAMaster() throws Exception {
    start();
    awaitUp();
    CompletableFuture<Reply> written = new CompletableFuture<>();
    Thread client =
        new Thread(
            () -> {
              while (node.isReplica()) {
                Thread.onSpinWait();
              }
              try {
                written.complete(set("x", "1"));
              } catch (Exception e) {
                written.completeExceptionally(e);
              }
            });
    client.start();
    slaveOfNoOne();
    assertThat(written.get(10, TimeUnit.SECONDS)).isEqualTo(Reply.OK);
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
      slaveOf(whom);
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

  /** W-23: the thread that decides waits for nobody, however patient it is. */
  @Test
  void answersAtOnceWhileAMasterThatAcceptsSaysNothing() throws Exception {
    long hour = 3_600_000;
    ReplicaPolicy patient =
        new ReplicaPolicy(
            hour, hour, hour, hour, 20, 200, 300, 200, 5, ReplicaPolicy.OnDivergence.FULL_SYNC);
    HostPort silent = master.sockets().address();
    master.isMute = true;
    node = ReplicaNode.start(config(Optional.of(silent)), patient);
    await()
        .atMost(Duration.ofSeconds(20))
        .until(
            () -> link().state() == LinkState.SHOULD_META_SYNC && link().lastIoSecondsAgo() >= 0);

    HostPort other = nobody();
    slaveOf(other);
    assertThat(link().address()).isEqualTo(other);
    master.isMute = false;
    slaveOf(silent);
    awaitUp();
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
            slaveOf(nobody());
            if (i % 4 == 0) {
              slaveOfNoOne();
            }
            slaveOf(old);
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
            slaveOfNoOne();
            slaveOf(master.sockets().address());
          }
        });
  }

  /** §5.4: it may have written what this master has not; that offsets fit says nothing (W-13). */
  @Test
  void aFormerMasterMustNotBePromotedBeforeItsHistoryHasBeenCompared() throws Exception {
    start();
    awaitUp();
    master.set("a", "1");
    master.set("b", "2");
    awaitLog("ack " + master.end());
    slaveOfNoOne();
    master.isHoldingBack = true;
    slaveOf(master.sockets().address());
    await().atMost(Duration.ofSeconds(20)).until(() -> db().state() == ReplState.CONNECTED);
    assertThat(node.status().ineligibleReason()).isEqualTo("never in sync with this history");
    master.isMute = true;
    master.sockets().dropAll();
    await().atMost(Duration.ofSeconds(20)).until(() -> db().state() != ReplState.CONNECTED);
    assertThat(node.status().ineligibleReason()).isEqualTo("never in sync with this history");
    master.isMute = false;
    master.isHoldingBack = false;
    awaitUp();
    await().atMost(Duration.ofSeconds(20)).until(() -> node.status().isEligible());
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
}
