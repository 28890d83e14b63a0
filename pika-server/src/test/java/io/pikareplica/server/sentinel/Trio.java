package io.pikareplica.server.sentinel;

import static org.assertj.core.api.Assertions.assertThat;

import io.pikareplica.server.live.Polling;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * A master M and two replicas, R1 and R2, with some data and links that can be cut: what most
 * scenarios begin with.
 */
record Trio(Lab lab, TestNode master, TestNode first, TestNode second) {
  private static final int KEYS = 300;

  /** Starts all three and waits until the replicas have the data. */
  static Trio start(Lab lab) throws IOException, InterruptedException {
    return create(lab).begin();
  }

  /** The nodes, to be set up and started by {@link #begin}. */
  static Trio create(Lab lab) throws IOException {
    TestNode master = lab.node("M");
    TestNode first = lab.node("R1").follow(master);
    TestNode second = lab.node("R2").follow(master);
    lab.makeLinksCuttable();
    return new Trio(lab, master, first, second);
  }

  Trio begin() throws IOException, InterruptedException {
    return begin(0);
  }

  /**
   * Starts them all and waits until the replicas have the data.
   *
   * @param largeValues what makes a full sync take its time, see {@link Data#writeLarge}
   */
  Trio begin(int largeValues) throws IOException, InterruptedException {
    master.start();
    Data.writeLarge(master, largeValues);
    first.start();
    second.start();
    Data.write(master, "first", KEYS);
    lab.awaitCaughtUp(first, master);
    lab.awaitCaughtUp(second, master);
    return this;
  }

  List<TestNode> all() {
    return List.of(master, first, second);
  }

  /** Leaves the first replica behind the second, then kills the master and waits for the end. */
  int failOverToTheSecond(Sentinel sentinel) throws IOException {
    first.cutLink();
    Data.write(master, "newer", 100);
    lab.awaitCaughtUp(second, master);
    assertThat(Data.count(first, "newer")).isZero();
    lab.awaitOffsetsSeen(sentinel, first, second);
    int mark = sentinel.events().size();
    master.kill();
    first.healLink();
    sentinel.await("+switch-master", mark);
    return mark;
  }

  /** The second replica is the master now, the first follows it, and writes arrive. */
  void assertThatTheSecondLeads() {
    assertThat(second.replication("role")).isEqualTo("master");
    Polling.until("R1 is up", () -> first.replication("master_link_status").equals("up"));
    Map<String, String> info = first.info("replication");
    assertThat(Lab.follows(info, second)).as("%s", info).isTrue();
    Data.write(second, "after", 100);
    lab.awaitCaughtUp(first, second);
    assertThat(Data.count(first, "after")).isGreaterThan(100);
    assertThat(Data.count(first, "newer")).isGreaterThan(100);
    assertThat(Data.fingerprint(first)).isEqualTo(Data.fingerprint(second));
    if (lab.isOurs()) {
      assertThat(first.offset()).isEqualTo(second.offset());
    }
  }

  void cutAll() throws IOException {
    first.cutLink();
    second.cutLink();
  }

  void healAll() {
    first.healLink();
    second.healLink();
  }

  /** All that live follow this node and hold what it holds. */
  void assertThatAllHoldWhat(TestNode leader) {
    for (TestNode node : all()) {
      if (node != leader) {
        lab.awaitCaughtUp(node, leader);
        assertThat(Data.fingerprint(node)).as("%s", node).isEqualTo(Data.fingerprint(leader));
      }
    }
  }
}
