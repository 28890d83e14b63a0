package io.pikareplica.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.pikareplica.server.live.ChildProcess;
import io.pikareplica.server.live.Polling;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import redis.clients.jedis.Jedis;

/** The system's redis-cli and redis-benchmark, where they are installed, against a node. */
final class RedisToolsIT {
  private static final int KEYS = 300;

  @TempDir static Path folder;
  private static TestNode node;

  @BeforeAll
  static void start() throws Exception {
    node = TestNode.start(folder.resolve("node"), "databases : 2", "requirepass : secret");
    try (Jedis jedis = new Jedis("127.0.0.1", node.port())) {
      jedis.auth("secret");
      for (int i = 0; i < KEYS; i++) {
        jedis.set("string:" + i, "v".repeat(i));
        jedis.rpush("list:" + i % 7, "e" + i);
        jedis.hset("hash:" + i % 5, "f" + i, "v");
        jedis.sadd("set:" + i % 3, "m" + i);
        jedis.zadd("zset:" + i % 2, i, "m" + i);
      }
      jedis.xadd("stream", redis.clients.jedis.StreamEntryID.NEW_ENTRY, java.util.Map.of("f", "v"));
    }
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  /** Runs a tool to its end and gives all that it printed; anything but exit code 0 is wrong. */
  private static String run(String input, String tool, String... arguments) throws Exception {
    Path program = StockRedis.onPath(tool);
    assumeTrue(program != null, tool + " is not installed");
    List<String> command = new ArrayList<>();
    command.addAll(List.of(program.toString(), "-p", Integer.toString(node.port())));
    command.addAll(List.of("-a", "secret"));
    if (tool.equals("redis-cli")) {
      command.add("--no-auth-warning");
    }
    command.addAll(Arrays.asList(arguments));
    Path in = Files.writeString(Files.createTempFile(folder, "in", ".txt"), input);
    Path out = Files.createTempFile(folder, "out", ".txt");
    Process process =
        new ProcessBuilder(command)
            .redirectInput(in.toFile())
            .redirectErrorStream(true)
            .redirectOutput(out.toFile())
            .start();
    boolean hasEnded = process.waitFor(120, TimeUnit.SECONDS);
    process.destroyForcibly().waitFor();
    String text = Files.readString(out, StandardCharsets.ISO_8859_1);
    assertThat(hasEnded).as("%s still runs: %s", command, text).isTrue();
    assertThat(process.exitValue()).as("%s: %s", command, text).isZero();
    return text;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "PING|PONG",
        "-3 PING|PONG",
        "-3 CONFIG GET databases|databases",
        "-n 1 DBSIZE|0",
        "--user default PING|PONG",
        "-r 5 -i 0.001 ECHO five|five",
        "--csv LRANGE list:0 0 1|\"e0\",\"e7\"",
        "--json -3 HGETALL hash:0|f0",
        "-2 CLIENT LIST|laddr=127.0.0.1",
        "-3 INFO replication|role:master",
        "ROLE|master",
        "COMMAND COUNT|1",
        "--scan --pattern list:*|list:6",
        "--bigkeys|Biggest string found '\"string:299\"' has 299 bytes",
        "--memkeys|Biggest string found '\"string:299\"' has 349 bytes",
        "--latency --raw -i 0.2|samples",
      })
  void redisCliRuns(String arguments, String expected) throws Exception {
    String output = run("", "redis-cli", arguments.split(" "));
    // --latency prints numbers only: min, max, average and how many
    String wanted = expected.equals("samples") ? "\\d+ \\d+ \\d+\\.\\d+ \\d+" : "";
    if (wanted.isEmpty()) {
      assertThat(output).contains(expected);
    } else {
      assertThat(output.strip()).matches(wanted);
    }
    assertThat(output).doesNotContain("ERR", "Error");
  }

  /** What somebody types, after the questions that redis-cli asks when it starts. */
  @Test
  void redisCliTakesCommandsThatAreTypedIn() throws Exception {
    String typed =
        """
        SELECT 1
        SET typed "by hand"
        GET typed
        MULTI
        INCR counter
        INCR counter
        EXEC
        HELLO 3
        HGETALL nothing
        CLIENT INFO
        DEL typed counter
        """;
    assertThat(run(typed, "redis-cli"))
        .contains("by hand", "QUEUED", "standalone", "resp=3")
        .doesNotContain("ERR");
  }

  @Test
  void redisCliAsksForDocsWhenItIsInteractive() throws Exception {
    assertThat(run("", "redis-cli", "COMMAND", "DOCS", "set")).contains("summary");
    assertThat(run("", "redis-cli", "-3", "COMMAND", "DOCS")).contains("group");
    assertThat(run("", "redis-cli", "HELP")).doesNotContain("ERR");
  }

  @Test
  void redisCliPipesManyCommandsIn() throws Exception {
    StringBuilder commands = new StringBuilder();
    for (int i = 0; i < 1_000; i++) {
      commands.append(RawClient.request("SETEX", "piped:" + i, "100", "v"));
    }
    assertThat(run(commands.toString(), "redis-cli", "--pipe"))
        .contains("errors: 0, replies: 1000");
  }

  /** These run until they are stopped. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--stat -i 0.05|keys|\\n\\d+ +\\d+\\.\\d+M +\\d+ ",
        "MONITOR|OK|\"ECHO\" \"marker\"",
        "SUBSCRIBE marks|subscribe|marker",
      })
  void redisCliGoesOnUntilItIsStopped(String arguments, String first, String then)
      throws Exception {
    Path program = StockRedis.onPath("redis-cli");
    assumeTrue(program != null, "redis-cli is not installed");
    List<String> command = new ArrayList<>();
    command.addAll(List.of(program.toString(), "-p", Integer.toString(node.port())));
    command.addAll(List.of("-a", "secret", "--no-auth-warning"));
    command.addAll(Arrays.asList(arguments.split(" ")));
    Path out = Files.createTempFile(folder, "out", ".txt");
    try (ChildProcess tool = ChildProcess.start(folder, out, command)) {
      Polling.until("it begins: " + arguments, () -> tool.output().contains(first));
      Polling.until(
          "it goes on: " + arguments,
          () -> {
            mark();
            return java.util.regex.Pattern.compile(then).matcher(tool.output()).find();
          });
      assertThat(tool.output()).doesNotContain("ERR", "Error");
    }
  }

  private static void mark() throws IOException {
    try (RawClient client = node.connect()) {
      client.ask("AUTH", "secret");
      client.ask("ECHO", "marker");
      client.ask("PUBLISH", "marks", "marker");
    }
  }

  @Test
  void redisBenchmarkRunsAllItsTests() throws Exception {
    String output = run("", "redis-benchmark", "-n", "300", "-c", "10", "-P", "4", "-q");
    assertThat(output)
        .contains("PING_INLINE", "SET:", "GET:", "LRANGE_600", "MSET (10 keys)", "ZPOPMIN")
        .contains("requests per second")
        .doesNotContain("ERR", "Error", "Could not fetch server CONFIG");
  }

  @Test
  void redisBenchmarkRunsInResp3() throws Exception {
    assertThat(run("", "redis-benchmark", "-3", "-n", "500", "-q", "-t", "set,get,hset,lrange_100"))
        .contains("HSET:")
        .doesNotContain("ERR", "Error");
  }
}
