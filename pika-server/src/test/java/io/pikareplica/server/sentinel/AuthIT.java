package io.pikareplica.server.sentinel;

import static org.assertj.core.api.Assertions.assertThat;

import io.pikareplica.server.RawClient;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.args.ClientType;
import redis.clients.jedis.params.ClientKillParams;

/** Nodes that want a password. */
@Tag("sentinel")
class AuthIT {
  private static final String PASSWORD = "s3cret";

  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  private Path folder;

  @SentinelTest("T9 password")
  void aFailoverWithPasswordsIsLikeOneWithout(Setup setup) throws Exception {
    Lab.run(
        setup,
        folder,
        lab -> {
          lab.password(PASSWORD);
          failsOver(lab, Trio.start(lab));
        });
  }

  /** Our nodes know the default user only; of plain Redis it is one that may do just enough. */
  @SentinelTest("T9 user")
  void aFailoverBySentinelsWithAUserNameIsLikeOneWithout(Setup setup) throws Exception {
    Lab.run(
        setup,
        folder,
        lab -> {
          lab.password(PASSWORD);
          Trio trio = Trio.create(lab);
          lab.sentinelSettings("sentinel auth-user m " + (lab.isOurs() ? "default" : "watcher"));
          if (!lab.isOurs()) {
            for (TestNode node : trio.all()) {
              node.set(
                  "user",
                  "watcher on >"
                      + PASSWORD
                      + " resetchannels &__sentinel__:hello +client +subscribe +publish +ping +info +multi"
                      + " +slaveof +config +exec");
            }
          }
          failsOver(lab, trio.begin());
        });
  }

  private static void failsOver(Lab lab, Trio trio) throws Exception {
    for (TestNode node : trio.all()) {
      assertThatItAsksForThePassword(node);
    }
    Sentinel sentinel = lab.sentinel(trio.master());
    lab.awaitKnown(sentinel, trio.first(), trio.second());
    assertThat(sentinel.has("+sdown")).isFalse();
    int mark = trio.failOverToTheSecond(sentinel);
    assertThat(sentinel.story(mark, lab.nodes()))
        .containsSubsequence(
            "+sdown M",
            "+selected-slave R2",
            "+promoted-slave R2",
            "+slave-reconf-sent R1",
            "+slave-reconf-done R1",
            "+failover-end M",
            "+switch-master M")
        .doesNotContain("+sdown R1", "+sdown R2", "+failover-end-for-timeout M");
    trio.assertThatTheSecondLeads();
  }

  private static void assertThatItAsksForThePassword(TestNode node) throws Exception {
    try (RawClient client = node.talkUnknown()) {
      assertThat(client.ask("PING")).isEqualTo("-NOAUTH Authentication required.");
      assertThat(client.ask("SLAVEOF", "NO", "ONE")).startsWith("-NOAUTH ");
      assertThat(client.ask("AUTH", "wrong")).startsWith("-WRONGPASS ");
      assertThat(client.ask("PING")).startsWith("-NOAUTH ");
    }
  }

  @SentinelTest("T9 wrong password")
  void aSentinelWithAWrongPasswordSeesThemDownAndChangesNothing(Setup setup) throws Exception {
    Lab.run(
        setup,
        folder,
        lab -> {
          lab.password(PASSWORD);
          TestNode master = lab.node("M").start();
          TestNode replica = lab.node("R1").follow(master).start();
          lab.awaitCaughtUp(replica, master);
          lab.password("another");
          Sentinel sentinel = lab.sentinel(master);
          sentinel.await("+sdown", master, 0);
          sentinel.await("-failover-abort-no-good-slave", 0);
          assertThat(sentinel.replicas()).isEmpty();
          assertThat(master.replication("role")).isEqualTo("master");
          assertThat(Lab.follows(replica.info("replication"), master)).isTrue();

          // and a replica that it knows of: with the right password all is well
          lab.password(PASSWORD);
          sentinel.command("SET", Sentinel.MASTER, "auth-pass", PASSWORD);
          if (!lab.setup().redis().hasDebug()) {
            dropClients(master); // before 7.0 it keeps connections without the password
          }
          sentinel.await("-sdown", master, 0);
          lab.awaitKnown(sentinel, replica);
        });
  }

  private static void dropClients(TestNode node) {
    try (Jedis jedis = node.connect()) {
      jedis.clientKill(ClientKillParams.clientKillParams().type(ClientType.NORMAL));
      jedis.clientKill(ClientKillParams.clientKillParams().type(ClientType.PUBSUB));
    }
  }
}
