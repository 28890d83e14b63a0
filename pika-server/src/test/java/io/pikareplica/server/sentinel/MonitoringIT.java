package io.pikareplica.server.sentinel;

import static org.assertj.core.api.Assertions.assertThat;

import io.pikareplica.repl.HostPort;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** Sentinels find everybody and are content with what they are told. */
@Tag("sentinel")
@Order(1)
class MonitoringIT {
  private static final Duration IDLE = Duration.ofSeconds(60);

  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  private Path folder;

  @SentinelTest(value = "T1 1S", isCore = true, isLong = true)
  void oneSentinelFindsTheReplicasAndThenHasNothingToSay(Setup setup) throws Exception {
    Lab.run(
        setup,
        folder,
        lab -> {
          Trio trio = Trio.start(lab);
          Sentinel sentinel = lab.sentinel(trio.master());
          lab.awaitKnown(sentinel, trio.first(), trio.second());
          assertThat(sentinel.output())
              .contains("+monitor master m " + words(trio.master().address()))
              .contains("+slave slave " + trio.first().address())
              .contains("+slave slave " + trio.second().address());
          staysSilent(lab, trio, List.of(sentinel));
        });
  }

  private static String words(HostPort address) {
    return address.host() + " " + address.port();
  }

  /** For a minute with writes: no event, as many questions as there should be, equal offsets. */
  private static void staysSilent(Lab lab, Trio trio, List<Sentinel> sentinels) throws Exception {
    List<Integer> marks = sentinels.stream().map(each -> each.events().size()).toList();
    long startNanos = System.nanoTime();
    Calls before = Calls.of(trio.first());
    try (Writer writer = Writer.start(trio.master(), "steady")) {
      Lab.holdsFor("silence", IDLE, () -> eventsSince(sentinels, marks) == 0);
      assertThat(writer.written()).isGreaterThan(100);
    }
    Calls calls = Calls.of(trio.first()).minus(before);
    double minutes = (System.nanoTime() - startNanos) / 60e9;
    int count = sentinels.size();
    System.out.printf("%s: a replica was asked %s in %.2f min%n", lab.setup(), calls, minutes);
    // INFO of this test is one of them
    assertThat(calls.info()).isBetween(count * 5L, (long) Math.ceil(minutes * 6 * count) + 2);
    // what a plain Redis is asked is replicated, its master's own pings are as well
    int copies = lab.isOurs() ? 1 : 2;
    assertThat(calls.ping()).isBetween(count * 45L, (long) Math.ceil(minutes * 62 * count) + 7);
    assertThat(calls.publish())
        .isBetween(count * 22L, (long) Math.ceil(minutes * 31 * count * copies));
    for (TestNode replica : List.of(trio.first(), trio.second())) {
      lab.awaitCaughtUp(replica, trio.master());
      assertThat(Data.fingerprint(replica)).isEqualTo(Data.fingerprint(trio.master()));
      if (lab.isOurs()) {
        assertThat(replica.offset()).isEqualTo(trio.master().offset());
      }
    }
  }

  private static int eventsSince(List<Sentinel> sentinels, List<Integer> marks) {
    int count = 0;
    for (int i = 0; i < marks.size(); i++) {
      count += sentinels.get(i).events().size() - marks.get(i);
    }
    return count;
  }

