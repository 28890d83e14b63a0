package io.pikareplica.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pikareplica.server.conf.PikaConf;
import io.pikareplica.server.live.Polling;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisDataException;

/** Two nodes whose histories part, and what an operator says about it over a socket. */
class DivergenceIT {
  @TempDir private Path folder;
  private int masterPort;
  private int replicaPort;
  private Node master;
  private Node replica;
  private Jedis toMaster;
  private Jedis toReplica;

  @BeforeEach
  void follow() throws Exception {
    masterPort = FreePort.withReplicationPorts();
    master = start("master", masterPort);
    replicaPort = FreePort.withReplicationPorts();
    replica = start("replica", replicaPort);
    toMaster = new Jedis("127.0.0.1", masterPort);
    toReplica = new Jedis("127.0.0.1", replicaPort);
    toMaster.set("common", "1");
    followAgain();
    Polling.untilCaughtUp(masterPort, replicaPort);
  }

  @AfterEach
  void stop() {
    toMaster.close();
    toReplica.close();
    replica.close();
    master.close();
  }

  private Node start(String name, int port) throws Exception {
    return Node.start(
        PikaConf.load(
            Optional.empty(),
            List.of(
                new PikaConf.Option("port", Integer.toString(port)),
                new PikaConf.Option("db-path", folder.resolve(name + "/db").toString()),
                new PikaConf.Option("log-path", folder.resolve(name + "/log").toString()),
                new PikaConf.Option("db-sync-path", folder.resolve(name + "/sync").toString()))));
  }

  private void followAgain() {
    assertThat(toReplica.replicaof("127.0.0.1", masterPort)).startsWith("OK");
  }

  private Object send(String... words) {
    byte[] name = words[0].getBytes(UTF_8);
    Object reply =
        toReplica.sendCommand(() -> name, Stream.of(words).skip(1).toArray(String[]::new));
    return reply instanceof byte[] bytes ? new String(bytes, UTF_8) : reply;
  }

  /** The replica is promoted and writes more than the master does meanwhile. */
  private void part(String own) {
    assertThat(toReplica.replicaofNoOne()).isEqualTo("OK");
    for (int i = 0; i < 20; i++) {
      toReplica.set(own + i, "of the replica");
    }
    toMaster.set("theirs", own);
  }

  private Map<String, String> info() {
    return Polling.info(replicaPort, "replication");
  }

  private void awaitState(String state) {
    Polling.until(
        "db0 is " + state, () -> toReplica.info("replication").contains("\r\ndb0:" + state));
  }

  private List<Path> kept() throws IOException {
    Path root = folder.resolve("replica/db/diverged");
    if (!Files.exists(root)) {
      return List.of();
    }
    try (Stream<Path> folders = Files.list(root)) {
      return folders.toList();
    }
  }

  private Object dataFolder() throws IOException {
    return Files.readAttributes(folder.resolve("replica/db/db0"), BasicFileAttributes.class)
        .fileKey();
  }

  @Test
  void takesTheMastersDataAndKeepsItsOwnAside() throws Exception {
    part("first");
    followAgain();
    Polling.untilCaughtUp(masterPort, replicaPort);
    assertThat(toReplica.get("theirs")).isEqualTo("first");
    assertThat(toReplica.get("first0")).isNull();
    String told = info().get("db_last_divergence_db0");
    assertThat(told)
        .contains(",action=replaced,", ",reason=our binlog is longer than the master's")
        .contains(",kept=" + kept().get(0).toAbsolutePath() + ",")
        .contains(",master=127.0.0.1:" + masterPort + ",");
    assertThat(kept()).hasSize(1);
    assertThat(kept().get(0).resolve("data/0/CURRENT")).exists();
    assertThat(kept().get(0).resolve("binlog/manifest")).exists();
    assertThat(kept().get(0).resolve("divergence")).content().contains("received=");

    toReplica.close();
    replica.close();
    replica = start("replica", replicaPort);
    toReplica = new Jedis("127.0.0.1", replicaPort);
    assertThat(info()).containsEntry("db_last_divergence_db0", told);

    followAgain();
    Polling.untilCaughtUp(masterPort, replicaPort);
    part("second");
    followAgain();
    Polling.untilCaughtUp(masterPort, replicaPort);
    assertThat(toReplica.get("theirs")).isEqualTo("second");
    assertThat(kept()).hasSize(1);
    assertThat(info().get("db_last_divergence_db0"))
        .contains(",kept=" + kept().get(0).toAbsolutePath() + ",")
        .isNotEqualTo(told);
  }

