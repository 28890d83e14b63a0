package io.pikareplica.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.pikareplica.server.CommandFixture.Client;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** MULTI and EXEC, WATCH, and the transaction that Sentinel promotes with. */
final class TransactionCommandsTest {
  private static final String PROMOTE =
      RawClient.request("MULTI")
          + RawClient.request("SLAVEOF", "NO", "ONE")
          + RawClient.request("CONFIG", "REWRITE")
          + RawClient.request("CLIENT", "KILL", "TYPE", "normal")
          + RawClient.request("CLIENT", "KILL", "TYPE", "pubsub")
          + RawClient.request("EXEC");

  @TempDir Path folder;
  private CommandFixture server;
  private Client client;
  private Client other;

  @BeforeEach
  void open() {
    server = new CommandFixture(folder);
    client = server.client();
    other = server.client();
  }

  @AfterEach
  void close() {
    server.close();
  }

  @Test
  void promotesByTheTransactionThatSentinelSends() throws IOException {
    server.replication.follow("10.0.0.1", 9221);
    Client subscriber = server.client();
    subscriber.say("SUBSCRIBE __sentinel__:hello");
    client.send(PROMOTE);
    assertThat(client.reply()).isEqualTo("+OK");
    for (int i = 0; i < 4; i++) {
      assertThat(client.reply()).isEqualTo("+QUEUED");
    }
    assertThat(client.reply()).isEqualTo("*4 +OK +OK :1 :1");
    assertThat(server.events).containsExactly("rewrite as master");
    assertThat(other.isOpen()).isFalse();
    assertThat(subscriber.isOpen()).isFalse();
    assertThat(client.say("ROLE")).startsWith("*3 $6 master ");
  }

  @Test
  void refusesToPromoteWhenItIsNotEligible() throws IOException {
    server.replication.follow("10.0.0.1", 9221);
    server.replication.ineligible("db0 is in full sync");
    client.send(PROMOTE);
    assertThat(client.reply()).isEqualTo("+OK");
    assertThat(client.reply()).isEqualTo("-ERR not eligible for promotion: db0 is in full sync");
    for (int i = 0; i < 3; i++) {
      assertThat(client.reply()).isEqualTo("+QUEUED");
    }
    assertThat(client.reply())
        .isEqualTo("-EXECABORT Transaction discarded because of previous errors.");
    assertThat(server.replication.isReplica()).isTrue();
    assertThat(other.isOpen()).isTrue();
    assertThat(server.events).isEmpty();
    assertThat(client.say("SLAVEOF NO ONE"))
        .isEqualTo("-ERR not eligible for promotion: db0 is in full sync");
    assertThat(client.say("SLAVEOF NO ONE FORCE")).isEqualTo("+OK");
    assertThat(server.replication.isReplica()).isFalse();
  }

  @Test
  void followsAnotherMasterByTransaction() throws IOException {
    client.send(PROMOTE.replace("$2\r\nNO\r\n$3\r\nONE", "$8\r\n10.0.0.9\r\n$4\r\n9221"));
    for (int i = 0; i < 5; i++) {
      client.reply();
    }
    assertThat(client.reply()).isEqualTo("*4 +OK +OK :1 :0");
    assertThat(server.events).containsExactly("rewrite as slave");
    assertThat(client.say("ROLE")).isEqualTo("*5 $5 slave $8 10.0.0.9 :9221 $9 connected :0");
    assertThat(client.say("SLAVEOF 10.0.0.9 9221"))
        .isEqualTo("+OK Already connected to specified master");
  }

  @Test
  void goesOnToTheEndWhenTheClientHasGone() throws IOException {
    server.replication.follow("10.0.0.1", 9221);
    CountDownLatch latch = new CountDownLatch(1);
    server.replication.hold(latch);
    client.send(PROMOTE);
    client.close();
    latch.countDown();
    Awaitility.await().until(() -> client.isOpen() || server.events.contains("rewrite as master"));
  }

