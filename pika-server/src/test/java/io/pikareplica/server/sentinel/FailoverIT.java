package io.pikareplica.server.sentinel;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** The master dies; a replica takes its place, and everybody agrees. */
@Tag("sentinel")
class FailoverIT {
  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  private Path folder;

  @SentinelTest(value = "T2 1S", isCore = true)
  void theNewerReplicaIsPromotedWhenTheMasterIsKilled(Setup setup) throws Exception {
    Lab.run(
        setup,
        folder,
        lab -> {
          Trio trio = Trio.start(lab);
          Sentinel sentinel = lab.sentinel(trio.master());
          lab.awaitKnown(sentinel, trio.first(), trio.second());

          int mark = trio.failOverToTheSecond(sentinel);

          assertThat(sentinel.story(mark, lab.nodes()))
              .containsSubsequence(
                  "+sdown M",
                  "+odown M",
                  "+new-epoch",
                  "+try-failover M",
                  "+vote-for-leader",
                  "+elected-leader M",
                  "+failover-state-select-slave M",
                  "+selected-slave R2",
                  "+failover-state-send-slaveof-noone R2",
                  "+failover-state-wait-promotion R2",
                  "+promoted-slave R2",
                  "+failover-state-reconf-slaves M",
                  "+slave-reconf-sent R1",
                  "+slave-reconf-inprog R1",
                  "+slave-reconf-done R1",
                  "+failover-end M",
                  "+switch-master M")
              .doesNotContain("+failover-end-for-timeout M");
          trio.assertThatTheSecondLeads();
        });
  }

  @SentinelTest(value = "T2 3S", isCore = true)
  void threeSentinelsAgreeOnTheNewMaster(Setup setup) throws Exception {
    Lab.run(
        setup,
        folder,
        lab -> {
          Trio trio = Trio.start(lab);
          List<Sentinel> sentinels = lab.sentinels(3, 2, trio.master());
          for (Sentinel sentinel : sentinels) {
            lab.awaitKnown(sentinel, trio.first(), trio.second());
            lab.awaitOthers(sentinel, 2);
          }
          trio.failOverToTheSecond(sentinels.get(0));

          for (Sentinel sentinel : sentinels) {
            sentinel.await("+switch-master", 0);
            assertThat(sentinel.masterAddress()).isEqualTo(trio.second().address());
          }
          List<Sentinel> leaders =
              sentinels.stream().filter(each -> each.has("+promoted-slave")).toList();
          assertThat(leaders).hasSize(1);
          assertThat(leaders.get(0).story(0, lab.nodes()))
              .containsSubsequence(
                  "+odown M",
                  "+elected-leader M",
                  "+selected-slave R2",
                  "+promoted-slave R2",
                  "+slave-reconf-done R1",
                  "+failover-end M",
                  "+switch-master M");
          for (Sentinel sentinel : sentinels) {
            if (!leaders.contains(sentinel)) {
              assertThat(sentinel.story(0, lab.nodes()))
                  .containsSubsequence("+config-update-from", "+switch-master M");
            }
          }
          trio.assertThatTheSecondLeads();
        });
  }

  /** T7, then T15 with the same nodes: what a failover leaves behind must outlive the Sentinel. */
  @SentinelTest(value = "T7 T15", isCore = true)
  void theOldMasterComesBackAsAReplicaWithoutItsOwnTail(Setup setup) throws Exception {
    Lab.run(setup, folder, lab -> oldMasterComesBack(lab, 40));
  }

  /**
   * W-13: Where the new master has written as much as the old one has lost, offsets tell nothing.
   */
  @SentinelTest("T7 same length")
  void theTailOfTheOldMasterGoesEvenWhereTheOffsetsFit(Setup setup) throws Exception {
    Lab.run(setup, folder, lab -> oldMasterComesBack(lab, 100));
  }