  @SentinelTest(value = "T1 3S", isCore = true, isLong = true)
  void threeSentinelsFindOneAnotherAndMeetAtReplicasToo(Setup setup) throws Exception {
    Lab.run(
        setup,
        folder,
        lab -> {
          TestNode master = lab.node("M");
          TcpProxy network = lab.front(master);
          TestNode first = lab.node("R1").follow(master);
          TestNode second = lab.node("R2").follow(master);
          Trio trio = new Trio(lab, master, first, second).begin();
          List<Sentinel> sentinels = lab.sentinels(3, 2, master);
          for (Sentinel sentinel : sentinels) {
            lab.awaitKnown(sentinel, first, second);
            lab.awaitOthers(sentinel, 2);
            assertThat(sentinel.story(0, lab.nodes()))
                .filteredOn(event -> !event.startsWith("+slave "))
                .allMatch("+sentinel"::equals);
            // from the log: it may have met them before anybody listened
            assertThat(sentinel.output().lines().filter(line -> line.contains("+sentinel ")))
                .hasSize(2);
          }
          staysSilent(lab, trio, sentinels);

          // cut off from the master, the third hears of the others through the replicas only
          Sentinel third = sentinels.get(2);
          String source = third.address().host();
          network.mode(TcpProxy.Mode.STALL, source::equals);
          third.await("+sdown", master, 0);
          Lab.holdsFor("hellos arrive", Duration.ofSeconds(8), () -> hearsOfAllOthers(third));
          network.mode(TcpProxy.Mode.PASS);
          third.await("-sdown", master, 0);
          for (Sentinel sentinel : sentinels) {
            assertThat(sentinel.has("+odown")).isFalse();
            assertThat(sentinel.has("+try-failover")).isFalse();
          }
        });
  }

  private static boolean hearsOfAllOthers(Sentinel sentinel) {
    return sentinel.others().stream()
        .map(other -> other.get("last-hello-message"))
        .allMatch(ageMs -> Long.parseLong(ageMs) < 6_000);
  }

  @SentinelTest(value = "T20", isLong = true)
  void aReplicaOfAReplicaIsNobodysBusinessUntilItsMasterIsPromoted(Setup setup) throws Exception {
    Lab.run(
        setup,
        folder,
        lab -> {
          TestNode master = lab.node("M").start();
          TestNode middle = lab.node("R1").follow(master).start();
          Data.write(master, "first", 100);
          lab.awaitCaughtUp(middle, master);
          TestNode last = lab.node("R3").follow(middle).start();
          lab.awaitCaughtUp(last, middle);
          Sentinel sentinel = lab.sentinel(master);
          lab.awaitKnown(sentinel, middle);
          int mark = sentinel.events().size();
          try (Writer writer = Writer.start(master, "steady")) {
            Lab.holdsFor("silence", IDLE, () -> sentinel.events().size() == mark);
            assertThat(writer.written()).isGreaterThan(100);
          }
          assertThat(sentinel.replicas()).hasSize(1);
          Map<String, String> info = middle.info("replication");
          assertThat(info).containsEntry("role", "slave").containsEntry("connected_slaves", "1");
          lab.awaitCaughtUp(middle, master);
          lab.awaitCaughtUp(last, middle);
          assertThat(Data.fingerprint(last)).isEqualTo(Data.fingerprint(master));

          master.kill();
          sentinel.await("+switch-master", mark);
          assertThat(sentinel.masterAddress()).isEqualTo(middle.address());
          sentinel.await("+slave", last, mark);
          Data.write(middle, "after", 100);
          lab.awaitCaughtUp(last, middle);
          assertThat(Data.fingerprint(last)).isEqualTo(Data.fingerprint(middle));
          assertThat(sentinel.has("+convert-to-slave")).isFalse();
          assertThat(sentinel.has("+fix-slave-config")).isFalse();
        });
  }

  /** What was asked of a node since its start. */
  private record Calls(long info, long ping, long publish) {
    static Calls of(TestNode node) {
      Map<String, String> stats = node.info("commandstats");
      return new Calls(calls(stats, "info"), calls(stats, "ping"), calls(stats, "publish"));
    }

    private static long calls(Map<String, String> stats, String command) {
      String line = stats.getOrDefault("cmdstat_" + command, "calls=0,");
      return Long.parseLong(line.substring("calls=".length(), line.indexOf(',')));
    }

    Calls minus(Calls before) {
      return new Calls(info - before.info, ping - before.ping, publish - before.publish);
    }
  }
}
