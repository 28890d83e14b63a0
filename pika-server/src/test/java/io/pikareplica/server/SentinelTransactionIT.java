package io.pikareplica.server;

import static io.pikareplica.server.RawClient.request;
import static org.assertj.core.api.Assertions.assertThat;

import io.pikareplica.server.live.Polling;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The transaction that Sentinel promotes and re-attaches with, played by a plain client beside many
 * others (spec sentinel-info §1.4, and T13 and T14 of §6).
 */
final class SentinelTransactionIT {
  private static final int CLIENTS = 50;
  private static final int SUBSCRIBERS = 5;
  private static final int REPL_SHIFT = 2_000;

  @TempDir Path folder;
  private TestNode master;
  private TestNode replica;

  @BeforeEach
  void start() throws Exception {
    master = TestNode.start(folder.resolve("master"));
    replica = TestNode.start(folder.resolve("replica"), "slaveof : 127.0.0.1:" + master.port());
    awaitEligible();
  }

  @AfterEach
  void stop() {
    replica.close();
    master.close();
  }

  private void awaitEligible() {
    Polling.until(
        "the replica may be promoted",
        () ->
            replica.replication("master_link_status").equals("up")
                && !replica.replication("slave_priority").equals("0"));
  }

  private static String transaction(String... slaveOf) {
    return request("MULTI")
        + request(slaveOf)
        + request("CONFIG", "REWRITE")
        + request("CLIENT", "KILL", "TYPE", "normal")
        + request("CLIENT", "KILL", "TYPE", "pubsub")
        + request("EXEC");
  }

  /** Waits until connections that were closed before are gone. */
  private static void awaitClients(RawClient client, int count) {
    Polling.until(
        count + " clients are connected",
        () -> client.ask("CLIENT", "LIST").split("laddr=", -1).length == count + 1);
  }

