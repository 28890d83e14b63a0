package io.pikareplica.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.pikareplica.server.live.ChildProcess;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Protocol;

/** The program as a user starts it: what it says, how it ends, what is there the next time. */
class MainIT {
  @TempDir private Path folder;

  private int port;

  @BeforeEach
  void findPort() throws Exception {
    port = FreePort.withReplicationPorts();
  }

  @Test
  void keepsDataInTheCallersFolderAndEndsWithShutdown() throws Exception {
    try (ChildProcess node = run()) {
      try (Jedis client = node.connect(port)) {
        client.set("key", "value");
        client.shutdown();
      }
      assertThat(node.awaitExit()).as(node.output()).isZero();
    }
    assertThat(folder.resolve("db/db0")).isDirectory();
    assertThat(folder.resolve("log/log_db0")).isDirectory();
    try (ChildProcess node = run();
        Jedis client = node.connect(port)) {
      assertThat(client.get("key")).isEqualTo("value");
    }
  }

  @Test
  void saysWhatItIsWhenItRuns() throws Exception {
    try (ChildProcess node = run("--slaveof", "127.0.0.1:1", "--databases", "2")) {
      node.awaitOutput("following 127.0.0.1:1");
      assertThat(node.output())
          .contains("clients: port " + port + " on 127.0.0.1; data ./db, binlog ./log; 2 DBs");
    }
  }

  @Test
  void tellsOfItselfInInfo() throws Exception {
    try (ChildProcess node = run();
        Jedis client = node.connect(port)) {
      client.set("key", "value");

      assertThat(client.info())
          .contains("tcp_port:" + port)
          .contains("role:master")
          .contains("connected_clients:1")
          .containsPattern("run_id:[0-9a-f]{40}")
          .containsPattern("used_memory_rss:[1-9]")
          .containsPattern("used_cpu_user:[0-9]+\\.");
      Awaitility.await()
          .atMost(Duration.ofSeconds(30))
          .untilAsserted(
              () ->
                  assertThat(client.info("everything"))
                      .contains("db0:keys=1,")
                      .contains("instance2_db0_estimate_num_keys:")
                      .containsPattern("log_size:[1-9]")
                      .contains("cmdstat_set:calls=1,"));
    }
  }

  /** Pika's way to count keys by type, which its exporter asks for once a day. */
  @Test
  void countsKeysByTypeWhenItIsAskedTo() throws Exception {
    try (ChildProcess node = run("--databases", "2");
        Jedis client = node.connect(port)) {
      client.set("key", "value");
      client.set("expires", "value");
      client.expire("expires", 1_000);
      client.select(1);
      client.rpush("list", "element");
      assertThat(client.info("keyspace")).doesNotContain("Strings_keys");

      client.sendCommand(Protocol.Command.INFO, "keyspace", "1");

      Awaitility.await()
          .atMost(Duration.ofSeconds(30))
          .untilAsserted(
              () ->
                  assertThat(client.info("keyspace"))
                      .contains("db0 Strings_keys=2, expires=1, invalid_keys=0\r\n")
                      .contains("db0 Lists_keys=0, expires=0, invalid_keys=0\r\n")
                      .contains("db1 Lists_keys=1, expires=0, invalid_keys=0\r\n")
                      .containsPattern("# Time:\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d\r\n")
                      .containsPattern("# Duration: \\d+s\r\n"));
      client.get("nothing");
      client.lrange("list", 0, -1);
      assertThat(client.info("stats"))
          .contains("keyspace_hits:1\r\n", "keyspace_misses:1\r\n", "is_scaning_keyspace:No\r\n");
    }
  }

  @Test
  void closesItsDataOnSigterm() throws Exception {
    try (ChildProcess node = run()) {
      try (Jedis client = node.connect(port)) {
        client.set("key", "value");
      }
      node.terminate();
      assertThat(node.awaitExit()).isEqualTo(128 + 15);
      assertThat(node.output()).contains("stopping").contains("db=db0 closed");
    }
  }

  /** RocksDB's native part is 15 MB: where each kill left one, a disk would fill. */
  @Test
  void aKilledProcessLeavesNothingInTheTemporaryFolder() throws Exception {
    Path temporary = Files.createDirectory(folder.resolve("tmp"));
    for (int kill = 0; kill < 2; kill++) {
      try (ChildProcess node =
          ChildProcess.oursWith(
              folder, List.of("-Djava.io.tmpdir=" + temporary), "run", "--port", "" + port)) {
        node.awaitOutput("listening");
      }
    }
    assertThat(temporary).isEmptyDirectory();
    assertThat(folder.resolve("db/native").toFile().list()).hasSize(1);
  }

