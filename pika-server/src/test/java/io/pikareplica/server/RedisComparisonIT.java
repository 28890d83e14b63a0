package io.pikareplica.server;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.pikareplica.server.conf.PikaConf;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Protocol;

/**
 * The same words to a real Redis and to a node of ours: the same replies, byte for byte, but where
 * {@code redis/commands.txt} allows another one and says why.
 */
final class RedisComparisonIT {
  /** Commands that take other words here: arity, first and last key, step, what they do. */
  private static final Map<String, String> OTHER_SHAPES =
      Map.ofEntries(
          // Pika has no NX, XX, GT and LT
          Map.entry("expire", "3 1 1 1 [write]"),
          Map.entry("expireat", "3 1 1 1 [write]"),
          Map.entry("pexpire", "3 1 1 1 [write]"),
          Map.entry("pexpireat", "3 1 1 1 [write]"),
          // KEYS pattern [type], SLAVEOF host port [FORCE]
          Map.entry("keys", "-2 0 0 0 [readonly]"),
          Map.entry("replicaof", "-3 0 0 0 []"),
          Map.entry("slaveof", "-3 0 0 0 []"),
          // reads until they have STORE, so that a replica takes them
          Map.entry("georadius", "-6 1 1 1 [readonly]"),
          Map.entry("georadiusbymember", "-5 1 1 1 [readonly]"),
          // Pika's words for streams
          Map.entry("xadd", "-4 1 1 1 [write]"),
          Map.entry("xread", "-3 0 0 0 [readonly]"),
          Map.entry("xtrim", "-2 1 1 1 [write]"),
          Map.entry("xinfo", "-2 2 2 1 [readonly]"));

  @TempDir static Path folder;
  private static StockRedis redis;
  private static Node node;
  private static ServerSocket silent;
  private static RedisSide theirs;
  private static RedisSide ours;

  @BeforeAll
  static void start() throws Exception {
    redis = StockRedis.start(folder, "databases 2", "slowlog-log-slower-than -1");
    int port = FreePort.withReplicationPorts();
    Path conf =
        Files.writeString(
            folder.resolve("pika.conf"),
            """
            port : %d
            databases : 2
            default-slot-num : 1024
            enable-debug-command : yes
            slowlog-log-slower-than : -1
            refuse-unsafe-promotion : no
            db-path : %s
            log-path : %s
            db-sync-path : %s
            """
                .formatted(
                    port, folder.resolve("db"), folder.resolve("log"), folder.resolve("dbsync")));
    node = Node.start(PikaConf.load(Optional.of(conf), List.of()));
    silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Map<String, Integer> places = Map.of("dead", dead(), "silent", silent.getLocalPort());
    theirs = new RedisSide(redis.port(), places);
    ours = new RedisSide(port, places);
  }

  private static int dead() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  @AfterAll
  static void stop() throws Exception {
    if (node != null) {
      node.close();
    }
    if (redis != null) {
      redis.close();
    }
    if (silent != null) {
      silent.close();
    }
  }

  static Stream<RedisScript> scripts() {
    return RedisScript.load("/redis/commands.txt").stream();
  }

  @ParameterizedTest
  @MethodSource("scripts")
  void answersAsRedisDoes(RedisScript script) throws Exception {
    Assumptions.assumeTrue(redis.major() >= 7 || !script.since7());
    RedisScript cleaning = RedisScript.load("/redis/between.txt").get(0);
    theirs.play(cleaning);
    ours.play(cleaning);

    List<String> expected = theirs.play(script);
    List<String> actual = ours.play(script);

    List<String> wrong = new ArrayList<>();
    for (int i = 0; i < script.steps().size(); i++) {
      RedisScript.Step step = script.steps().get(i);
      String wanted = step.ours().orElse(expected.get(i));
      if (!actual.get(i).equals(wanted)) {
        wrong.add(
            "line %d %s\n  Redis: %s\n  ours:  %s"
                .formatted(step.line(), step.words(), expected.get(i), actual.get(i)));
      } else if (step.ours().isPresent() && wanted.equals(expected.get(i))) {
        wrong.add("line %d %s: no difference any more".formatted(step.line(), step.words()));
      }
    }
    for (int i = script.steps().size(); i < expected.size(); i++) {
      if (!actual.get(i).equals(expected.get(i))) {
        wrong.add("Redis: %s\n  ours:  %s".formatted(expected.get(i), actual.get(i)));
      }
    }
    if (!wrong.isEmpty()) {
      fail(String.join("\n", wrong));
    }
    assertThat(actual).hasSameSizeAs(expected);
  }

  @Test
  void everyCommandHasTheShapeThatClientsKnow() {
    Assumptions.assumeTrue(redis.major() >= 7);
    Map<String, String> theirShapes = shapes(redis.port());
    Map<String, String> ourShapes = shapes(node.clientAddress().port());
    assertThat(ourShapes).hasSizeGreaterThan(150);
    ourShapes.keySet().retainAll(theirShapes.keySet());
    theirShapes.keySet().retainAll(ourShapes.keySet());
    theirShapes.putAll(OTHER_SHAPES);

    assertThat(ourShapes).isEqualTo(theirShapes);
  }

  /** What COMMAND says. */
  private static Map<String, String> shapes(int port) {
    Map<String, String> shapes = new TreeMap<>();
    try (Jedis jedis = new Jedis("127.0.0.1", port)) {
      for (Object row : (List<?>) jedis.sendCommand(Protocol.Command.COMMAND)) {
        List<?> words = (List<?>) row;
        List<String> does = new ArrayList<>();
        for (Object flag : (List<?>) words.get(2)) {
          String name = new String((byte[]) flag, US_ASCII);
          if (name.equals("write") || name.equals("readonly")) {
            does.add(name);
          }
        }
        shapes.put(
            new String((byte[]) words.get(0), US_ASCII),
            "%s %s %s %s %s"
                .formatted(words.get(1), words.get(3), words.get(4), words.get(5), does));
      }
    }
    return shapes;
  }
}