  @Test
  void runsDataCommandsOfOneTransactionTogether() throws IOException {
    client.say("MULTI");
    assertThat(client.say("RPUSH l a b")).isEqualTo("+QUEUED");
    client.say("LRANGE l 0 -1");
    client.say("LLEN l");
    client.say("SELECT 1");
    client.say("LLEN l");
    client.say("PING");
    int before = server.replication.executions();
    assertThat(client.say("EXEC")).isEqualTo("*6 :2 *2 $1 a $1 b :2 +OK :0 +PONG");
    assertThat(server.replication.executions() - before).isEqualTo(1);
    assertThat(client.say("LLEN l")).isEqualTo(":0");
  }

  @Test
  void keepsTheRulesOfMulti() throws IOException {
    assertThat(client.say("EXEC")).isEqualTo("-ERR EXEC without MULTI");
    assertThat(client.say("DISCARD")).isEqualTo("-ERR DISCARD without MULTI");
    client.say("MULTI");
    assertThat(client.say("EXEC")).isEqualTo("*0");
    client.say("MULTI");
    assertThat(client.say("MULTI")).isEqualTo("-ERR MULTI calls can not be nested");
    assertThat(client.say("WATCH k")).isEqualTo("-ERR WATCH inside MULTI is not allowed");
    assertThat(client.say("RPUSH l a")).isEqualTo("+QUEUED");
    assertThat(client.say("DISCARD")).isEqualTo("+OK");
    assertThat(client.say("LLEN l")).isEqualTo(":0");
    for (String bad : new String[] {"NOSUCH", "RPUSH l", "SUBSCRIBE c"}) {
      client.say("MULTI");
      client.say("RPUSH l a");
      assertThat(client.say(bad)).startsWith("-ERR ");
      assertThat(client.say("EXEC"))
          .isEqualTo("-EXECABORT Transaction discarded because of previous errors.");
    }
    assertThat(client.say("LLEN l")).isEqualTo(":0");
  }

  @Test
  void goesOnBehindACommandThatFails() throws IOException {
    client.say("RPUSH l a");
    client.say("MULTI");
    client.say("LSET l 9 x");
    client.say("CLIENT KILL ID x");
    client.say("RPUSH l b");
    assertThat(client.say("EXEC"))
        .isEqualTo("*3 -ERR index out of range -ERR client-id should be greater than 0 :2");
  }

  @Test
  void refusesWritesOnAReplicaWithoutAskingTheWorker() throws IOException {
    server.replication.follow("10.0.0.1", 9221);
    String refusal = "-READONLY You can't write against a read only replica.";
    assertThat(client.say("RPUSH l a")).isEqualTo(refusal);
    assertThat(client.say("FLUSHALL")).isEqualTo(refusal);
    client.say("MULTI");
    assertThat(client.say("RPUSH l a")).isEqualTo(refusal);
    assertThat(client.say("EXEC")).startsWith("-EXECABORT ");
    assertThat(client.say("LLEN l")).isEqualTo(":0");
    assertThat(server.replication.executions()).isZero();
  }

  @Test
  void refusesAtExecWhenTheNodeBecameAReplica() throws IOException {
    client.say("MULTI");
    client.say("RPUSH l a");
    other.say("SLAVEOF 10.0.0.9 9221");
    assertThat(client.say("EXEC"))
        .isEqualTo(
            "-EXECABORT Transaction discarded because of: READONLY You can't write against a read"
                + " only replica.");
  }

  @Test
  void answersLoadingWhileDataCannotBeRead() throws IOException {
    server.replication.loading(true);
    assertThat(client.say("LLEN l")).startsWith("-LOADING ");
    assertThat(client.say("LRANGE l 0 -1")).startsWith("-LOADING ");
    assertThat(client.say("PING")).isEqualTo("+PONG");
    client.say("MULTI");
    client.say("LLEN l");
    client.say("PING");
    assertThat(client.say("EXEC")).startsWith("*2 -LOADING ").endsWith(" +PONG");
  }

