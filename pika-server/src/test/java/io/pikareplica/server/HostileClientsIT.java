package io.pikareplica.server;

import static io.pikareplica.server.RawClient.request;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.pikareplica.server.live.Polling;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** Clients that mean no good, at the client port of a whole node. Others never notice. */
final class HostileClientsIT {
  private static final int MIB = 1 << 20;
  private static final String BIG = "x".repeat(MIB);
  private static final Pattern OUTPUT = Pattern.compile(" omem=(\\d+) ");
  private static final Pattern INPUT = Pattern.compile(" qbuf=(\\d+) ");

  @TempDir Path folder;

  private final List<RawClient> clients = new ArrayList<>();
  private TestNode node;
  private RawClient good;

  @BeforeEach
  void start() throws Exception {
    node =
        TestNode.start(
            folder.resolve("master"), "proto-max-bulk-len : 8M", "maxmemory-clients : 8M");
    good = connect();
    assertThat(good.ask("SET", "big", BIG)).isEqualTo("+OK");
  }

  @AfterEach
  void stop() throws Exception {
    for (RawClient client : clients) {
      client.close();
    }
    node.close();
  }

  private RawClient connect() throws IOException {
    RawClient client = node.connect();
    clients.add(client);
    return client;
  }

  private List<RawClient> connect(int count) throws IOException {
    List<RawClient> many = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      many.add(connect());
    }
    return many;
  }

  // who does not read

  @Test
  void whoDoesNotReadIsPausedAndThenCutOff() throws IOException {
    RawClient silent = connect();
    silent.send(request("GET", "big").repeat(200));
    Awaitility.await().until(() -> figure(silent, OUTPUT) > 0);
    long received = info("total_net_output_bytes");
    for (int i = 0; i < 50; i++) {
      assertThat(good.ask("PING")).isEqualTo("+PONG");
      assertThat(figure(silent, OUTPUT)).isLessThan(3 * MIB);
      assertThat(info("mem_clients_normal")).isLessThan(4 * MIB);
    }
    assertThat(received).as("what the sockets took").isLessThan(100L * MIB);

    assertThat(good.ask("CONFIG", "SET", "timeout", "1")).isEqualTo("+OK");
    Awaitility.await().until(() -> good.ask("PING").equals("+PONG") && line(silent).isEmpty());
  }

  @Test
  void whoReadsSlowlyIsNotTakenForIdle() throws IOException {
    assertThat(good.ask("CONFIG", "SET", "timeout", "2")).isEqualTo("+OK");
    RawClient slow = connect();
    slow.send(request("GET", "big").repeat(30));
    InputStream in = slow.socket().getInputStream();
    for (int i = 0; i < 24; i++) {
      Polling.pause(Duration.ofMillis(150));
      assertThat(in.readNBytes(MIB)).as("MiB %d", i).hasSize(MIB);
    }
    assertThat(in.read()).isNotNegative();
  }

  @Test
  void ofManyWhoDoNotReadTheLargestAreEvicted() throws IOException {
    RawClient modest = connect();
    modest.send(request("GET", "big"));
    for (RawClient silent : connect(20)) {
      silent.send(request("GET", "big").repeat(100));
    }
    Awaitility.await().until(() -> info("evicted_clients") >= 8);
    awaitThatClientsTakeLittle();
    for (int i = 0; i < 20; i++) {
      assertThat(good.ask("PING")).isEqualTo("+PONG");
      assertThat(info("mem_clients_normal")).isLessThan(10L * MIB);
    }
    assertThat(modest.reply()).endsWith(BIG);
    assertThat(modest.ask("PING")).isEqualTo("+PONG");
  }

  @Test
  void whoIsNotToBeEvictedStays() throws IOException {
    RawClient spared = connect();
    assertThat(spared.ask("CLIENT", "NO-EVICT", "on")).isEqualTo("+OK");
    assertThat(good.ask("CONFIG", "SET", "maxmemory-clients", "1")).isEqualTo("+OK");
    RawClient evicted = connect();
    sendToWhoMayBeGone(evicted, request("ECHO", BIG));
    assertThat(evicted.isClosedByServer()).isTrue();
    assertThat(spared.ask("ECHO", BIG)).endsWith(BIG);
    assertThat(spared.ask("CONFIG", "SET", "maxmemory-clients", "50%")).isEqualTo("+OK");
    assertThat(connect().ask("ECHO", BIG)).endsWith(BIG);
  }

  @Test
  void manyWhoDoNotTakeWhatIsPublishedAreBounded() throws IOException {
    good.ask("CLIENT", "NO-EVICT", "on"); // it has a message of 1 MiB in its hands each time
    for (RawClient subscriber : connect(40)) {
      subscriber.ask("SUBSCRIBE", "c");
    }
    RawClient reader = connect();
    reader.ask("CLIENT", "NO-EVICT", "on"); // so has it, until it is read below
    reader.ask("SUBSCRIBE", "c");
    int messages = 0;
    String receivers = "";
    while (!receivers.equals(":1")) {
      receivers = good.ask("PUBLISH", "c", BIG);
      assertThat(reader.reply()).endsWith(BIG);
      assertThat(++messages).isLessThan(100);
      assertThat(info("mem_clients_normal")).as("a message for each more").isLessThan(50L * MIB);
      awaitThatClientsTakeLittle();
    }
    Awaitility.await().until(() -> info("pubsub_clients") == 1);
    assertThat(info("evicted_clients")).isEqualTo(40);
  }

  /** A write at the front takes the reads behind it to the worker: not all of them at once. */
  @Test
  void aShortPipelineWithLongRepliesIsAnsweredBitByBit() throws IOException {
    RawClient reader = connect();
    String pipeline = request("SET", "n", "1") + request("GET", "big").repeat(60);
    reader.send(pipeline + request("GET", "n"));
    assertThat(reader.reply()).isEqualTo("+OK");
    for (int i = 0; i < 60; i++) {
      assertThat(info("mem_clients_normal")).isLessThan(4L * MIB);
      assertThat(reader.reply()).endsWith(BIG);
    }
    assertThat(reader.reply()).isEqualTo("$1 1");
  }

  /** The longest word, 8 MiB here, bounds what EXEC may answer. */
  @Test
  void aTransactionDoesNotAnswerMoreThanIsBearable() throws IOException {
    assertThat(good.ask("CONFIG", "SET", "maxmemory-clients", "32M")).isEqualTo("+OK");
    good.send(request("MULTI") + request("GET", "big").repeat(20) + request("INCR", "n"));
    good.send(request("GETSET", "big", "small") + request("EXEC"));
    assertThat(good.reply()).isEqualTo("+OK");
    for (int i = 0; i < 22; i++) {
      assertThat(good.reply()).isEqualTo("+QUEUED");
    }
    String reply = good.reply();
    assertThat(reply.length()).isBetween(8 * MIB, 10 * MIB);
    assertThat(reply)
        .contains("this command was not run")
        .contains(" :1 ")
        .endsWith("this command was run");
    assertThat(good.ask("GET", "n")).isEqualTo("$1 1");
    assertThat(good.ask("GET", "big")).isEqualTo("$5 small");
  }

  // who sends what is no request, or half of one

  @Test
  void halfRequestsOfManyAreBounded() throws IOException {
    String half = "*2\r\n$4\r\nECHO\r\n$1000000\r\n" + "x".repeat(600_000);
    List<RawClient> many = connect(30);
    for (RawClient client : many) {
      sendToWhoMayBeGone(client, half);
    }
    Awaitility.await().until(() -> info("evicted_clients") >= 10);
    awaitThatClientsTakeLittle();
    assertThat(good.ask("PING")).isEqualTo("+PONG");

    for (RawClient small : connect(500)) {
      small.send("*2\r\n$4\r\nECHO\r\n$8000000\r\nx");
    }
    Awaitility.await().until(() -> good.ask("CLIENT", "LIST").contains(" qbuf="));
    assertThat(info("mem_clients_normal")).isLessThan(10L * MIB);
    assertThat(good.ask("CONFIG", "SET", "timeout", "1")).isEqualTo("+OK");
    Awaitility.await()
        .until(() -> good.ask("PING").equals("+PONG") && info("connected_clients") == 1);
  }

  private static void sendToWhoMayBeGone(RawClient client, String text) {
    try {
      client.send(text);
    } catch (IOException e) {
      // cut off meanwhile
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "*1~$9999999999~ | invalid bulk length",
        "*1~$-1~ | invalid bulk length",
        "*1~$8388609~ | invalid bulk length",
        "*2~$4~ECHO~$x~ | invalid bulk length",
        "*1000000000~ | invalid multibulk length",
        "*99999999999999999999~ | invalid multibulk length",
        "*x~ | invalid multibulk length",
        "*1~*1~*1~*1~$4~PING~ | expected '$', got '*'",
        "*1~PING~ | expected '$', got 'P'",
        "*1~$4~PINGPING~ | expected CRLF after a bulk, got 'P'",
        "ECHO \"a~ | unbalanced quotes in request",
        "ENDLESS | too big inline request",
        "*ENDLESS | too big mbulk count string",
        "*1~$ENDLESS | too big bulk count string",
      })
  void whatIsNoRequestEndsTheConnection(String sent, String error) throws IOException {
    RawClient bad = connect();
    bad.send("PING\r\n" + sent.replace("~", "\r\n").replace("ENDLESS", "1".repeat(70_000)));
    assertThat(bad.reply()).isEqualTo("+PONG");
    assertThat(bad.reply()).isEqualTo("-ERR Protocol error: " + error);
    assertThat(bad.isClosedByServer()).isTrue();
    assertThat(good.ask("PING")).isEqualTo("+PONG");
  }

  @Test
  void negativeAndEmptyArraysAreNothing() throws IOException {
    assertThat(good.send("*-5\r\n*0\r\n*-1\r\n\r\nPING\r\n").reply()).isEqualTo("+PONG");
  }

  /** Half a million arrays in each other: nothing here goes as deep as its input. */
  @Test
  void deepArraysEndTheConnectionAtTheSecond() throws IOException {
    RawClient bad = connect();
    sendToWhoMayBeGone(bad, "*1\r\n".repeat(500_000));
    assertThat(bad.reply()).isEqualTo("-ERR Protocol error: expected '$', got '*'");
    assertThat(bad.isClosedByServer()).isTrue();
  }

  @Test
  void aLongNameOfNoCommandIsShownShort() throws IOException {
    RawClient bad = connect();
    assertThat(bad.ask("y".repeat(4 * MIB), "z".repeat(MIB)))
        .hasSizeLessThan(400)
        .startsWith("-ERR unknown command 'yyy");
  }

  // browsers

  @ParameterizedTest
  @ValueSource(strings = {"POST / HTTP/1.1", "GET / HTTP/1.1", "*1\r\n$4\r\npost"})
  void browsersAreCutOffAndNothingBehindTheirHeadersRuns(String first) throws IOException {
    ListAppender<ILoggingEvent> lines = new ListAppender<>();
    lines.start();
    Logger logger = (Logger) LoggerFactory.getLogger(CrossProtocol.class);
    logger.addAppender(lines);
    try {
      for (int i = 0; i < 3; i++) {
        RawClient browser = connect();
        browser.send(first + "\r\nHost: 127.0.0.1\r\nContent-Length: 20\r\n\r\nSET hacked yes\r\n");
        browser.socket().getInputStream().readAllBytes(); // ends when the server closes
      }
    } finally {
      logger.detachAppender(lines);
    }
    assertThat(good.ask("EXISTS", "hacked")).isEqualTo(":0");
    assertThat(lines.list)
        .singleElement()
        .satisfies(line -> assertThat(line.getFormattedMessage()).contains("SECURITY ATTACK"));
  }

  // too many

  /** Replicas have ports of their own; one that comes while clients fill theirs is served. */
  @Test
  void oneClientTooManyIsToldSoAndReplicasGoOn() throws Exception {
    try (TestNode replica = startReplica("early")) {
      Polling.untilCaughtUp(node.port(), replica.port());
      RawClient other = connect();
      assertThat(other.ask("PING")).isEqualTo("+PONG");
      assertThat(good.ask("CONFIG", "SET", "maxclients", "2")).isEqualTo("+OK");
      for (int i = 0; i < 5; i++) {
        RawClient refused = connect();
        assertThat(refused.reply()).isEqualTo("-ERR max number of clients reached");
        assertThat(refused.isClosedByServer()).isTrue();
      }
      assertThat(other.ask("SET", "k", "v")).isEqualTo("+OK");
      awaitValue(replica, "k", "v");

      try (TestNode late = startReplica("late")) {
        awaitValue(late, "k", "v");
      }
      assertThat(info("rejected_connections")).isGreaterThanOrEqualTo(5);
      assertThat(good.ask("CONFIG", "SET", "maxclients", "3")).isEqualTo("+OK");
      assertThat(connect().ask("PING")).isEqualTo("+PONG");
    }
  }

  private TestNode startReplica(String name) throws Exception {
    return TestNode.start(folder.resolve(name), "slaveof : 127.0.0.1:" + node.port());
  }

  private static void awaitValue(TestNode replica, String key, String value) throws IOException {
    try (RawClient reader = replica.connect()) {
      Awaitility.await()
          .atMost(Duration.ofSeconds(20))
          .until(() -> reader.ask("GET", key).equals("$" + value.length() + " " + value));
    }
  }

  // who does not know the password

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "*11~ | unauthenticated multibulk length",
        "*1000000000~ | unauthenticated multibulk length",
        "*2~$3~SET~$16385~ | unauthenticated bulk length",
        "*2~$4~AUTH~$8000000~ | unauthenticated bulk length",
      })
  void whoIsNotAuthenticatedIsRefusedBeforeMuchIsRead(String sent, String error)
      throws IOException {
    RawClient bad = connect();
    assertThat(good.ask("CONFIG", "SET", "requirepass", "secret")).isEqualTo("+OK");
    assertThat(bad.ask("RESET")).isEqualTo("+RESET");
    assertThat(bad.ask("SET", "k", "v")).isEqualTo("-NOAUTH Authentication required.");
    assertThat(bad.ask("AUTH", "wrong"))
        .isEqualTo("-WRONGPASS invalid username-password pair or user is disabled.");
    assertThat(bad.ask("AUTH", "nobody", "secret")).startsWith("-WRONGPASS ");

    RawClient fresh = connect();
    fresh.send(sent.replace("~", "\r\n"));
    assertThat(fresh.reply()).isEqualTo("-ERR Protocol error: " + error);
    assertThat(fresh.isClosedByServer()).isTrue();
  }

  @Test
  void whoIsNotAuthenticatedIsBufferedWithinItsLimitsOnly() throws IOException {
    assertThat(good.ask("CONFIG", "SET", "requirepass", "secret")).isEqualTo("+OK");
    RawClient bad = connect();
    String word = "$16384\r\n" + "x".repeat(16_384) + "\r\n";
    bad.send("*10\r\n" + word.repeat(9) + "$16384\r\n" + "x".repeat(16_000));
    Awaitility.await().until(() -> figure(bad, INPUT) > 9 * 16_384);
    assertThat(figure(bad, INPUT)).isLessThan(10 * 16_384 + 70_000);
    assertThat(bad.send("x".repeat(384) + "\r\n").reply())
        .isEqualTo("-NOAUTH Authentication required.");
    assertThat(bad.ask("AUTH", "secret")).isEqualTo("+OK");
    assertThat(bad.ask("ECHO", BIG)).endsWith(BIG);
  }

  // what the node says

  private String line(RawClient client) throws IOException {
    String address = " addr=" + client.address() + " ";
    return good.ask("CLIENT", "LIST")
        .lines()
        .filter(line -> line.contains(address))
        .findFirst()
        .orElse("");
  }

  private long figure(RawClient client, Pattern pattern) throws IOException {
    Matcher matcher = pattern.matcher(line(client));
    return matcher.find() ? Long.parseLong(matcher.group(1)) : -1;
  }

  /** What an evicted client held is counted until its event loop has let it go. */
  private void awaitThatClientsTakeLittle() {
    Awaitility.await().until(() -> info("mem_clients_normal") < 10L * MIB);
  }

  /** A figure of INFO, asked for on the connection that is good. */
  private long info(String name) throws IOException {
    return good.ask("INFO")
        .lines()
        .filter(line -> line.startsWith(name + ":"))
        .mapToLong(line -> Long.parseLong(line.substring(name.length() + 1)))
        .findFirst()
        .orElseThrow();
  }
}
