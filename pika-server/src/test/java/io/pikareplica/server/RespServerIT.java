package io.pikareplica.server;

import static io.pikareplica.server.RawClient.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pikareplica.server.resp.RespLimits;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The client port over real sockets. */
final class RespServerIT {
  @TempDir Path folder;
  private TestServer server;

  @BeforeEach
  void start() throws IOException {
    server = new TestServer(folder);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void answersArrayAndInlineRequests() throws IOException {
    try (RawClient client = server.connect()) {
      assertThat(client.ask("PING")).isEqualTo("+PONG");
      assertThat(client.ask("ping", "hi")).isEqualTo("$2 hi");
      assertThat(client.send("PING\r\n").reply()).isEqualTo("+PONG");
      assertThat(client.send("\r\n  ECHO \"a b\\x41\"\n").reply()).isEqualTo("$4 a bA");
    }
  }

  @Test
  void answersPipelinedRequestsInTheirOrder() throws IOException {
    try (RawClient client = server.connect()) {
      StringBuilder all = new StringBuilder();
      for (int i = 0; i < 200; i++) {
        all.append(request("RPUSH", "k" + i, "v" + i));
        all.append(request("LRANGE", "k" + i, "0", "-1")).append("ECHO ").append(i).append("\r\n");
      }
      client.send(all.toString());
      for (int i = 0; i < 200; i++) {
        assertThat(client.reply()).isEqualTo(":1");
        assertThat(client.reply()).endsWith(" v" + i);
        assertThat(client.reply()).endsWith(" " + i);
      }
    }
  }

  @Test
  void carriesABigArgumentBothWays() throws IOException {
    String big = "0123456789abcdef".repeat(512 * 1024);
    try (RawClient client = server.connect()) {
      assertThat(client.ask("ECHO", big)).isEqualTo("$" + big.length() + " " + big);
      assertThat(client.ask("RPUSH", "l", big)).isEqualTo(":1");
      assertThat(client.ask("LINDEX", "l", "0")).endsWith(big);
    }
  }

  @Test
  void keepsAnsweringOthersWhileOneSendsGarbage() throws IOException {
    try (RawClient good = server.connect();
        RawClient bad = server.connect()) {
      assertThat(bad.send("*1\r\n$99999999999\r\n").reply())
          .isEqualTo("-ERR Protocol error: invalid bulk length");
      assertThat(bad.isClosedByServer()).isTrue();
      assertThat(good.ask("PING")).isEqualTo("+PONG");
    }
  }

  @Test
  void refusesMoreClientsThanAllowed() throws IOException {
    server.settings(ServerSettings.DEFAULT.withMaxClients(2));
    try (RawClient first = server.connect();
        RawClient second = server.connect()) {
      assertThat(first.ask("PING")).isEqualTo("+PONG");
      assertThat(second.ask("PING")).isEqualTo("+PONG");
      try (RawClient third = server.connect()) {
        assertThat(third.reply()).isEqualTo("-ERR max number of clients reached");
        assertThat(third.isClosedByServer()).isTrue();
      }
    }
    assertThat(server.stats.snapshot().connectionsRejected()).isEqualTo(1);
    Awaitility.await().until(() -> server.stats.snapshot().connected() == 0);
    try (RawClient again = server.connect()) {
      assertThat(again.ask("PING")).isEqualTo("+PONG");
    }
  }

  @Test
  void killsClientsAcrossEventLoopsAndSparesItself() throws IOException {
    List<RawClient> victims = new ArrayList<>();
    try (RawClient client = server.connect()) {
      client.ask("PING");
      for (int i = 0; i < 6; i++) {
        RawClient victim = server.connect();
        victim.ask("PING");
        victim.ask(i % 2 == 0 ? "SUBSCRIBE" : "ECHO", "c");
        victims.add(victim);
      }
      assertThat(client.ask("CLIENT", "KILL", "ADDR", victims.get(0).address())).isEqualTo(":1");
      assertThat(client.ask("CLIENT", "KILL", victims.get(1).address())).isEqualTo("+OK");
      Awaitility.await().until(() -> server.stats.snapshot().connected() == 5);
      assertThat(client.ask("CLIENT", "KILL", "TYPE", "normal")).isEqualTo(":2");
      assertThat(client.ask("CLIENT", "KILL", "TYPE", "pubsub")).isEqualTo(":2");
      for (RawClient victim : victims) {
        assertThat(victim.isClosedByServer()).isTrue();
        victim.close();
      }
      assertThat(client.ask("PING")).isEqualTo("+PONG");
    }
  }

  @Test
  void promotesByTheTransactionThatSentinelSends() throws IOException {
    server.replication.follow("127.0.0.1", 1);
    try (RawClient sentinel = server.connect();
        RawClient hello = server.connect();
        RawClient writer = server.connect()) {
      assertThat(hello.ask("SUBSCRIBE", "__sentinel__:hello"))
          .isEqualTo("*3 $9 subscribe $18 __sentinel__:hello :1");
      assertThat(writer.ask("RPUSH", "l", "x")).startsWith("-READONLY ");
      assertThat(sentinel.ask("PUBLISH", "__sentinel__:hello", "1,2,3")).isEqualTo(":1");
      assertThat(hello.reply()).isEqualTo("*3 $7 message $18 __sentinel__:hello $5 1,2,3");
      sentinel.send(
          request("MULTI")
              + request("SLAVEOF", "NO", "ONE")
              + request("CONFIG", "REWRITE")
              + request("CLIENT", "KILL", "TYPE", "normal")
              + request("CLIENT", "KILL", "TYPE", "pubsub")
              + request("EXEC"));
      assertThat(sentinel.reply()).isEqualTo("+OK");
      for (int i = 0; i < 4; i++) {
        assertThat(sentinel.reply()).isEqualTo("+QUEUED");
      }
      assertThat(sentinel.reply()).isEqualTo("*4 +OK +OK :1 :1");
      assertThat(hello.isClosedByServer()).isTrue();
      assertThat(writer.isClosedByServer()).isTrue();
      assertThat(sentinel.ask("INFO")).contains("role:master");
      assertThat(server.events).containsExactly("rewrite as master");
    }
  }

  @Test
  void stopsReadingFromAClientThatTakesNoReplies() throws IOException {
    String big = "x".repeat(1 << 20);
    try (RawClient slow = server.connect();
        RawClient other = server.connect()) {
      slow.ask("RPUSH", "l", big);
      int count = 200;
      Thread sender =
          new Thread(
              () -> {
                try {
                  slow.send(request("LINDEX", "l", "0").repeat(count) + request("PING"));
                } catch (IOException e) {
                  throw new java.io.UncheckedIOException(e);
                }
              });
      sender.start();
      Awaitility.await()
          .pollDelay(Duration.ofMillis(300))
          .until(() -> server.stats.snapshot().netOutput() > 1 << 20);
      long sent = server.stats.snapshot().netOutput();
      assertThat(sent).isLessThan(32L << 20);
      assertThat(other.ask("PING")).isEqualTo("+PONG");
      for (int i = 0; i < count; i++) {
        assertThat(slow.reply()).hasSize(big.length() + 9);
      }
      assertThat(slow.reply()).isEqualTo("+PONG");
    }
  }

  @Test
  void cutsOffASubscriberThatTakesNoMessages() throws IOException {
    server.settings(new ServerSettings("", 100, 0, -1, 10, 0, 4 << 20, true, false));
    String big = "x".repeat(1 << 20);
    try (RawClient subscriber = server.connect();
        RawClient publisher = server.connect()) {
      subscriber.ask("SUBSCRIBE", "c");
      Awaitility.await()
          .atMost(Duration.ofSeconds(20))
          .pollInterval(Duration.ofMillis(1))
          .until(() -> publisher.ask("PUBLISH", "c", big).equals(":0"));
      Awaitility.await().until(() -> server.stats.snapshot().subscribers() == 0);
    }
  }

  @Test
  void cutsOffAClientThatSaysNothing() throws IOException {
    server.settings(new ServerSettings("", 100, 1, -1, 10, 0, 1 << 20, true, false));
    try (RawClient idle = server.connect();
        RawClient subscriber = server.connect()) {
      subscriber.ask("SUBSCRIBE", "c");
      assertThat(idle.isClosedByServer()).isTrue();
      assertThat(subscriber.ask("PING")).startsWith("*2 ");
    }
  }

  @Test
  void answersInfoWhileTheWorkerIsHeldUp() throws IOException {
    CountDownLatch latch = new CountDownLatch(1);
    server.replication.hold(latch);
    try (RawClient writer = server.connect();
        RawClient sentinel = server.connect()) {
      writer.send(request("RPUSH", "l", "x"));
      assertThat(sentinel.ask("PING")).isEqualTo("+PONG");
      assertThat(sentinel.ask("INFO")).contains("role:master");
      latch.countDown();
      assertThat(writer.reply()).isEqualTo(":1");
    }
  }

  @Test
  void saysWhichAddressIsInUse() {
    RespConfig config = new RespConfig(List.of("127.0.0.1"), server.port(), 1, RespLimits.DEFAULT);
    RespServer.Backend backend =
        new RespServer.Backend(
            server.replication,
            s -> "",
            server.config(),
            () -> ServerSettings.DEFAULT,
            new ServerStats(),
            () -> {});
    assertThatThrownBy(() -> RespServer.start(config, backend))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("cannot listen on 127.0.0.1:" + server.port() + " (");
  }
}
