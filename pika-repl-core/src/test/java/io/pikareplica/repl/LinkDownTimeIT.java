package io.pikareplica.repl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** For how long a link has been down, as Sentinel asks before it chooses. */
class LinkDownTimeIT extends FollowingNode {
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
    slaveOf(nobody);
    assertThat(link().address()).isEqualTo(nobody);
    assertThat(link().downSinceSeconds()).isGreaterThanOrEqualTo(before);
    assertThat(node.status().isEligible()).isTrue();
  }

  @Test
  void countsFromTheSlaveOfWhenTheOldLinkWasUp() throws Exception {
    start();
    awaitUp();
    long startNanos = System.nanoTime();
    slaveOf(nobody());
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
    slaveOfNoOne();
    slaveOf(nobody());
    assertThat(link().downSinceSeconds()).isEqualTo(-1);
    assertThat(node.status().ineligibleReason()).isEqualTo("never in sync with this history");
    assertThat(store().attached()).isFalse();
    slaveOf(master.sockets().address());
    awaitUp();
    await().atMost(Duration.ofSeconds(20)).until(() -> node.status().isEligible());
    assertThat(link().downSinceSeconds()).isZero();
    await().atMost(Duration.ofSeconds(20)).until(() -> store().attached());
  }

  @Test
  void aMasterThatStartsAsAReplicaHasNoSuchTimeEither() throws Exception {
    start();
    awaitUp();
    slaveOfNoOne();
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
