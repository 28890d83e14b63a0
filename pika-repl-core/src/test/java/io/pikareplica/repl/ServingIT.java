package io.pikareplica.repl;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.pikareplica.binlog.BinlogOffset;
import io.pikareplica.repl.master.MasterConfig;
import io.pikareplica.storage.Args;
import io.pikareplica.storage.Command;
import io.pikareplica.storage.CommandTable;
import io.pikareplica.storage.DbView;
import io.pikareplica.storage.Reply;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nodes of ours that follow one another over real sockets. */
class ServingIT {
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final int REPL_SHIFT = 2000;
  private static final int RSYNC_SHIFT = 10_001;

  @TempDir Path temp;

  private final Deque<ReplicaNode> nodes = new ArrayDeque<>();

  @AfterEach
  void closeAll() {
    nodes.forEach(ReplicaNode::close);
  }

  @Test
  void aReplicaFetchesASnapshotAndThenFollows() throws Exception {
    int port = freePort();
    ReplicaNode master = start("master", port, Optional.empty());
    fill(master, 0, 2_000);

    ReplicaNode replica = start("replica", freePort(), at(port));
    awaitSame(master, replica);
    assertThat(get(replica, "key-1999")).isEqualTo("value-1999");
    fill(master, 2_000, 3_000);
    awaitSame(master, replica);

    assertThat(get(replica, "key-2999")).isEqualTo("value-2999");
    assertThat(count(replica)).isEqualTo(count(master)).isEqualTo("3001");
    ReplicationStatus status = master.status();
    assertThat(status.replicationId()).matches("[0-9a-f]{50}");
    assertThat(replica.status().replicationId()).isEqualTo(status.replicationId());
    await()
        .atMost(SOON)
        .untilAsserted(
            () ->
                assertThat(master.status().replicas())
                    .singleElement()
                    .satisfies(
                        each -> {
                          assertThat(each.state()).isEqualTo("online");
                          assertThat(each.acked()).isEqualTo(received(master));
                        }));
  }

  @Test
  void aReplicaGoesOnFromAPromotedOneWithoutAFullSync() throws Exception {
    int portA = freePort();
    int portB = freePort();
    ReplicaNode a = start("a", portA, Optional.empty());
    fill(a, 0, 500);
    ReplicaNode b = start("b", portB, at(portA));
    awaitSame(a, b);
    ReplicaNode c = start("c", freePort(), at(portA));
    fill(a, 500, 600);
    awaitSame(a, b);
    awaitSame(a, c);
    BinlogOffset before = c.status().dbs().get(0).firstRetained();

    a.close();
    nodes.remove(a);
    b.slaveOfNoOne().toCompletableFuture().get(60, TimeUnit.SECONDS);
    c.slaveOf(at(portB).orElseThrow(), false).toCompletableFuture().get(60, TimeUnit.SECONDS);
    fill(b, 600, 700);
    awaitSame(b, c);

    assertThat(get(c, "key-699")).isEqualTo("value-699");
    assertThat(count(c)).isEqualTo("701");
    assertThat(c.status().dbs().get(0).firstRetained()).isEqualTo(before);
  }

  /** What the promoted one has in front of that is filler: nothing that could be compared. */
  @Test
  void aReplicaGoesOnFromAPromotedOneThatCameThroughAFullSync() throws Exception {
    int portA = freePort();
    int portB = freePort();
    ReplicaNode a = start("a", portA, Optional.empty());
    ReplicaNode c = start("c", freePort(), at(portA));
    awaitSame(a, c);
    fill(a, 0, 100);
    ReplicaNode b = start("b", portB, at(portA));
    awaitSame(a, b);
    awaitSame(a, c);
    b.slaveOf(at(portA).orElseThrow(), true).toCompletableFuture().get(60, TimeUnit.SECONDS);
    await().atMost(SOON).until(() -> b.status().isEligible());
    awaitSame(a, b);
    BinlogOffset before = c.status().dbs().get(0).firstRetained();

    a.close();
    nodes.remove(a);
    b.slaveOfNoOne().toCompletableFuture().get(60, TimeUnit.SECONDS);
    c.slaveOf(at(portB).orElseThrow(), false).toCompletableFuture().get(60, TimeUnit.SECONDS);
    fill(b, 100, 200);
    awaitSame(b, c);

    assertThat(count(c)).isEqualTo("201");
    assertThat(c.status().dbs().get(0).firstRetained()).isEqualTo(before);
  }