  @Test
  void flushesEveryDb() throws IOException {
    client.say("RPUSH l a");
    client.say("SELECT 1");
    client.say("RPUSH l a");
    assertThat(client.say("FLUSHALL")).isEqualTo("+OK");
    assertThat(client.say("LLEN l")).isEqualTo(":0");
    client.say("SELECT 0");
    assertThat(client.say("LLEN l")).isEqualTo(":0");
  }

  @Test
  void runsNothingWhenAWatchedKeyWasWritten() throws IOException {
    assertThat(client.say("WATCH a l")).isEqualTo("+OK");
    other.say("RPUSH l x");
    client.say("MULTI");
    client.say("RPUSH l y");
    assertThat(client.say("EXEC")).isEqualTo("*-1");
    client.say("MULTI");
    client.say("RPUSH l y");
    assertThat(client.say("EXEC")).isEqualTo("*1 :2");
  }

  @Test
  void runsWhenOnlyOtherKeysWereWritten() throws IOException {
    client.say("WATCH l");
    other.say("RPUSH m x");
    other.say("SELECT 1");
    other.say("RPUSH l x");
    client.say("MULTI");
    client.say("LLEN l");
    assertThat(client.say("EXEC")).isEqualTo("*1 :0");
  }

  @Test
  void watchesAgainstAFlushAndTheClientItself() throws IOException {
    client.say("WATCH l");
    other.say("FLUSHDB");
    client.say("MULTI");
    client.say("PING");
    assertThat(client.say("EXEC")).isEqualTo("*-1");
    client.say("WATCH l");
    client.say("RPUSH l x");
    client.say("MULTI");
    assertThat(client.say("EXEC")).isEqualTo("*-1");
  }

  @Test
  void forgetsWatchesByUnwatchDiscardAndExec() throws IOException {
    client.say("WATCH l");
    client.say("UNWATCH");
    client.say("WATCH m");
    client.say("MULTI");
    client.say("DISCARD");
    other.say("RPUSH l x");
    other.say("RPUSH m x");
    client.say("MULTI");
    client.say("PING");
    assertThat(client.say("EXEC")).isEqualTo("*1 +PONG");
  }

  @Test
  void countsWhatAMasterSendsAsAChangeOfEveryWatchedKey() throws IOException {
    server.replication.follow("10.0.0.1", 9221);
    client.say("WATCH l");
    client.say("MULTI");
    client.say("LLEN l");
    assertThat(client.say("EXEC")).isEqualTo("*1 :0");
    client.say("WATCH l");
    server.replication.replicated();
    client.say("MULTI");
    client.say("LLEN l");
    assertThat(client.say("EXEC")).isEqualTo("*-1");
  }

  @Test
  void countsAChangeOfTheRoleAsAChangeOfEveryWatchedKey() throws IOException {
    client.say("WATCH l");
    other.say("SLAVEOF 10.0.0.1 9221");
    other.say("SLAVEOF NO ONE");
    client.say("MULTI");
    client.say("RPUSH l x");
    assertThat(client.say("EXEC")).isEqualTo("*-1");
  }

  @Test
  void sendsPipelinedWritesToTheWorkerTogether() throws IOException {
    StringBuilder all = new StringBuilder();
    for (int i = 0; i < 300; i++) {
      all.append(RawClient.request("RPUSH", "l", "x")).append(RawClient.request("LLEN", "l"));
    }
    client.send(all + RawClient.request("PING"));
    for (int i = 1; i <= 300; i++) {
      assertThat(client.reply()).isEqualTo(":" + i);
      assertThat(client.reply()).isEqualTo(":" + i);
    }
    assertThat(client.reply()).isEqualTo("+PONG");
    assertThat(server.replication.executions()).isLessThanOrEqualTo(600 / 128 + 1);
  }
}