  private static List<String> replies(RawClient client, int count) throws IOException {
    List<String> replies = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      replies.add(client.reply());
    }
    return replies;
  }

  private static String role(RawClient client) throws IOException {
    String info = client.ask("INFO", "replication");
    return info.contains("\r\nrole:master\r\n") ? "master" : "slave";
  }

  /** Clients and subscribers; each client comes back when it is cut off, and asks for the role. */
  private final class Crowd implements AutoCloseable {
    final List<RawClient> subscribers = new ArrayList<>();
    final Queue<String> rolesAfterTheCut = new ConcurrentLinkedQueue<>();
    final Queue<String> wrong = new ConcurrentLinkedQueue<>();
    final AtomicBoolean execHasReturned = new AtomicBoolean();
    final AtomicBoolean isOver = new AtomicBoolean();
    final AtomicInteger polls = new AtomicInteger();
    private final List<Thread> threads = new ArrayList<>();
    private final List<RawClient> clients = new ArrayList<>();

    Crowd() throws IOException {
      for (int i = 0; i < CLIENTS; i++) {
        RawClient client = replica.connect();
        assertThat(client.ask("PING")).isEqualTo("+PONG");
        clients.add(client);
        start(
            () -> {
              if (client.isClosedByServer() && !isOver.get()) {
                try (RawClient again = replica.connect()) {
                  rolesAfterTheCut.add(role(again));
                }
              }
            });
      }
      for (int i = 0; i < SUBSCRIBERS; i++) {
        RawClient client = replica.connect();
        assertThat(client.ask("SUBSCRIBE", "__sentinel__:hello")).endsWith(" :1");
        subscribers.add(client);
      }
      start(this::poll);
    }

    /** About a thousand times a second: once EXEC has returned, role and file say the same. */
    private void poll() throws IOException {
      while (!isOver.get()) {
        try (RawClient poller = replica.connect()) {
          while (!isOver.get()) {
            boolean isAfter = execHasReturned.get();
            String role = role(poller);
            String inFile = replica.masterInFile().isEmpty() ? "master" : "slave";
            if (isAfter && !role.equals(inFile)) {
              wrong.add("role:" + role + " while the file says " + inFile);
            }
            polls.incrementAndGet();
          }
        } catch (IOException e) {
          // cut off with the others: comes back
        }
      }
    }

    private interface Job {
      void run() throws IOException;
    }

    private void start(Job job) {
      Thread thread =
          new Thread(
              () -> {
                try {
                  job.run();
                } catch (IOException e) {
                  wrong.add(e.toString());
                }
              });
      thread.start();
      threads.add(thread);
    }

    @Override
    public void close() throws IOException {
      isOver.set(true);
      for (RawClient client : clients) {
        client.close();
      }
      for (RawClient client : subscribers) {
        client.close();
      }
      try {
        for (Thread thread : threads) {
          thread.join();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Test
  void promotesInOnePieceAndSparesWhoAsked() throws Exception {
    try (Crowd crowd = new Crowd();
        RawClient sentinel = replica.connect()) {
      Polling.until("the poller is at work", () -> crowd.polls.get() > 20);
      awaitClients(sentinel, CLIENTS + SUBSCRIBERS + 2);

      sentinel.send(transaction("SLAVEOF", "NO", "ONE"));
      List<String> replies = replies(sentinel, 6);
      crowd.execHasReturned.set(true);
      String inFile = replica.masterInFile();

      assertThat(replies.subList(0, 5))
          .containsExactly("+OK", "+QUEUED", "+QUEUED", "+QUEUED", "+QUEUED");
      // all clients and the poller
      assertThat(replies.get(5)).isEqualTo("*4 +OK +OK :" + (CLIENTS + 1) + " :" + SUBSCRIBERS);
      assertThat(inFile).isEmpty();
      assertThat(sentinel.ask("PING")).isEqualTo("+PONG");
      assertThat(role(sentinel)).isEqualTo("master");
      for (RawClient subscriber : crowd.subscribers) {
        assertThat(subscriber.isClosedByServer()).isTrue();
      }
      Polling.until("all clients are back", () -> crowd.rolesAfterTheCut.size() == CLIENTS);
      assertThat(crowd.rolesAfterTheCut).containsOnly("master");
      int before = crowd.polls.get();
      Polling.until("the poller is back", () -> crowd.polls.get() > before + 20);
      assertThat(crowd.wrong).isEmpty();
      assertThat(sentinel.ask("SET", "after", "promotion")).isEqualTo("+OK");
    }
  }

  @Test
  void followsAnotherMasterInOnePieceAndBack() throws Exception {
    try (TestNode other = TestNode.start(folder.resolve("other"));
        RawClient client = replica.connect();
        RawClient sentinel = replica.connect()) {
      client.ask("PING");
      awaitClients(sentinel, 2);

      sentinel.send(transaction("SLAVEOF", "127.0.0.1", Integer.toString(other.port())));

      assertThat(replies(sentinel, 6).get(5)).isEqualTo("*4 +OK +OK :1 :0");
      assertThat(replica.masterInFile()).isEqualTo("127.0.0.1:" + other.port());
      assertThat(client.isClosedByServer()).isTrue();
      assertThat(replica.replication("master_port")).isEqualTo(Integer.toString(other.port()));
      assertThat(replica.replication("role")).isEqualTo("slave");
    }
  }

  /** R9, and what a restart makes of it: as it was given, whatever it resolves to. */
  @ParameterizedTest
  @ValueSource(strings = {"localhost", "LocalHost", "127.0.0.1", "::1", "NoSuch.Invalid", "a_b"})
  void showsAndKeepsTheMasterAsItWasGiven(String host) throws Exception {
    String port = Integer.toString(master.port());
    try (RawClient sentinel = replica.connect()) {
      assertThat(sentinel.ask("SLAVEOF", host, port)).startsWith("+OK");
      assertThat(sentinel.ask("CONFIG", "REWRITE")).isEqualTo("+OK");

      assertThat(replica.replication("master_host")).isEqualTo(host);
      assertThat(replica.replication("master_port")).isEqualTo(port);
      assertThat(sentinel.ask("ROLE"))
          .startsWith("*5 $5 slave $" + host.length() + " " + host + " :" + port + " ");
      assertThat(replica.masterInFile()).isEqualTo(host + ":" + port);
    }
    replica.restart();
    assertThat(replica.replication("role")).isEqualTo("slave");
    assertThat(replica.replication("master_host")).isEqualTo(host);
    assertThat(replica.replication("master_port")).isEqualTo(port);
  }

  /** "Bad input": what is refused changes nothing, what is not is shown as what it is. */
  @Test
  void aMasterThatIsNoneIsAnsweredAsRedisDoesAndTheLinkSaysSo() throws Exception {
    String own = Integer.toString(replica.port());
    String known = Integer.toString(master.port());
    try (RawClient client = replica.connect();
        ServerSocket silent =
            new ServerSocket(
                FreePort.withReplicationPorts() + REPL_SHIFT,
                50,
                InetAddress.getLoopbackAddress())) {
      for (String[] refused :
          new String[][] {
            {"127.0.0.1", own}, {"localhost", own}, {"127.0.0.1", "65536"}, {"127.0.0.1", "-1"},
            {"127.0.0.1", "port"}, {"127.0.0.1", "0"}, {"", known}, {"a b", known},
          }) {
        assertThat(client.ask("SLAVEOF", refused[0], refused[1])).startsWith("-ERR ");
        assertThat(replica.replication("master_host")).isEqualTo("127.0.0.1");
        assertThat(replica.replication("master_port")).isEqualTo(known);
        assertThat(replica.replication("master_link_status")).isEqualTo("up");
      }
      String silentPort = Integer.toString(silent.getLocalPort() - REPL_SHIFT);
      String deadPort = Integer.toString(FreePort.withReplicationPorts());
      for (String[] useless :
          new String[][] {
            {"nosuch.invalid", known}, {"127.0.0.1", deadPort}, {"127.0.0.1", silentPort},
          }) {
        assertThat(client.ask("SLAVEOF", useless[0], useless[1])).isEqualTo("+OK");
        assertThat(replica.replication("master_host")).isEqualTo(useless[0]);
        assertThat(replica.replication("master_port")).isEqualTo(useless[1]);
        assertThat(replica.replication("master_link_status")).isEqualTo("down");
        Polling.until(
            "the time without a link counts on",
            () -> Integer.parseInt(replica.replication("master_link_down_since_seconds")) > 0);
        assertThat(replica.replication("slave_priority")).isEqualTo("100");
        assertThat(client.ask("PING")).isEqualTo("+PONG");
      }
      try (Socket asked = silent.accept()) {
        assertThat(asked.getInputStream().read()).as("what the replica said first").isZero();
        assertThat(replica.replication("master_link_status")).isEqualTo("down");
      }
      assertThat(client.ask("SLAVEOF", "127.0.0.1", known)).isEqualTo("+OK");
      awaitEligible();
      assertThat(replica.replication("master_link_down_since_seconds")).isEmpty();
    }
  }

  /** Redis queues what only fails when it runs; the rest is done all the same. */
  @Test
  void aTypeThatThereIsNotIsFoundByExec() throws Exception {
    try (RawClient client = replica.connect();
        RawClient sentinel = replica.connect()) {
      client.ask("PING");
      sentinel.send(transaction("SLAVEOF", "NO", "ONE").replace("$6\r\nnormal", "$6\r\nnosuch"));

      assertThat(replies(sentinel, 6).get(5))
          .isEqualTo("*4 +OK +OK -ERR Unknown client type 'nosuch' :0");
      assertThat(replica.replication("role")).isEqualTo("master");
      assertThat(client.ask("PING")).isEqualTo("+PONG");
    }
  }

  @Test
  void aMistakeInOneOfItsCommandsChangesNothing() throws Exception {
    byte[] file = replica.file();
    try (Crowd crowd = new Crowd();
        RawClient sentinel = replica.connect()) {
      for (String mistake :
          List.of("CLIENT KILL", "CLIENT NOSUCH x", "NOSUCH", "CONFIG REWRITE x")) {
        sentinel.send(
            request("MULTI")
                + request("SLAVEOF", "NO", "ONE")
                + request("CONFIG", "REWRITE")
                + request(mistake.split(" "))
                + request("CLIENT", "KILL", "TYPE", "normal")
                + request("EXEC"));
        List<String> replies = replies(sentinel, 6);

        assertThat(replies.get(3)).as(mistake).startsWith("-ERR ");
        assertThat(replies.get(5))
            .as(mistake)
            .isEqualTo("-EXECABORT Transaction discarded because of previous errors.");
        assertNothingHasChanged(crowd, file);
        assertThat(replica.replication("master_link_status")).isEqualTo("up");
      }
    }
  }

  @Test
  void aReplicaThatMayNotBePromotedRefusesWhenItIsQueued() throws Exception {
    byte[] file = replica.file();
    try (Crowd crowd = new Crowd();
        RawClient operator = replica.connect();
        RawClient sentinel = replica.connect()) {
      assertThat(operator.ask("DBSLAVEOF", "db0", "no", "one")).isEqualTo("+OK");
      sentinel.send(transaction("SLAVEOF", "NO", "ONE"));
      List<String> replies = replies(sentinel, 6);

      assertThat(replies)
          .containsExactly(
              "+OK",
              "-ERR not eligible for promotion: db0: detached by DBSLAVEOF",
              "+QUEUED",
              "+QUEUED",
              "+QUEUED",
              "-EXECABORT Transaction discarded because of previous errors.");
      assertNothingHasChanged(crowd, file);
      assertThat(operator.ask("SLAVEOF", "NO", "ONE"))
          .isEqualTo("-ERR not eligible for promotion: db0: detached by DBSLAVEOF");
      assertThat(replica.replication("role")).isEqualTo("slave");
      assertThat(replica.replication("slave_priority")).isEqualTo("0");
      // an operator may know better
      assertThat(operator.ask("SLAVEOF", "NO", "ONE", "FORCE")).isEqualTo("+OK");
      assertThat(replica.replication("role")).isEqualTo("master");
    }
  }

  private void assertNothingHasChanged(Crowd crowd, byte[] file) throws IOException {
    assertThat(replica.replication("role")).isEqualTo("slave");
    assertThat(replica.replication("master_port")).isEqualTo(Integer.toString(master.port()));
    assertThat(replica.file()).isEqualTo(file);
    for (RawClient subscriber : crowd.subscribers) {
      assertThat(subscriber.ask("PING")).startsWith("*2 ");
    }
    assertThat(crowd.rolesAfterTheCut).isEmpty();
    assertThat(crowd.wrong).isEmpty();
  }
}