  @Test
  void aReplicaServesAnotherOne() throws Exception {
    int portA = freePort();
    int portB = freePort();
    ReplicaNode a = start("a", portA, Optional.empty());
    fill(a, 0, 300);
    ReplicaNode b = start("b", portB, at(portA));
    awaitSame(a, b);
    ReplicaNode c = start("c", freePort(), at(portB));
    awaitSame(a, c);
    fill(a, 300, 400);
    awaitSame(a, c);
    assertThat(get(c, "key-399")).isEqualTo("value-399");
    assertThat(count(c)).isEqualTo("401");
  }

  /** W-6. */
  @Test
  void aReplicaOfAReplicaComesThroughAFullSyncOfThatOne() throws Exception {
    int portA = freePort();
    int portB = freePort();
    ReplicaNode a = start("a", portA, Optional.empty());
    fill(a, 0, 300);
    ReplicaNode b = start("b", portB, at(portA));
    awaitSame(a, b);
    ReplicaNode c = start("c", freePort(), at(portB));
    awaitSame(a, c);

    b.slaveOf(at(portA).orElseThrow(), true).toCompletableFuture().get(60, TimeUnit.SECONDS);
    fill(a, 300, 400);
    awaitSame(a, b);
    fill(a, 400, 500);
    awaitSame(a, c);

    assertThat(get(c, "key-499")).isEqualTo("value-499");
    assertThat(count(c)).isEqualTo("501");
  }

  /** Sentinel promotes by an INFO that is up to 5 s old. */
  @Test
  void oldDataStaysUntilEverySentinelKnowsThatThisNodeMustNotBePromoted() throws Exception {
    int portA = freePort();
    ReplicaNode a = start("a", portA, Optional.empty());
    fill(a, 0, 300);
    ReplicaNode b = start("b", freePort(), at(portA));
    awaitSame(a, b);

    long startNanos = System.nanoTime();
    b.slaveOf(at(portA).orElseThrow(), true).toCompletableFuture().get(60, TimeUnit.SECONDS);
    await().atMost(SOON).until(() -> !b.status().isEligible());
    await().atMost(SOON).until(() -> b.status().isEligible());

    assertThat(Duration.ofNanos(System.nanoTime() - startNanos))
        .isGreaterThanOrEqualTo(Duration.ofSeconds(6));
    awaitSame(a, b);
    assertThat(count(b)).isEqualTo("301");
  }

  @Test
  void aNodeThatFollowsAnotherMasterTakesItsReplicasAlong() throws Exception {
    int portA = freePort();
    int portB = freePort();
    ReplicaNode a = start("a", portA, Optional.empty());
    fill(a, 0, 50);
    ReplicaNode b = start("b", portB, Optional.empty());
    fill(b, 0, 200);
    ReplicaNode c = start("c", freePort(), at(portB));
    awaitSame(b, c);

    b.slaveOf(at(portA).orElseThrow(), false).toCompletableFuture().get(60, TimeUnit.SECONDS);
    await()
        .atMost(SOON)
        .untilAsserted(() -> assertThat(c.status().master().orElseThrow().isUp()).isFalse());
    awaitSame(a, b);
    awaitSame(a, c);
    fill(a, 50, 60);
    awaitSame(a, c);

    assertThat(c.status().replicationId()).isEqualTo(a.status().replicationId());
    assertThat(count(c)).isEqualTo("61");
    assertThat(read(c, "exists", "key-199")).isEqualTo(new Reply.Int(0));
  }

