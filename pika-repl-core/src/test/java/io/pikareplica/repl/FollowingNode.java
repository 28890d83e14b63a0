package io.pikareplica.repl;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.awaitility.Awaitility.await;

import io.pikareplica.binlog.BinlogOffset;
import io.pikareplica.repl.Replication.Call;
import io.pikareplica.storage.Args;
import io.pikareplica.storage.Command;
import io.pikareplica.storage.CommandTable;
import io.pikareplica.storage.DbOptions;
import io.pikareplica.storage.DbView;
import io.pikareplica.storage.Reply;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/**
 * A node that follows a {@link TestMaster} on real sockets, for the tests that inherit it. The
 * first full sync is taken as done.
 */
abstract class FollowingNode {
  static final ReplicaPolicy FAST =
      new ReplicaPolicy(
          500, 1_000, 1_000, 1_500, 20, 200, 300, 200, 5, ReplicaPolicy.OnDivergence.FULL_SYNC);

  @TempDir Path folder;
  TestMaster master;
  ReplicaPolicy.OnDivergence onDivergence = ReplicaPolicy.OnDivergence.FULL_SYNC;
  ReplicaNode node;

  @BeforeEach
  void prepare() throws Exception {
    master = new TestMaster();
    ReplicationStore.open(folder.resolve("db")).adoptLineage(TestMaster.HISTORY);
  }

  @AfterEach
  void end() throws Exception {
    if (node != null) {
      node.close();
    }
    master.close();
  }

  ReplConfig config(Optional<HostPort> whom) {
    return new ReplConfig(
        9_221,
        master.sockets().replPortShift(),
        master.sockets().rsyncPortShift(),
        1,
        DbOptions.DEFAULT,
        folder.resolve("db"),
        folder.resolve("log"),
        folder.resolve("dbsync"),
        1 << 20,
        ReplConfig.Fsync.NO,
        1 << 20,
        1 << 20,
        4,
        whom,
        settings(""));
  }

  /** Half as patient as {@link #FAST} is with silence: that is what counts. */
  ReplSettings settings(String password) {
    return settings(password, ReplSettings.LinkDownClock.CONNECTION);
  }

  ReplSettings settings(String password, ReplSettings.LinkDownClock clock) {
    ReplSettings d = ReplSettings.DEFAULT;
    return new ReplSettings(
        password,
        d.announceHost(),
        d.announcePort(),
        d.priority(),
        d.announced(),
        1_500,
        d.throttleBytesPerSecond(),
        d.rsyncTimeoutMs(),
        d.expireLogsNums(),
        d.expireLogsDays(),
        onDivergence,
        d.divergenceKeep(),
        d.pingReplicaMs(),
        clock,
        d.offsetOrder());
  }

  void start() throws Exception {
    node = ReplicaNode.start(config(Optional.of(master.sockets().address())), FAST);
  }

  void awaitUp() {
    await().atMost(Duration.ofSeconds(20)).until(() -> link().isUp());
  }

  void awaitLog(String entry) {
    await().atMost(Duration.ofSeconds(20)).until(() -> master.log().contains(entry));
  }

  void awaitApplied(BinlogOffset end) {
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> node.status().dbs().get(0).applied().equals(end));
  }

  ReplicationStatus.Master link() {
    return node.status().master().orElseThrow();
  }

  ReplicationStatus.Db db() {
    return node.status().dbs().get(0);
  }

  ReplicationStore.Content store() throws Exception {
    return ReplicationStore.open(folder.resolve("db")).content();
  }

  String get(String key) throws Exception {
    Command.Read get = (Command.Read) CommandTable.instance().find("get").orElseThrow();
    try (DbView view = node.view(0)) {
      Reply value = get.reader().read(view, Args.of("get", key));
      return value instanceof Reply.Bulk bulk ? new String(bulk.bytes(), US_ASCII) : "";
    }
  }

  Reply set(String key, String value) throws Exception {
    Command set = CommandTable.instance().find("set").orElseThrow();
    return node.execute(0, List.of(new Call(set, Args.of("set", key, value))))
        .toCompletableFuture()
        .get(10, TimeUnit.SECONDS)
        .get(0);
  }

  /** Waits until it does. */
  void slaveOf(HostPort whom) throws Exception {
    node.slaveOf(whom, false).toCompletableFuture().get(10, TimeUnit.SECONDS);
  }

  /** Waits until it is a master. */
  void slaveOfNoOne() throws Exception {
    node.slaveOfNoOne().toCompletableFuture().get(10, TimeUnit.SECONDS);
  }

  /** An address at which nobody listens. */
  static HostPort nobody() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return new HostPort("127.0.0.1", socket.getLocalPort());
    }
  }
}
