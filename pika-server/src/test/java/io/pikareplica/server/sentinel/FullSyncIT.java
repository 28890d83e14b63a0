package io.pikareplica.server.sentinel;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.pikareplica.server.live.Polling;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;

/**
 * A node that is fetching a snapshot must not be promoted. Plain Redis has no such veto: where it
 * would be promoted, there is no control.
 */
@Tag("sentinel")
class FullSyncIT {
  /** With {@link #LARGE_VALUES} a full sync takes a minute. */
  private static final int SLOW = 65_536;

  private static final int LARGE_VALUES = 40;

  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  private Path folder;

  @SentinelTest(value = "T10", isCore = true, hasControl = false)
  void aReplicaInFullSyncIsNotChosenThoughItIsPreferredAndAhead(Setup setup) throws Exception {
    Lab.run(
        setup,
        folder,
        lab -> {
          lab.downAfterMs(3_000);
          lab.failoverTimeoutMs(5_000);
          Trio trio = Trio.create(lab);
          TestNode syncing = trio.first();
          syncing.set("slave-priority", "10");
          trio.begin(LARGE_VALUES);
          Sentinel sentinel = lab.sentinel(trio.master());
          lab.awaitKnown(sentinel, syncing, trio.second());
          trio.second().cutLink();
          Data.write(trio.master(), "newer", 500);
          lab.awaitCaughtUp(syncing, trio.master());
          beginFullSync(syncing, trio.master());
          awaitPrioritySeen(sentinel, syncing, "0");

          int mark = sentinel.events().size();
          trio.master().kill();
          sentinel.await("+selected-slave", trio.second(), mark);
          trio.second().healLink();
          sentinel.await("+slave-reconf-sent", syncing, mark);
          sentinel.await("+switch-master", mark);
          assertThat(sentinel.story(mark, lab.nodes())).doesNotContain("+selected-slave R1");
          onlyTheSyncingOneIsLeft(lab, sentinel, trio);
        });
  }

  /** It fetches from the new master, which dies in its turn. */
  private static void onlyTheSyncingOneIsLeft(Lab lab, Sentinel sentinel, Trio trio) {
    TestNode syncing = trio.first();
    Polling.until(
        "R1 syncs with R2",
        () -> {
          Map<String, String> info = syncing.info("replication");
          return Lab.follows(info, trio.second())
              && info.get("master_sync_in_progress").equals("1");
        });
    awaitPrioritySeen(sentinel, syncing, "0");
    int mark = sentinel.events().size();
    trio.second().kill();
    sentinel.await("-failover-abort-no-good-slave", mark);
    assertThat(sentinel.story(mark, lab.nodes())).doesNotContain("+selected-slave R1");
    assertThat(syncing.replication("role")).isEqualTo("slave");
  }

  /** Asks for a full sync that takes long, and checks that INFO tells all of it. */
  private static void beginFullSync(TestNode replica, TestNode master) {
    replica.config("throttle-bytes-per-second", Integer.toString(SLOW));
    try (Jedis jedis = replica.connect()) {
      Object reply =
          jedis.sendCommand(
              () -> "SLAVEOF".getBytes(ISO_8859_1),
              master.address().host(),
              Integer.toString(master.address().port()),
              "force");
      assertThat(new String((byte[]) reply, ISO_8859_1)).isEqualTo("OK");
    }
    Polling.until(
        replica + " is in full sync",
        () -> replica.replication("master_sync_in_progress").equals("1"));
    assertThat(replica.info("replication"))
        .containsEntry("role", "slave")
        .containsEntry("master_link_status", "down")
        .containsEntry("slave_priority", "0")
        .containsEntry("is_eligible_for_master_election", "false")
        .containsKey("master_link_down_since_seconds");
  }

  private static void awaitPrioritySeen(Sentinel sentinel, TestNode replica, String priority) {
    Polling.until(
        "Sentinel sees priority " + priority,
        () -> sentinel.replica(replica).get("slave-priority").equals(priority));
  }

  @SentinelTest(value = "T10b", hasControl = false)
  void aFullSyncThatSentinelHasNotHeardOfYetIsNoDanger(Setup setup) throws Exception {
    Lab.run(
        setup,
        folder,
        lab -> {
          lab.downAfterMs(1_000);
          lab.failoverTimeoutMs(4_000);
          TestNode master = lab.node("M").start();
          TestNode replica = lab.node("R1").follow(master);
          Data.write(master, "first", 300);
          Data.writeLarge(master, LARGE_VALUES);
          replica.start();
          lab.awaitCaughtUp(replica, master);
          Sentinel sentinel = lab.sentinel(master);
          lab.awaitKnown(sentinel, replica);
          String before = Data.fingerprint(replica);
          Polling.until(
              "Sentinel has just asked",
              () -> Long.parseLong(sentinel.replica(replica).get("info-refresh")) < 1_000);

          beginFullSync(replica, master);
          assertThat(sentinel.replica(replica)).containsEntry("slave-priority", "100");
          try (Jedis client = replica.connect()) {
            master.kill();
            Event end =
                sentinel.await(
                    "the failover is given up",
                    0,
                    event ->
                        event.name().equals("-failover-abort-no-good-slave")
                            || event.name().equals("-failover-abort-slave-timeout"));
            System.out.println(setup + ": " + end.name());
            assertThat(client.ping()).isEqualTo("PONG"); // nobody was cut off
          }
          assertThat(replica.replication("role")).isEqualTo("slave");
          assertThat(sentinel.has("+promoted-slave")).isFalse();
          assertThat(Data.fingerprint(replica)).isEqualTo(before);
        });
  }

