package io.pikareplica.server.sentinel;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** A replica dies and comes back, with its master alive or dead. */
@Tag("sentinel")
class RestartIT {
  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  private Path folder;

  @SentinelTest("T8")
  void aKilledReplicaGoesOnWhereItWasAndIsSeenToBeAnotherProcess(Setup setup) throws Exception {
    Lab.run(
        setup,
        folder,
        lab -> {
          TestNode master = lab.node("M").start();
          TestNode replica = lab.node("R1").follow(master).start();
          Data.write(master, "first", 300);
          lab.awaitCaughtUp(replica, master);
          Sentinel sentinel = lab.sentinel(master);
          lab.hurry(sentinel);
          lab.awaitKnown(sentinel, replica);
          int fullSyncs = fullSyncs(replica);
          long before = replica.offset();
          String runId = replica.runId();
          replica.kill();
          sentinel.await("+sdown", replica, 0);
          Data.write(master, "meanwhile", 100);
          Lab.holdsFor("down", Duration.ofSeconds(4), () -> true);

          replica.start();
          sentinel.await("+reboot", replica, 0);
          sentinel.await("-sdown", replica, 0);
          lab.awaitCaughtUp(replica, master);
          assertThat(sentinel.story(0, lab.nodes()))
              .containsSubsequence("+sdown R1", "+reboot R1")
              .containsSubsequence("+sdown R1", "-sdown R1")
              .doesNotContain("+odown M", "+sdown M");
          assertThat(replica.runId()).isNotEqualTo(runId);
          assertThat(replica.offset()).isGreaterThan(before);
          assertThat(fullSyncs(replica)).isEqualTo(fullSyncs);
          assertThat(Data.fingerprint(replica)).isEqualTo(Data.fingerprint(master));
        });
  }

  /** Plain Redis keeps no offset in this case and fetches everything: nothing to compare. */
  private static int fullSyncs(TestNode node) {
    return node instanceof OurTestNode ours ? ours.fullSyncs() : 0;
  }

  @SentinelTest("T8b within")
  void aReplicaThatRestartedWithoutAMasterIsChosenIfItWasThereNotLongAgo(Setup setup)
      throws Exception {
    Lab.run(
        setup,
        folder,
        lab -> {
          lab.downAfterMs(2_000);
          TestNode master = lab.node("M").start();
          TestNode replica = lab.node("R1").follow(master).start();
          Data.write(master, "first", 300);
          lab.awaitCaughtUp(replica, master);
          Sentinel sentinel = lab.sentinel(2, master); // alone it decides nothing
          lab.awaitKnown(sentinel, replica);
          long offset = replica.offset();

          master.kill();
          long deathNanos = System.nanoTime();
          sentinel.await("+sdown", master, 0);
          replica.kill();
          replica.start();
          if (lab.isOurs()) {
            assertThat(replica.offset()).isEqualTo(offset);
            assertThat(downSeconds(replica)).isBetween(0L, secondsSince(deathNanos) + 3);
            Lab.holdsFor("counting", Duration.ofSeconds(2), () -> downSeconds(replica) >= 0);
            assertThat(downSeconds(replica)).isGreaterThanOrEqualTo(secondsSince(deathNanos) - 3);
          }
          assertThat(sentinel.has("+odown")).isFalse();
          sentinel.command("SET", Sentinel.MASTER, "quorum", "1");
          sentinel.await("+selected-slave", replica, 0);
          sentinel.await("+switch-master", 0);
          assertThat(replica.replication("role")).isEqualTo("master");
          Data.write(replica, "after", 10);
        });
  }

  /** Plain Redis prints -1 here, and wins the election with data of any age. */
  @SentinelTest(value = "T8b beyond", hasControl = false)
  void aReplicaThatRestartedWithoutAMasterIsNotChosenIfItMissedTheLastHour(Setup setup)
      throws Exception {
    Lab.run(
        setup,
        folder,
        lab -> {
          lab.downAfterMs(1_000);
          lab.failoverTimeoutMs(4_000);
          TestNode master = lab.node("M").start();
          TestNode replica = lab.node("R1").follow(master).start();
          Data.write(master, "first", 300);
          lab.awaitCaughtUp(replica, master);
          Sentinel sentinel = lab.sentinel(2, master);
          lab.awaitKnown(sentinel, replica);
          long offset = replica.offset();
          replica.kill();
          sentinel.await("+sdown", replica, 0);
          Data.write(master, "missed", 100);
          Lab.holdsFor("away", Duration.ofSeconds(14), () -> true); // more than 10 x down-after

          master.kill();
          sentinel.await("+sdown", master, 0);
          replica.start();
          sentinel.await("-sdown", replica, 0);
          assertThat(replica.offset()).isEqualTo(offset);
          assertThat(downSeconds(replica)).isGreaterThanOrEqualTo(14);
          sentinel.command("SET", Sentinel.MASTER, "quorum", "1");
          SelectionIT.assertThatFailoversAreGivenUp(lab, sentinel);
          assertThat(replica.replication("role")).isEqualTo("slave");
        });
  }

  private static long downSeconds(TestNode node) {
    return Long.parseLong(node.replication("master_link_down_since_seconds"));
  }

  private static long secondsSince(long nanos) {
    return (System.nanoTime() - nanos) / 1_000_000_000;
  }
}
