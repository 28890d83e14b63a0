package io.pikareplica.server.sentinel;

import static org.assertj.core.api.Assertions.assertThat;

import io.pikareplica.server.RawClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** The transaction by which Sentinel promotes, word by word. */
@Tag("sentinel")
class TransactionIT {
  private static final int CLIENTS = 50;
  private static final int SUBSCRIBERS = 5;
  private static final Pattern RESULT = Pattern.compile("\\*4 \\+OK \\+OK :(\\d+) :(\\d+)");

  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  private Path folder;

  @SentinelTest("T13")
  void promotesPersistsAndCutsEverybodyOffInThatOrder(Setup setup) throws Exception {
    Lab.run(
        setup,
        folder,
        lab -> {
          TestNode node = replica(lab);
          List<RawClient> clients = new ArrayList<>();
          List<RawClient> subscribers = new ArrayList<>();
          try (RawClient issuer = node.talk();
              RolePoller poller = RolePoller.start(node)) {
            for (int i = 0; i < CLIENTS; i++) {
              clients.add(node.talk());
            }
            for (int i = 0; i < SUBSCRIBERS; i++) {
              RawClient subscriber = node.talk();
              assertThat(subscriber.ask("SUBSCRIBE", "__sentinel__:hello")).startsWith("*3 ");
              subscribers.add(subscriber);
            }
            poller.awaitAnswers(100);

            issuer.send(transaction("CLIENT", "KILL", "TYPE", "pubsub"));
            assertThat(issuer.reply()).isEqualTo("+OK");
            for (int i = 0; i < 4; i++) {
              assertThat(issuer.reply()).isEqualTo("+QUEUED");
            }
            String result = issuer.reply();
            String conf = Files.readString(node.confFile());
            Matcher counts = RESULT.matcher(result);
            assertThat(counts.matches()).as(result).isTrue();
            assertThat(Integer.parseInt(counts.group(1))).isGreaterThanOrEqualTo(CLIENTS);
            assertThat(Integer.parseInt(counts.group(2))).isEqualTo(SUBSCRIBERS);
            assertThat(namesAMaster(conf)).as(conf).isFalse();
            assertThat(issuer.ask("PING")).isEqualTo("+PONG");
            for (RawClient client : clients) {
              assertThat(client.isClosedByServer()).isTrue();
            }
            for (RawClient subscriber : subscribers) {
              assertThat(subscriber.isClosedByServer()).isTrue();
            }
            poller.awaitAnswers(100);
            assertThat(poller.rolesAfterReconnecting()).isNotEmpty().containsOnly("master");
            assertThat(poller.roles()).containsExactly("slave", "master");
            assertThat(issuer.ask("SET", "k", "v")).isEqualTo("+OK");
          } finally {
            close(clients);
            close(subscribers);
          }
        });
  }

  private static TestNode replica(Lab lab) throws Exception {
    TestNode master = lab.node("M").start();
    TestNode replica = lab.node("R1").follow(master).start();
    Data.write(master, "first", 50);
    lab.awaitCaughtUp(replica, master);
    assertThat(namesAMaster(Files.readString(replica.confFile()))).isTrue();
    return replica;
  }

  private static boolean namesAMaster(String conf) {
    return conf.lines().anyMatch(line -> line.matches("(slaveof *:|replicaof) *[0-9].*"));
  }

  /** What Sentinel sends, all at once. */
  private static String transaction(String... last) {
    return RawClient.request("MULTI")
        + RawClient.request("SLAVEOF", "NO", "ONE")
        + RawClient.request("CONFIG", "REWRITE")
        + RawClient.request("CLIENT", "KILL", "TYPE", "normal")
        + RawClient.request(last)
        + RawClient.request("EXEC");
  }

  private static void close(List<RawClient> clients) throws IOException {
    for (RawClient client : clients) {
      client.close();
    }
  }

  @SentinelTest("T14")
  void aTransactionWithAWordTooMuchChangesNothing(Setup setup) throws Exception {
    Lab.run(
        setup,
        folder,
        lab -> {
          TestNode node = replica(lab);
          try (RawClient issuer = node.talk();
              RawClient client = node.talk()) {
            for (String[] bad : new String[][] {{"NOSUCH"}, {"SLAVEOF", "NO"}, {"PUBLISH", "x"}}) {
              issuer.send(transaction(bad));
              assertThat(issuer.reply()).isEqualTo("+OK");
              for (int i = 0; i < 3; i++) {
                assertThat(issuer.reply()).isEqualTo("+QUEUED");
              }
              assertThat(issuer.reply()).startsWith("-ERR ");
              assertThat(issuer.reply())
                  .isEqualTo("-EXECABORT Transaction discarded because of previous errors.");
              assertThat(node.replication("role")).isEqualTo("slave");
              assertThat(client.ask("PING")).isEqualTo("+PONG");
              assertThat(namesAMaster(Files.readString(node.confFile()))).isTrue();
            }

            // what is wrong only when it runs does not stop the others
            issuer.send(transaction("CLIENT", "KILL", "TYPE", "nosuch"));
            assertThat(issuer.reply()).isEqualTo("+OK");
            for (int i = 0; i < 4; i++) {
              assertThat(issuer.reply()).isEqualTo("+QUEUED");
            }
            assertThat(issuer.reply())
                .matches("\\*4 \\+OK \\+OK :\\d+ -ERR Unknown client type 'nosuch'");
            assertThat(node.replication("role")).isEqualTo("master");
            assertThat(client.isClosedByServer()).isTrue();
          }
        });
  }
}
