package io.pikareplica.server.sentinel;

import static org.assertj.core.api.Assertions.assertThat;

import io.pikareplica.server.live.Polling;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;

/** Which replica Sentinel chooses, from what INFO says. */
@Tag("sentinel")
class SelectionIT {
  private static final long STALE_AFTER_DOWN_TIMES = 10;

  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  private Path folder;

  @SentinelTest(value = "T4", isCore = true)
  void aReplicaThatLostItsMasterLongAgoIsNotChosenThoughItIsPreferred(Setup setup)
      throws Exception {
    Lab.run(
        setup,
        folder,
        lab -> {
          Trio trio = Trio.create(lab);
          trio.first().set("slave-priority", "10");
          trio.begin();
          Sentinel sentinel = lab.sentinel(trio.master());
          lab.awaitKnown(sentinel, trio.first(), trio.second());
          assertThat(sentinel.replica(trio.first())).containsEntry("slave-priority", "10");
          awaitStale(lab, trio.first());
          assertThat(sentinel.story(0, lab.nodes())).doesNotContain("+sdown R1");

          trio.master().kill();
          sentinel.await("+selected-slave", trio.second(), 0);
          trio.first().healLink();
          sentinel.await("+switch-master", 0);
          assertThat(sentinel.story(0, lab.nodes()))
              .doesNotContain("+sdown R1", "+selected-slave R1")
              .contains("+slave-reconf-sent R1");
          lab.awaitCaughtUp(trio.first(), trio.second());
          assertThat(Data.fingerprint(trio.first())).isEqualTo(Data.fingerprint(trio.second()));
        });
  }

  /** Beyond what Sentinel tolerates, and counting; the replica itself is well. */
  private static void awaitStale(Lab lab, TestNode replica) throws Exception {
    replica.cutLink();
    long limitSeconds = STALE_AFTER_DOWN_TIMES * lab.downAfterMs() / 1_000;
    Polling.until(
        replica + " is stale",
        Duration.ofSeconds(90),
        () -> downSeconds(replica) >= limitSeconds + 3);
    assertThat(replica.replication("role")).isEqualTo("slave");
  }

  private static long downSeconds(TestNode replica) {
    String seconds = replica.replication("master_link_down_since_seconds");
    return seconds.isEmpty() ? 0 : Long.parseLong(seconds);
  }

  @SentinelTest("T4b")
  void nobodyIsPromotedWhenOnlyAStaleReplicaIsLeft(Setup setup) throws Exception {
    Lab.run(
        setup,
        folder,
        lab -> {
          lab.downAfterMs(1_000);
          lab.failoverTimeoutMs(4_000);
          TestNode master = lab.node("M");
          TestNode replica = lab.node("R1").follow(master);
          lab.makeLinksCuttable();
          master.start();
          replica.start();
          Data.write(master, "first", 100);
          lab.awaitCaughtUp(replica, master);
          Sentinel sentinel = lab.sentinel(master);
          lab.awaitKnown(sentinel, replica);
          awaitStale(lab, replica);

          master.kill();
          assertThatFailoversAreGivenUp(lab, sentinel);
          assertThat(replica.replication("role")).isEqualTo("slave");
          assertThat(downSeconds(replica)).isGreaterThan(20);
        });
  }

  /** Two in a row for want of a replica, as far apart as they must be. */
  static void assertThatFailoversAreGivenUp(Lab lab, Sentinel sentinel) {
    String abort = "-failover-abort-no-good-slave";
    Event first = sentinel.await("+try-failover", 0);
    sentinel.await(abort, 0);
    int mark = sentinel.events().size();
    Event second = sentinel.await("+try-failover", mark);
    sentinel.await(abort, mark);
    long apartMs = (second.nanos() - first.nanos()) / 1_000_000;
    assertThat(apartMs).isGreaterThanOrEqualTo(2 * lab.failoverTimeoutMs() - 100);
    assertThat(sentinel.has("+selected-slave")).isFalse();
    assertThat(sentinel.has("+switch-master")).isFalse();
  }

  /** Twice, with other nodes in the roles, so that no order of addresses or names decides. */
  @SentinelTest(value = "T5", isCore = true)
  void theMostAdvancedReplicaIsChosenAgainstTheOrderOfRunIds(Setup setup) throws Exception {
    Lab.run(
        setup,
        folder,
        lab -> {
          Trio trio = Trio.start(lab);
          Sentinel sentinel = lab.sentinel(trio.master());
          TestNode leader =
              advancedIsChosen(lab, sentinel, trio.master(), trio.first(), trio.second());

          trio.master().start();
          sentinel.await("+convert-to-slave", trio.master(), 0);
          lab.awaitCaughtUp(trio.master(), leader);
          TestNode other = leader == trio.first() ? trio.second() : trio.first();
          lab.awaitCaughtUp(other, leader);
          TestNode last = advancedIsChosen(lab, sentinel, leader, trio.master(), other);
          TestNode follower = last == other ? trio.master() : other;
          lab.awaitCaughtUp(follower, last);
          assertThat(Data.fingerprint(follower)).isEqualTo(Data.fingerprint(last));
        });
  }

