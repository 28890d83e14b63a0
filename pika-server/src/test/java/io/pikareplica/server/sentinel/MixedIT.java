package io.pikareplica.server.sentinel;

import static org.assertj.core.api.Assertions.assertThat;

import io.pikareplica.server.live.RealPika;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** One of our nodes among real Pikas. */
@Tag("sentinel")
@EnabledIfEnvironmentVariable(
    named = RealPika.VARIABLE,
    matches = ".+",
    disabledReason = "PIKA_BIN names no Pika to run against")
class MixedIT {
  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  private Path folder;

  @SentinelTest(value = "T19 ours promoted", hasControl = false)
  void ourNodeTakesThePlaceOfAPikaAndAPikaFollowsIt(Setup setup) throws Exception {
    Lab.run(setup, folder, lab -> failsOver(lab, true));
  }

  @SentinelTest(value = "T19 Pika promoted", hasControl = false)
  void aPikaTakesThePlaceOfAPikaAndOurNodeFollowsIt(Setup setup) throws Exception {
    Lab.run(setup, folder, lab -> failsOver(lab, false));
  }

  private static void failsOver(Lab lab, boolean isOurs) throws Exception {
    // a Pika whose master has died answers nothing for about 14 s, while it connects again
    lab.downAfterMs(20_000);
    lab.failoverTimeoutMs(60_000);
    TestNode master = lab.pika("M").start();
    TestNode ours = lab.node("R1").follow(master);
    ours.set("db-instance-num", "3");
    ours.set("default-slot-num", "1024");
    ours.set("slave-priority", isOurs ? "10" : "100");
    ours.start();
    TestNode pika = lab.pika("R2").follow(master);
    pika.set("slave-priority", isOurs ? "100" : "10").start();
    Data.write(master, "first", 300);
    lab.awaitCaughtUp(ours, master);
    lab.awaitCaughtUp(pika, master);
    assertThat(ours.offset()).isEqualTo(pika.offset()).isEqualTo(master.offset());
    Sentinel sentinel = lab.sentinel(master);
    lab.awaitKnown(sentinel, ours, pika);

    int mark = sentinel.events().size();
    master.kill();
    TestNode leader = isOurs ? ours : pika;
    TestNode follower = isOurs ? pika : ours;
    sentinel.await("+promoted-slave", leader, mark);
    sentinel.await("+switch-master", mark);
    assertThat(sentinel.story(mark, lab.nodes()))
        .containsSubsequence(
            "+sdown M",
            "+selected-slave " + leader,
            "+promoted-slave " + leader,
            "+slave-reconf-sent " + follower,
            "+slave-reconf-done " + follower,
            "+failover-end M",
            "+switch-master M");
    Data.write(leader, "after", 100);
    lab.awaitCaughtUp(follower, leader);
    assertThat(Data.count(follower, "after")).isGreaterThan(100);
    assertThat(Data.fingerprint(follower)).isEqualTo(Data.fingerprint(leader));
    if (ours instanceof OurTestNode node) {
      assertThat(node.fullSyncs()).isEqualTo(Data.DBS); // the first ones
    }
  }
}