  @Test
  void stopsWhereThatIsSetAndGoesOnWhenForced() throws Exception {
    assertThat(toReplica.configSet("on-divergence", "stop")).isEqualTo("OK");
    assertThat(toReplica.configSet("divergence-keep", "0")).isEqualTo("OK");
    part("own");
    followAgain();
    awaitState("error");
    assertThat(info())
        .containsEntry("db_repl_error_db0", "diverged: our binlog is longer than the master's")
        .containsEntry("is_eligible_for_master_election", "false")
        .containsEntry("slave_priority", "0");
    assertThat(info().get("db_last_divergence_db0")).contains(",action=stopped,kept=none,");
    assertThat(toReplica.get("own19")).isEqualTo("of the replica");

    assertThat(send("DBSLAVEOF", "db0", "force")).isEqualTo("OK");
    Polling.untilCaughtUp(masterPort, replicaPort);
    assertThat(toReplica.get("own19")).isNull();
    assertThat(toReplica.get("theirs")).isEqualTo("own");
    assertThat(info().get("db_last_divergence_db0")).contains(",action=replaced,kept=none,");
    assertThat(kept()).isEmpty();
  }

  @Test
  void takesTheWholeOfItAgainWhenSlaveOfForceSaysSo() throws Exception {
    Object before = dataFolder();
    assertThat(send("SLAVEOF", "127.0.0.1", "" + masterPort)).asString().startsWith("OK Already");
    assertThat(dataFolder()).isEqualTo(before);
    assertThat(send("SLAVEOF", "127.0.0.1", "" + masterPort, "force")).isEqualTo("OK");
    Polling.until("the data is another", () -> !dataFolder().equals(before));
    toMaster.set("after", "1");
    Polling.untilCaughtUp(masterPort, replicaPort);
    assertThat(toReplica.get("after")).isEqualTo("1");
    assertThat(kept()).isEmpty();
    assertThat(info()).doesNotContainKey("db_last_divergence_db0");
  }

  @Test
  void leavesAndJoinsAMasterDbByDb() throws Exception {
    Object before = dataFolder();
    assertThat(send("DBSLAVEOF", "db0", "no", "one")).isEqualTo("OK");
    awaitState("no_connect");
    toMaster.set("meanwhile", "1");
    assertThat(send("DBSLAVEOF", "db0")).isEqualTo("OK");
    Polling.untilCaughtUp(masterPort, replicaPort);
    assertThat(toReplica.get("meanwhile")).isEqualTo("1");

    assertThat(send("DBSLAVEOF", "db0", "no", "one")).isEqualTo("OK");
    awaitState("no_connect");
    toMaster.set("left out", "1");
    String[] end =
        Polling.info(masterPort, "replication").get("db0").split("binlog_offset=|[ ,]", 4);
    assertThat(send("DBSLAVEOF", "db0", end[1], end[2])).isEqualTo("OK");
    toMaster.set("behind it", "1");
    Polling.untilCaughtUp(masterPort, replicaPort);
    assertThat(toReplica.get("left out")).isNull();
    assertThat(toReplica.get("behind it")).isEqualTo("1");
    assertThat(dataFolder()).isEqualTo(before);

    toReplica.replicaofNoOne();
    assertThatThrownBy(() -> send("DBSLAVEOF", "db0"))
        .isInstanceOf(JedisDataException.class)
        .hasMessage("ERR Not currently a slave");
  }
}