  private static TestNode advancedIsChosen(
      Lab lab, Sentinel sentinel, TestNode master, TestNode one, TestNode two) throws Exception {
    boolean isOneSmaller = one.runId().compareTo(two.runId()) < 0;
    TestNode behind = isOneSmaller ? one : two;
    TestNode ahead = isOneSmaller ? two : one;
    lab.awaitKnown(sentinel, one, two);
    behind.cutLink();
    Data.write(master, "ahead of " + behind, 20);
    lab.awaitCaughtUp(ahead, master);
    lab.awaitOffsetsSeen(sentinel, ahead, behind);
    assertThat(offsetSeen(sentinel, ahead)).isGreaterThan(offsetSeen(sentinel, behind));
    assertThat(sentinel.replica(ahead).get("runid"))
        .isGreaterThan(sentinel.replica(behind).get("runid"));
    int mark = sentinel.events().size();

    master.kill();
    sentinel.await("+selected-slave", ahead, mark);
    behind.healLink();
    sentinel.await("+switch-master", mark);
    assertThat(sentinel.masterAddress()).isEqualTo(ahead.address());
    return ahead;
  }

  private static long offsetSeen(Sentinel sentinel, TestNode replica) {
    return Long.parseLong(sentinel.replica(replica).get("slave-repl-offset"));
  }

  /** The last record of a binlog file makes it longer than it may be: bytes say nothing there. */
  @SentinelTest(value = "T5b", hasControl = false)
  void aReplicaAtTheEndOfAnOversizedFileIsBehindOneInTheNextFile(Setup setup) throws Exception {
    Lab.run(
        setup,
        folder,
        lab -> {
          long fileSize = 4 << 20;
          Trio trio = Trio.create(lab);
          trio.all().forEach(node -> node.set("binlog-file-size", Long.toString(fileSize)));
          trio.begin();
          TestNode behind = trio.first();
          TestNode ahead = trio.second();
          Sentinel sentinel = lab.sentinel(trio.master());
          lab.awaitKnown(sentinel, behind, ahead);
          try (Jedis jedis = trio.master().connect()) {
            jedis.set("large", "x".repeat(9 << 20));
            lab.awaitCaughtUp(behind, trio.master());
            behind.cutLink();
            jedis.set("small", "x");
          }
          lab.awaitCaughtUp(ahead, trio.master());
          lab.awaitOffsetsSeen(sentinel, ahead, behind);
          List<Long> endBehind = binlogEnd(behind);
          List<Long> endAhead = binlogEnd(ahead);
          assertThat(endAhead.get(0)).isEqualTo(endBehind.get(0) + 1);
          assertThat(endBehind.get(0) * fileSize + endBehind.get(1))
              .as("what Pika would add up, which misleads")
              .isGreaterThan(endAhead.get(0) * fileSize + endAhead.get(1));
          assertThat(offsetSeen(sentinel, behind)).isLessThan(offsetSeen(sentinel, ahead));

          int mark = sentinel.events().size();
          trio.master().kill();
          sentinel.await("+selected-slave", ahead, mark);
          behind.healLink();
          sentinel.await("+switch-master", mark);
          trio.lab().awaitCaughtUp(behind, ahead);
          assertThat(Data.fingerprint(behind)).isEqualTo(Data.fingerprint(ahead));
        });
  }

  /** File and offset of db0. */
  private static List<Long> binlogEnd(TestNode node) {
    return node.infoLines("replication").stream()
        .filter(line -> line.startsWith("db0:binlog_offset="))
        .map(line -> line.substring("db0:binlog_offset=".length(), line.indexOf(',')).split(" "))
        .map(parts -> List.of(Long.parseLong(parts[0]), Long.parseLong(parts[1])))
        .findFirst()
        .orElseThrow();
  }

  @SentinelTest(value = "T6 T6b", isCore = true)
  void priorityZeroIsNeverPromotedHoweverItCameAbout(Setup setup) throws Exception {
    Lab.run(
        setup,
        folder,
        lab -> {
          lab.failoverTimeoutMs(5_000);
          Trio trio = Trio.start(lab);
          Sentinel sentinel = lab.sentinel(trio.master());
          lab.awaitKnown(sentinel, trio.first(), trio.second());
          for (String priority : List.of("0", "100", "0")) {
            trio.first().config("slave-priority", priority);
            assertThat(trio.first().replication("slave_priority")).isEqualTo(priority);
            Polling.until(
                "Sentinel sees priority " + priority,
                Duration.ofSeconds(15),
                () -> sentinel.replica(trio.first()).get("slave-priority").equals(priority));
          }
          trio.second().cutLink();
          Data.write(trio.master(), "newer", 100);
          lab.awaitCaughtUp(trio.first(), trio.master());
          lab.awaitOffsetsSeen(sentinel, trio.first());
          assertThat(offsetSeen(sentinel, trio.first()))
              .isGreaterThan(offsetSeen(sentinel, trio.second()));

          int mark = sentinel.events().size();
          trio.master().kill();
          trio.second().healLink();
          sentinel.await("+selected-slave", trio.second(), mark);
          sentinel.await("+slave-reconf-sent", trio.first(), mark);
          sentinel.await("+switch-master", mark);
          // what only the other one had is gone: its history is not the master's
          lab.awaitCaughtUp(trio.first(), trio.second());
          assertThat(Data.count(trio.first(), "newer")).isZero();
          assertThat(Data.fingerprint(trio.first())).isEqualTo(Data.fingerprint(trio.second()));
          assertThat(trio.first().replication("slave_priority")).isEqualTo("0");

          onlyPriorityZeroIsLeft(lab, sentinel, trio);
        });
  }

  private static void onlyPriorityZeroIsLeft(Lab lab, Sentinel sentinel, Trio trio) {
    lab.awaitKnown(sentinel, trio.first());
    int mark = sentinel.events().size();
    trio.second().kill();
    sentinel.await("-failover-abort-no-good-slave", mark);
    assertThat(sentinel.story(mark, lab.nodes())).doesNotContain("+selected-slave R1");
    Map<String, String> info = trio.first().info("replication");
    assertThat(info).containsEntry("role", "slave").containsEntry("slave_priority", "0");
  }
}
