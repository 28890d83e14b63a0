package io.pikareplica.server.sentinel;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** Failovers that an operator asks for, and many of them. */
@Tag("sentinel")
@Order(1)
class OperationsIT {
  private static final int ROUNDS = 10;

  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  private Path folder;

  @SentinelTest("T18")
  void aFailoverByHandLosesNothing(Setup setup) throws Exception {
    Lab.run(
        setup,
        folder,
        lab -> {
          Trio trio = Trio.start(lab);
          TestNode old = trio.master();
          Sentinel sentinel = lab.sentinel(old);
          lab.hurry(sentinel);
          lab.awaitKnown(sentinel, trio.first(), trio.second());
          String before = Data.fingerprint(old);

          sentinel.command("FAILOVER", Sentinel.MASTER);
          sentinel.await("+switch-master", 0);
          TestNode leader = lab.nodeAt(sentinel.masterAddress());
          assertThat(leader).isNotEqualTo(old);
          assertThat(sentinel.story(0, lab.nodes()))
              .containsSubsequence(
                  "+new-epoch",
                  "+try-failover M",
                  "+selected-slave " + leader,
                  "+promoted-slave " + leader,
                  "+failover-end M",
                  "+switch-master M")
              .doesNotContain("+sdown M", "+odown M");
          lab.awaitCaughtUp(old, leader);
          assertThat(Data.fingerprint(leader)).isEqualTo(before);
          Data.write(leader, "after", 100);
          trio.assertThatAllHoldWhat(leader);
          if (old instanceof OurTestNode ours) {
            assertThat(ours.fullSyncs()).isZero(); // its history went on in the other one
          }
        });
  }

  /** By hand and by death, in turns. */
  @SentinelTest(value = "T22", isLong = true)
  void tenFailoversBackAndForthEachEndWell(Setup setup) throws Exception {
    Lab.run(
        setup,
        folder,
        lab -> {
          TestNode one = lab.node("A").start();
          TestNode two = lab.node("B").follow(one).start();
          Data.write(one, "first", 100);
          lab.awaitCaughtUp(two, one);
          Sentinel sentinel = lab.sentinel(one);
          lab.hurry(sentinel);
          TestNode leader = one;
          for (int round = 0; round < ROUNDS; round++) {
            TestNode old = leader;
            leader = old == one ? two : one;
            lab.awaitKnown(sentinel, leader);
            int mark = sentinel.events().size();
            boolean isByDeath = round % 2 == 0;
            if (isByDeath) {
              old.kill();
            } else {
              sentinel.command("FAILOVER", Sentinel.MASTER);
            }
            sentinel.await("+switch-master", mark);
            assertThat(sentinel.masterAddress()).isEqualTo(leader.address());
            Data.write(leader, "round " + round, 20);
            if (isByDeath) {
              old.start();
            }
            lab.awaitCaughtUp(old, leader);
            assertThat(Data.fingerprint(old)).isEqualTo(Data.fingerprint(leader));
            assertThat(old.infoLines("replication")).noneMatch(line -> line.contains("error"));
          }
          assertThat(sentinel.count(event -> event.name().equals("+switch-master")))
              .isEqualTo(ROUNDS);
          if (one instanceof OurTestNode a && two instanceof OurTestNode b) {
            System.out.printf("%s: full syncs %d and %d%n", setup, a.fullSyncs(), b.fullSyncs());
            // each DB of B once; nobody ever had a tail of its own
            assertThat(a.fullSyncs() + b.fullSyncs()).isEqualTo(Data.DBS);
          }
        });
  }
}