  private static void oldMasterComesBack(Lab lab, int newKeys) throws Exception {
    Trio trio = Trio.start(lab);
    Sentinel sentinel = lab.sentinel(trio.master());
    lab.hurry(sentinel);
    lab.awaitKnown(sentinel, trio.first(), trio.second());
    trio.cutAll();
    Data.write(trio.master(), "tail", 100); // nobody else has it
    int mark = sentinel.events().size();
    trio.master().kill();
    trio.healAll();
    sentinel.await("+switch-master", mark);
    TestNode leader = lab.nodeAt(sentinel.masterAddress());
    Data.write(leader, "next", newKeys);
    sentinel.await("+sdown", trio.master(), mark + 1 + indexOfSwitch(sentinel, mark));

    int back = sentinel.events().size();
    trio.master().start();
    assertThat(Data.count(trio.master(), "tail")).isGreaterThan(100);
    sentinel.await("+convert-to-slave", trio.master(), back);
    lab.awaitCaughtUp(trio.master(), leader);
    assertThat(sentinel.story(mark, lab.nodes()))
        .containsSubsequence("+sdown M", "-sdown M", "+convert-to-slave M");
    assertThat(Data.count(trio.master(), "tail")).isZero();
    assertThat(Data.fingerprint(trio.master())).isEqualTo(Data.fingerprint(leader));
    Data.write(leader, "both", 50);
    trio.assertThatAllHoldWhat(leader);
    Lab.holdsFor(
        "no second conversion",
        Duration.ofSeconds(12),
        () -> sentinel.count(event -> event.name().equals("+convert-to-slave")) == 1);

    persistsWhatSentinelChanged(trio, sentinel, leader);
  }

  private static int indexOfSwitch(Sentinel sentinel, int since) {
    List<Event> events = sentinel.events().subList(since, sentinel.events().size());
    return events.stream().map(Event::name).toList().indexOf("+switch-master");
  }

  /** T15: nobody can help the nodes to find each other again. */
  private static void persistsWhatSentinelChanged(Trio trio, Sentinel sentinel, TestNode leader)
      throws Exception {
    sentinel.close();
    for (TestNode node : trio.all()) {
      node.kill();
    }
    for (TestNode node : trio.all()) {
      node.start();
    }
    for (TestNode node : trio.all()) {
      if (node == leader) {
        assertThat(node.replication("role")).isEqualTo("master");
      } else {
        assertThat(Lab.follows(node.info("replication"), leader)).isTrue();
      }
    }
    Data.write(leader, "later", 20);
    trio.assertThatAllHoldWhat(leader);
  }

  @SentinelTest("T3")
  void aMasterThatWasPausedLosesWhatItTookWhenItWakesUp(Setup setup) throws Exception {
    Lab.run(
        setup,
        folder,
        lab -> {
          Trio trio = Trio.start(lab);
          TestNode old = trio.master();
          Sentinel sentinel = lab.sentinel(old);
          lab.hurry(sentinel);
          lab.awaitKnown(sentinel, trio.first(), trio.second());
          int mark = sentinel.events().size();
          try (Ghost ghost = Ghost.connect(old)) {
            old.pause();
            ghost.write("ghost", "boo"); // waits in its socket
            sentinel.await("+switch-master", mark);
            TestNode leader = lab.nodeAt(sentinel.masterAddress());
            Data.write(leader, "next", 100);
            Lab.holdsFor("paused", Duration.ofSeconds(4), () -> true);
            int awake = sentinel.events().size();
            old.resume();
            System.out.println(
                setup + ": the write that waited in the socket got " + ghost.reply());

            sentinel.await("+convert-to-slave", old, awake);
            assertThat(sentinel.story(mark, lab.nodes()))
                .containsSubsequence("+sdown M", "-sdown M", "+convert-to-slave M");
            lab.awaitCaughtUp(old, leader);
            Map<String, String> info = old.info("replication");
            assertThat(info).containsEntry("role", "slave");
            assertThat(Lab.follows(info, leader)).isTrue();
            assertThat(ghost.exists(old)).isFalse();
            Data.write(leader, "both", 50);
            trio.assertThatAllHoldWhat(leader);
          }
        });
  }
}
