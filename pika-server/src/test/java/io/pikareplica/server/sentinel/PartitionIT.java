package io.pikareplica.server.sentinel;

import static org.assertj.core.api.Assertions.assertThat;

import io.pikareplica.server.live.Polling;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** Networks that fail between some of those concerned. */
@Tag("sentinel")
@Order(1)
class PartitionIT {
  private static final Duration CUT = Duration.ofSeconds(60);

  /** {@code repl-timeout}, as it is by default: silence of the master that is still no loss. */
  private static final int SILENCE_SECONDS = 20;

  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  private Path folder;

  @SentinelTest(value = "T11 reset", isLong = true)
  void aReplicaCutOffByAResetCountsAndComesBackWhereItWas(Setup setup) throws Exception {
    Lab.run(setup, folder, lab -> comesBack(lab, TcpProxy.Mode.RESET));
  }

  @SentinelTest(value = "T11 drop", hasControl = false)
  void aReplicaCutOffBySilenceCountsAndComesBackWhereItWas(Setup setup) throws Exception {
    Lab.run(setup, folder, lab -> comesBack(lab, TcpProxy.Mode.STALL));
  }

  private static void comesBack(Lab lab, TcpProxy.Mode how) throws Exception {
    Trio trio = Trio.start(lab);
    TestNode cut = trio.first();
    Sentinel sentinel = lab.sentinel(trio.master());
    lab.awaitKnown(sentinel, cut, trio.second());
    int mark = sentinel.events().size();
    int fullSyncs = cut instanceof OurTestNode ours ? ours.fullSyncs() : 0;
    long cutNanos = System.nanoTime();
    if (cut instanceof OurTestNode ours) {
      ours.cutLink(how);
    } else {
      cut.cutLink();
    }
    Data.write(trio.master(), "during", 50);
    if (how == TcpProxy.Mode.STALL) {
      looksWellUntilTheSilenceIsTooLong(cut);
    }
    Polling.until("down", Duration.ofSeconds(40), () -> downSeconds(cut) >= 0);
    long lossNanos = System.nanoTime();
    long asked = infoCalls(cut);
    Lab.holdsFor(
        "counting", CUT.minusNanos(System.nanoTime() - cutNanos), () -> downSeconds(cut) >= 0);
    double seconds = (System.nanoTime() - lossNanos) / 1e9;
    assertThat(downSeconds(cut)).isBetween((long) seconds - 2, (long) seconds + 3);
    assertThat(sentinel.replica(cut)).containsEntry("master-link-status", "err");
    // the test itself asked twice a second
    double perSecond = (infoCalls(cut) - asked) / seconds - 2;
    System.out.printf("%s: Sentinel asked %.2f times a second%n", lab.setup(), perSecond);
    assertThat(perSecond).isBetween(0.6, 1.5);

    cut.healLink();
    lab.awaitCaughtUp(cut, trio.master());
    assertThat(cut.replication("master_link_down_since_seconds")).isEmpty();
    assertThat(Data.fingerprint(cut)).isEqualTo(Data.fingerprint(trio.master()));
    if (cut instanceof OurTestNode ours) {
      assertThat(ours.fullSyncs()).isEqualTo(fullSyncs);
    }
    assertThat(sentinel.story(mark, lab.nodes())).isEmpty();
  }

  private static void looksWellUntilTheSilenceIsTooLong(TestNode cut) {
    long mostIoSeconds = 0;
    Map<String, String> info = cut.info("replication");
    long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    while (info.get("master_link_status").equals("up") && System.nanoTime() < deadline) {
      long ioSeconds = Long.parseLong(info.get("master_last_io_seconds_ago"));
      assertThat(ioSeconds).isGreaterThanOrEqualTo(mostIoSeconds);
      assertThat(info).doesNotContainKey("master_link_down_since_seconds");
      mostIoSeconds = ioSeconds;
      info = cut.info("replication");
    }
    assertThat(info).containsEntry("master_link_status", "down");
    assertThat(mostIoSeconds).isBetween(SILENCE_SECONDS - 3L, (long) SILENCE_SECONDS);
  }

  private static long downSeconds(TestNode node) {
    String seconds = node.replication("master_link_down_since_seconds");
    return seconds.isEmpty() ? -1 : Long.parseLong(seconds);
  }

  private static long infoCalls(TestNode node) {
    String line = node.info("commandstats").get("cmdstat_info");
    return Long.parseLong(line.substring("calls=".length(), line.indexOf(',')));
  }

  /** Nothing can be done about it: what the old master takes meanwhile is lost. */
  @SentinelTest("T12")
  void aMasterThatOnlySentinelsCannotReachLosesWhatItTakesMeanwhile(Setup setup) throws Exception {
    Lab.run(
        setup,
        folder,
        lab -> {
          TestNode master = lab.node("M");
          TcpProxy network = lab.front(master);
          TestNode first = lab.node("R1").follow(master);
          TestNode second = lab.node("R2").follow(master);
          Trio trio = new Trio(lab, master, first, second).begin();
          Sentinel sentinel = lab.sentinel(master);
          lab.hurry(sentinel);
          lab.awaitKnown(sentinel, first, second);
          String source = sentinel.address().host();
          try (Writer writer = Writer.start(master, "client")) {
            Polling.until("the client writes", () -> writer.written() > 10);
            network.mode(TcpProxy.Mode.STALL, source::equals);
            sentinel.await("+switch-master", 0);
            int atSwitch = writer.written();
            Polling.until("the client goes on", () -> writer.written() > atSwitch + 20);
            assertThat(writer.failed()).isZero();
            assertThat(master.replication("role")).isEqualTo("master");
            TestNode leader = lab.nodeAt(sentinel.masterAddress());
            Data.write(leader, "after", 100);

            int healed = sentinel.events().size();
            network.mode(TcpProxy.Mode.PASS);
            sentinel.await("+convert-to-slave", master, healed);
            Polling.until("the client is refused", () -> writer.failed() > 0);
            lab.awaitCaughtUp(master, leader);
            assertThat(sentinel.story(0, lab.nodes()))
                .containsSubsequence("+sdown M", "+odown M", "+promoted-slave " + leader)
                .containsSubsequence("+switch-master M", "-sdown M", "+convert-to-slave M");
            int lost = writer.written() - Data.count(leader, "client");
            System.out.printf("%s: %d of %d writes lost%n", setup, lost, writer.written());
            assertThat(lost).isGreaterThan(20);
            assertThat(Data.count(master, "client")).isEqualTo(writer.written() - lost);
            trio.assertThatAllHoldWhat(leader);
          }
        });
  }
}