  private ReplicaNode start(String name, int port, Optional<HostPort> master) throws Exception {
    Path folder = temp.resolve(name);
    ReplConfig config =
        new ReplConfig(
            port,
            REPL_SHIFT,
            RSYNC_SHIFT,
            1,
            DbFixture.OPTIONS,
            folder.resolve("db"),
            folder.resolve("log"),
            folder.resolve("dbsync"),
            100 << 20,
            ReplConfig.Fsync.NO,
            64 << 20,
            8 << 20,
            4,
            master,
            ReplSettings.DEFAULT);
    ReplicaNode node = ReplicaNode.start(config);
    nodes.push(node); // replicas go before their masters
    node.serve(
        MasterConfig.of(List.of("127.0.0.1"), "127.0.0.1", port, 3, folder.resolve("db/snapshots")),
        "1".repeat(40),
        () -> new byte[0]);
    return node;
  }

  private static Optional<HostPort> at(int port) {
    return Optional.of(new HostPort("127.0.0.1", port));
  }

  private static void fill(ReplicaNode node, int from, int to) throws Exception {
    for (int i = from; i < to; i++) {
      execute(node, "set", "key-" + i, "value-" + i);
      execute(node, "rpush", "list", "element-" + i);
    }
  }

  private static Reply execute(ReplicaNode node, String... words) throws Exception {
    Args args = Args.of(words);
    Replication.Call call =
        new Replication.Call(CommandTable.instance().find(args).orElseThrow(), args);
    Reply reply =
        node.execute(0, List.of(call)).toCompletableFuture().get(60, TimeUnit.SECONDS).get(0);
    assertThat(reply.kind()).as("%s %s", args.name(), reply).isNotEqualTo(Reply.Kind.FAILURE);
    return reply;
  }

  private static String get(ReplicaNode node, String key) throws Exception {
    return new String(((Reply.Bulk) read(node, "get", key)).bytes(), ISO_8859_1);
  }

  /** Keys and elements of the list, which tell if anything was applied twice. */
  private static String count(ReplicaNode node) throws Exception {
    long elements = ((Reply.Int) read(node, "llen", "list")).value();
    long keys = 0;
    for (long i = 0; i < elements; i++) {
      keys += read(node, "get", "key-" + i).kind() == Reply.Kind.BULK ? 1 : 0;
    }
    return String.valueOf(keys == elements ? elements + 1 : -1);
  }

  private static Reply read(ReplicaNode node, String... words) throws Exception {
    Args args = Args.of(words);
    Command.Read command = (Command.Read) CommandTable.instance().find(args).orElseThrow();
    try (DbView view = node.view(0)) {
      return command.reader().read(view, args);
    }
  }

  private static List<BinlogOffset> received(ReplicaNode node) {
    return node.status().dbs().stream().map(ReplicationStatus.Db::received).toList();
  }

  private static void awaitSame(ReplicaNode master, ReplicaNode replica) {
    await()
        .atMost(SOON)
        .untilAsserted(
            () -> {
              assertThat(replica.status().master().orElseThrow().isUp())
                  .as("%s", replica.status())
                  .isTrue();
              assertThat(replica.status().dbs().get(0).applied())
                  .isEqualTo(received(master).get(0));
            });
  }

  /** A port with its two companions free; what runs in parallel may still take them. */
  private static int freePort() throws IOException {
    for (int i = 0; i < 100; i++) {
      int port;
      try (ServerSocket socket = new ServerSocket(0)) {
        port = 20_000 + socket.getLocalPort() % 20_000;
      }
      if (isFree(port) && isFree(port + REPL_SHIFT) && isFree(port + RSYNC_SHIFT)) {
        return port;
      }
    }
    throw new IOException("no free ports");
  }

  private static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket(port)) {
      return socket.isBound();
    } catch (IOException e) {
      return false;
    }
  }
}