  /** What stands between Sentinel and the replica lies about the priority, as old news would. */
  @SentinelTest(value = "T14 Sentinel", hasControl = false)
  void aReplicaThatMustNotBePromotedRefusesWhenItIsChosenAllTheSame(Setup setup) throws Exception {
    Lab.run(
        setup,
        folder,
        lab -> {
          lab.downAfterMs(1_000);
          lab.failoverTimeoutMs(4_000);
          TestNode master = lab.node("M").start();
          TestNode replica = lab.node("R1").follow(master);
          TcpProxy network = lab.front(replica);
          network.rewriteReplies(FullSyncIT::hidePriority);
          Data.write(master, "first", 300);
          Data.writeLarge(master, LARGE_VALUES);
          replica.start();
          lab.awaitCaughtUp(replica, master);
          Sentinel sentinel = lab.sentinel(master);
          lab.awaitKnown(sentinel, replica);
          String before = Data.fingerprint(replica);
          beginFullSync(replica, master);

          try (Jedis client = replica.connect()) {
            master.kill();
            sentinel.await("-failover-abort-slave-timeout", 0);
            int mark = sentinel.events().size();
            assertThat(sentinel.story(0, lab.nodes()))
                .containsSubsequence(
                    "+try-failover M",
                    "+selected-slave R1",
                    "+failover-state-wait-promotion R1",
                    "-failover-abort-slave-timeout M")
                .doesNotContain("+promoted-slave R1");
            Event first = sentinel.await("+try-failover", 0);
            Event second = sentinel.await("+try-failover", mark);
            assertThat((second.nanos() - first.nanos()) / 1_000_000)
                .isGreaterThanOrEqualTo(2 * lab.failoverTimeoutMs() - 100);
            assertThat(client.ping()).isEqualTo("PONG");
          }
          assertThat(replica.replication("role")).isEqualTo("slave");
          assertThat(Data.fingerprint(replica)).isEqualTo(before);
        });
  }

  private static byte[] hidePriority(byte[] bytes) {
    return new String(bytes, ISO_8859_1)
        .replace("\r\nslave_priority:0\r\n", "\r\nslave_priority:9\r\n")
        .getBytes(ISO_8859_1);
  }

  @SentinelTest("T17")
  void theSwitchWaitsForASiblingThatNeedsAFullSync(Setup setup) throws Exception {
    Lab.run(
        setup,
        folder,
        lab -> {
          lab.failoverTimeoutMs(60_000);
          Trio trio = Trio.create(lab);
          trio.second().set("slave-priority", "10");
          if (!lab.isOurs()) {
            trio.second().set("repl-diskless-sync-delay", "6");
          }
          trio.begin(10);
          if (lab.isOurs()) {
            trio.first().config("throttle-bytes-per-second", "200000");
          }
          Sentinel sentinel = lab.sentinel(trio.master());
          lab.awaitKnown(sentinel, trio.first(), trio.second());
          trio.second().cutLink();
          Data.write(trio.master(), "newer", 50); // the first is ahead of the one preferred
          lab.awaitCaughtUp(trio.first(), trio.master());

          int mark = sentinel.events().size();
          trio.master().kill();
          Event promoted = sentinel.await("+promoted-slave", trio.second(), mark);
          trio.second().healLink();
          assertThat(sentinel.masterAddress()).isEqualTo(trio.second().address());
          sentinel.await("+slave-reconf-inprog", trio.first(), mark);
          assertThat(sentinel.has("+switch-master")).isFalse();
          assertThat(sentinel.masterAddress()).isEqualTo(trio.second().address());
          Event end = sentinel.await("+switch-master", mark);
          assertThat(trio.first().replication("master_link_status")).isEqualTo("up");
          assertThat(sentinel.story(mark, lab.nodes()))
              .containsSubsequence(
                  "+slave-reconf-sent R1",
                  "+slave-reconf-inprog R1",
                  "+slave-reconf-done R1",
                  "+failover-end M",
                  "+switch-master M")
              .doesNotContain("+failover-end-for-timeout M");
          Duration took = Duration.ofNanos(end.nanos() - promoted.nanos());
          System.out.printf("%s: the switch came %d ms after%n", setup, took.toMillis());
          assertThat(took).isGreaterThan(Duration.ofSeconds(4));
          lab.awaitCaughtUp(trio.first(), trio.second());
          assertThat(Data.count(trio.first(), "newer")).isZero();
          assertThat(Data.fingerprint(trio.first())).isEqualTo(Data.fingerprint(trio.second()));
        });
  }
}