  @Test
  void aPortInUseIsOneClearLine() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        ChildProcess node =
            ChildProcess.ours(
                folder,
                "run",
                "--port",
                "" + taken.getLocalPort(),
                "--repl-port-shift",
                "1",
                "--rsync-port-shift",
                "2")) {
      assertThat(node.awaitExit()).isEqualTo(ExitCode.FAILED);
      assertThat(lastLine(node))
          .startsWith("pika-replica: cannot listen on 127.0.0.1:" + taken.getLocalPort() + " (")
          .endsWith("is another process using it, and is 'bind' an address of this machine?");
    }
  }

  @Test
  void aFolderOfARunningProcessIsLeftAlone() throws Exception {
    try (ChildProcess first = run()) {
      first.awaitOutput("listening");
      try (ChildProcess second = run()) {
        assertThat(second.awaitExit()).isEqualTo(ExitCode.FAILED);
        assertThat(second.output())
            .isEqualToIgnoringNewLines(
                "pika-replica: ./db is in use by another process ("
                    + first.pid()
                    + "); stop it, or give this node its own db-path");
      }
    }
  }

  @Test
  void aFolderOfAnotherPortIsLeftAlone() throws Exception {
    try (ChildProcess first = run()) {
      first.awaitOutput("listening");
    }
    int other = FreePort.withReplicationPorts();
    try (ChildProcess second = ChildProcess.ours(folder, "run", "--port", "" + other)) {
      assertThat(second.awaitExit()).isEqualTo(ExitCode.BAD_SETTINGS);
      assertThat(second.output())
          .isEqualToIgnoringNewLines(
              "pika-replica: ./db belongs to the node on port "
                  + port
                  + ", this one has port "
                  + other
                  + "; give this node its own db-path, or, if that node moved here, delete"
                  + " ./db/pika-replica.lock");
    }
  }

  @Test
  void dataOfAnotherLayoutIsLeftAlone() throws Exception {
    try (ChildProcess first = run()) {
      first.awaitOutput("listening");
    }
    try (ChildProcess second = run("--db-instance-num", "2")) {
      assertThat(second.awaitExit()).isEqualTo(ExitCode.FAILED);
      assertThat(lastLine(second)).startsWith("pika-replica: ").contains("db-instance-num 3");
    }
  }

  @Test
  void everyWrongSettingIsListedAndNothingIsTouched() throws Exception {
    Path file = Files.writeString(folder.resolve("pika.conf"), "port : x\ndatabases : 9\n");
    try (ChildProcess node =
        ChildProcess.ours(folder, "run", "-c", "pika.conf", "--fsync", "never")) {
      assertThat(node.awaitExit()).isEqualTo(ExitCode.BAD_SETTINGS);
      assertThat(node.output())
          .isEqualToIgnoringNewLines(
              """
              pika-replica: 3 settings are wrong
              pika-replica:   pika.conf:1: port 'x' must be a number from 1 to 65535
              pika-replica:   pika.conf:2: databases '9' must be a number from 1 to 8
              pika-replica:   --fsync: fsync 'never' must be no, everysec or always
              """);
    }
    assertThat(file).exists();
    assertThat(folder.resolve("db")).doesNotExist();
  }

  @Test
  void aMasterOnTheNodesOwnPortIsRefused() throws Exception {
    try (ChildProcess node = run("--slaveof", "127.0.0.1:" + port)) {
      assertThat(node.awaitExit()).isEqualTo(ExitCode.BAD_SETTINGS);
      assertThat(node.output()).contains("--slaveof: slaveof names this node itself");
    }
  }

  @Test
  void aRewrittenFileBringsTheNodeBackAsItWas() throws Exception {
    Path file =
        Files.writeString(
            folder.resolve("pika.conf"),
            "# mine\nport : " + port + "\nslaveof : 127.0.0.1:1\ndefault-slot-num : 1024\n");
    try (ChildProcess node = ChildProcess.ours(folder, "run", "-c", "pika.conf")) {
      try (Jedis client = node.connect(port)) {
        assertThat(client.configGet("slaveof")).isEqualTo(Map.of("slaveof", "127.0.0.1:1"));
        client.sendCommand(() -> "SLAVEOF".getBytes(UTF_8), "NO", "ONE", "FORCE");
        client.configSet("replica-priority", "5");
        assertThat(client.configRewrite()).isEqualTo("OK");
      }
    }
    assertThat(file)
        .hasContent(
            "# mine\nport : "
                + port
                + "\nslaveof : \ndefault-slot-num : 1024\n\n# Added by CONFIG REWRITE\n"
                + "slave-priority : 5\n");
    try (ChildProcess node = ChildProcess.ours(folder, "run", "-c", "pika.conf");
        Jedis client = node.connect(port)) {
      assertThat(client.info("replication")).contains("role:master");
      assertThat(client.configGet("slave-priority")).isEqualTo(Map.of("slave-priority", "5"));
    }
  }

  private ChildProcess run(String... more) throws Exception {
    String[] args = new String[3 + more.length];
    args[0] = "run";
    args[1] = "--port";
    args[2] = Integer.toString(port);
    System.arraycopy(more, 0, args, 3, more.length);
    return ChildProcess.ours(folder, args);
  }

  private static String lastLine(ChildProcess node) {
    return node.output().lines().reduce("", (before, line) -> line);
  }
}
