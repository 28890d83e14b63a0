package io.pikareplica.repl.master;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.pikareplica.binlog.BinlogOffset;
import io.pikareplica.proto.InnerMessage;
import io.pikareplica.proto.InnerMessage.InnerRequest;
import io.pikareplica.proto.InnerMessage.InnerResponse;
import io.pikareplica.proto.InnerMessage.InnerResponse.TrySync.ReplyCode;
import io.pikareplica.proto.InnerMessage.StatusCode;
import io.pikareplica.repl.HostPort;
import io.pikareplica.repl.ReplicationStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The replication port over real sockets, with replicas that follow a script. */
class MasterServiceIT {
  private static final String RUN_ID = "1234567890123456789012345678901234567890";
  private static final String REPLICATION_ID = "12345678901234567890123456789012345678901234567890";

  @TempDir Path temp;

  private final List<AutoCloseable> open = new ArrayList<>();
  private volatile String password = "";
  private volatile Optional<String> replicationId = Optional.of(REPLICATION_ID);
  private TestMasterDb db0;
  private TestMasterDb db1;
  private MasterService service;

  @BeforeEach
  void start() throws IOException {
    db0 = new TestMasterDb("db0", temp.resolve("log_db0"), 4096);
    db1 = new TestMasterDb("db1", temp.resolve("log_db1"), 4096);
    service = start(9000, 200, 20_000);
  }

  private MasterService start(int windowItems, long pingMs, long timeoutMs) throws IOException {
    MasterConfig config =
        new MasterConfig(
            List.of("127.0.0.1"),
            "127.0.0.1",
            9221,
            0,
            0,
            3,
            temp.resolve("dump"),
            windowItems,
            1 << 30,
            pingMs,
            timeoutMs,
            60_000,
            60_000);
    MasterIdentity identity =
        new MasterIdentity() {
          @Override
          public String runId() {
            return RUN_ID;
          }

          @Override
          public Optional<String> replicationId() {
            return replicationId;
          }

          @Override
          public byte[] requirePass() {
            return password.getBytes(UTF_8);
          }
        };
    return MasterService.start(config, identity, List.of(db0, db1));
  }

  @AfterEach
  void stop() throws Exception {
    for (AutoCloseable each : open) {
      each.close();
    }
    service.close();
    db0.close();
    db1.close();
  }

  @Test
  void answersMetaSyncWithWhatThereIs() throws IOException {
    InnerResponse reply = connect(1000).metaSync("");

    assertThat(reply).isEqualTo(Replies.metaSync(RUN_ID, REPLICATION_ID, List.of("db0", "db1"), 3));
    assertThat(service.replicas())
        .extracting(ReplicationStatus.Replica::address)
        .containsExactly(new HostPort("127.0.0.1", 1000));
  }

  @Test
  void refusesAWrongPasswordAndTakesTheRightOne() throws IOException {
    password = "secret";
    TestReplica replica = connect(1000);
    assertThat(replica.metaSync("")).isEqualTo(Replies.wrongAuth());
    assertThat(replica.metaSync("Secret")).isEqualTo(Replies.wrongAuth());
    assertThat(service.replicas()).isEmpty();
    assertThat(replica.metaSync("secret").getCode()).isEqualTo(StatusCode.kOk);
  }

  @Test
  void putsAReplicaOffWhileTheHistoryIsUnknown() throws IOException {
    replicationId = Optional.empty();
    TestReplica replica = connect(1000);
    assertThat(replica.metaSync("").getCode()).isEqualTo(StatusCode.kOther);
    replicationId = Optional.of(REPLICATION_ID);
    assertThat(replica.metaSync("").getCode()).isEqualTo(StatusCode.kOk);
  }

  /** W-26. */
  @Test
  void aReplicaThatComesBackReplacesItsOldConnection() throws IOException {
    TestReplica first = registered(1000);
    first.begin("db0", BinlogOffset.ZERO);
    TestReplica second = registered(1000);
    first.awaitClosed();
    db0.write("set", "k", "v");
    second.begin("db0", BinlogOffset.ZERO);
    assertThat(second.receiveItems().getBinlogSyncCount()).isEqualTo(1);
    assertThat(service.replicas()).hasSize(1);
  }

  @Test
  void aConnectionIsKnownByTheLastNameThatItGave() throws IOException {
    TestReplica replica = registered(1000);
    replica.begin("db0", BinlogOffset.ZERO);
    replica.metaSyncAs(1001);
    assertThat(service.replicas())
        .extracting(ReplicationStatus.Replica::address)
        .containsExactly(new HostPort("127.0.0.1", 1001));
    assertThat(service.floor("db0")).isEmpty();
    replica.close();
    await().until(() -> service.replicas().isEmpty());
  }

  /** W-20. */
  @Test
  void closesAConnectionThatDidNotRegister() throws IOException {
    TestReplica replica = connect(1000);
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> replica.trySync("db0", BinlogOffset.ZERO));
  }

  @Test
  void answersTrySyncAsTheOffsetDeserves() throws IOException {
    BinlogOffset first = db0.write("set", "k", "v".repeat(3000));
    db0.write("set", "k", "v".repeat(3000));
    db0.write("set", "k", "v");
    TestReplica replica = registered(1000);

    assertThat(replyCode(replica, BinlogOffset.ZERO)).isEqualTo(ReplyCode.kOk);
    assertThat(replyCode(replica, first)).isEqualTo(ReplyCode.kOk);
    assertThat(replyCode(replica, new BinlogOffset(1, 0))).isEqualTo(ReplyCode.kOk);
    assertThat(replyCode(replica, db0.received())).isEqualTo(ReplyCode.kOk);
    assertThat(replyCode(replica, new BinlogOffset(0, 100))).isEqualTo(ReplyCode.kError);
    assertThat(replyCode(replica, new BinlogOffset(0, 1_000_000))).isEqualTo(ReplyCode.kError);
    assertThat(replyCode(replica, new BinlogOffset(1, db0.received().offset() + 1)))
        .isEqualTo(ReplyCode.kSyncPointLarger);
    assertThat(replyCode(replica, new BinlogOffset(2, 0))).isEqualTo(ReplyCode.kSyncPointLarger);
    db0.directory().purgeBefore(1);
    assertThat(replyCode(replica, first)).isEqualTo(ReplyCode.kSyncPointBePurged);
    InnerResponse unknown = replica.trySync("db7", BinlogOffset.ZERO);
    assertThat(unknown).isEqualTo(Replies.unknownDbInTrySync("db7"));
  }

  /** W-14. */
  @Test
  void sendsForASnapshotWhereFillerStandsForItems() throws IOException {
    db0.reset(new BinlogOffset(5, 200_000));
    BinlogOffset start = db0.received();
    db0.write("set", "k", "v");
    TestReplica replica = registered(1000);

    assertThat(replyCode(replica, new BinlogOffset(5, 0))).isEqualTo(ReplyCode.kSyncPointBePurged);
    assertThat(replyCode(replica, new BinlogOffset(5, 70))).isEqualTo(ReplyCode.kSyncPointBePurged);
    assertThat(replyCode(replica, new BinlogOffset(5, 65_536)))
        .isEqualTo(ReplyCode.kSyncPointBePurged);
    assertThat(replyCode(replica, start)).isEqualTo(ReplyCode.kOk);
  }

  @Test
  void sendsTheBinlogAsItStandsFromFileToFile() throws IOException {
    for (int i = 0; i < 250; i++) {
      db0.write("rpush", "list", "element-" + i);
    }
    assertThat(db0.received().filenum()).isPositive();
    TestReplica replica = registered(1000);
    int session = replica.begin("db0", BinlogOffset.ZERO);

    List<InnerResponse.BinlogSync> items = new ArrayList<>();
    while (items.size() < 250) {
      InnerResponse frame = replica.receiveItems();
      assertThat(frame.getBinlogSyncCount()).isBetween(1, 100);
      items.addAll(frame.getBinlogSyncList());
      replica.ack("db0", session, first(frame), last(frame), false);
    }

    assertThat(TestReplica.end(items.get(249))).isEqualTo(db0.received());
    assertThat(items.get(9).getBinlog().toStringUtf8()).endsWith("$9\r\nelement-9\r\n");
    assertThat(items.get(9).getBinlogOffset().getIndex()).isEqualTo(10);
    await().until(() -> service.replicas().get(0).acked().get(0).equals(db0.received()));
  }

  @Test
  void sendsWhatIsAppendedLater() throws IOException {
    TestReplica replica = registered(1000);
    int session = replica.begin("db0", BinlogOffset.ZERO);
    for (int i = 0; i < 5; i++) {
      BinlogOffset end = db0.write("set", "k", "v" + i);
      service.appended();
      InnerResponse frame = replica.receiveItems();
      assertThat(last(frame)).isEqualTo(end);
      replica.ack("db0", session, end, end, false);
    }
  }

  @Test
  void servesTwoReplicasAndTwoDbsAtOnce() throws IOException {
    BinlogOffset end0 = db0.write("set", "k", "v");
    BinlogOffset end1 = db1.write("set", "key", "value");
    for (int port : List.of(1000, 1001)) {
      TestReplica replica = registered(port);
      replica.begin("db0", BinlogOffset.ZERO);
      assertThat(last(replica.receiveItems())).isEqualTo(end0);
      replica.begin("db1", BinlogOffset.ZERO);
      InnerResponse frame = replica.receiveItems();
      assertThat(frame.getBinlogSync(0).getSlot().getDbName()).isEqualTo("db1");
      assertThat(last(frame)).isEqualTo(end1);
    }
    assertThat(service.replicas())
        .extracting(ReplicationStatus.Replica::state)
        .containsExactly("online", "online");
  }

  @Test
  void sendsNoMoreThanTheWindowUntilItIsAcknowledged() throws IOException {
    service.close();
    service = start(3, 200, 20_000);
    for (int i = 0; i < 10; i++) {
      db0.write("set", "k", "v" + i);
    }
    TestReplica replica = registered(1000);
    int session = replica.begin("db0", BinlogOffset.ZERO);

    InnerResponse frame = replica.receiveItems();
    assertThat(frame.getBinlogSyncCount()).isEqualTo(3);
    replica.ack("db0", session, first(frame), TestReplica.end(frame.getBinlogSync(1)), false);
    assertThat(replica.receiveItems().getBinlogSyncCount()).isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"never sent", "crossed", "in full sync", "first send of a range"})
  void closesOnAnAcknowledgementThatCannotBe(String lie) throws IOException {
    db0.write("set", "k", "v1");
    db0.write("set", "k", "v2");
    TestReplica replica = registered(1000);
    int session =
        lie.equals("in full sync")
            ? replica.dbSync("db0", BinlogOffset.ZERO).getDbSync().getSessionId()
            : replica.begin("db0", BinlogOffset.ZERO);
    BinlogOffset end = db0.received();
    BinlogOffset before = new BinlogOffset(0, end.offset() - 1);
    switch (lie) {
      case "never sent" -> replica.ack("db0", session, before, end, false);
      case "crossed" -> {
        InnerResponse frame = replica.receiveItems();
        replica.ack("db0", session, end, first(frame), false);
      }
      case "in full sync" -> replica.ack("db0", session, end, end, false);
      default -> replica.ack("db0", session, before, end, true);
    }
    replica.awaitClosed();
    await().until(() -> service.replicas().isEmpty());
  }

  @Test
  void ignoresTheWordsOfAnOldSession() throws IOException {
    BinlogOffset end = db0.write("set", "k", "v");
    TestReplica replica = registered(1000);
    int old = replica.begin("db0", BinlogOffset.ZERO);
    replica.receiveItems();
    int session = replica.begin("db0", BinlogOffset.ZERO);
    assertThat(session).isNotEqualTo(old);
    replica.ack("db0", old, new BinlogOffset(0, 3), new BinlogOffset(0, 3), false);
    replica.ack("db5", old, end, end, false);

    assertThat(last(replica.receiveItems())).isEqualTo(end);
    replica.ack("db0", session, end, end, false);
    await().until(() -> service.replicas().get(0).acked().get(0).equals(end));
  }

  @Test
  void pingsTheIdleAndAlsoWhoFetchesASnapshot() throws IOException {
    TestReplica replica = registered(1000);
    int session = replica.begin("db0", BinlogOffset.ZERO);
    assertThat(replica.receive()).isEqualTo(Replies.ping("db0", session));
    replica.ack("db0", session, BinlogOffset.ZERO, BinlogOffset.ZERO, false);
    assertThat(replica.receive()).isEqualTo(Replies.ping("db0", session));

    int other = replica.dbSync("db1", BinlogOffset.ZERO).getDbSync().getSessionId();
    InnerResponse ping = replica.receive();
    while (!ping.equals(Replies.ping("db1", other))) {
      ping = replica.receive();
    }
  }

  @Test
  void endsTheSessionOfASilentReplicaButKeepsItsConnection() throws IOException {
    service.close();
    service = start(9000, 50, 300);
    db0.write("set", "k", "v");
    TestReplica replica = registered(1000);
    int session = replica.begin("db0", BinlogOffset.ZERO);
    InnerResponse frame = replica.receiveItems();
    await().until(() -> service.replicas().get(0).state().equals("wait_bgsave"));
    replica.ack("db0", session, first(frame), last(frame), false);

    assertThat(replyCode(replica, BinlogOffset.ZERO)).isEqualTo(ReplyCode.kOk);
  }

  @Test
  void keepsTheBinlogThatReplicasNeed() throws IOException {
    BinlogOffset end = db0.write("set", "k", "v");
    assertThat(service.floor("db0")).isEmpty();
    TestReplica replica = registered(1000);
    int session = replica.begin("db0", BinlogOffset.ZERO);
    InnerResponse frame = replica.receiveItems();
    assertThat(service.floor("db0")).contains(BinlogOffset.ZERO);
    assertThat(service.floor("db1")).isEmpty();
    replica.ack("db0", session, first(frame), last(frame), false);
    await().until(() -> service.floor("db0").equals(Optional.of(end)));
    replica.close();
    await().until(() -> service.floor("db0").isEmpty());
  }

  @Test
  void removesASession() throws IOException {
    TestReplica replica = registered(1000);
    replica.begin("db0", BinlogOffset.ZERO);
    assertThat(replica.removeSlaveNode("db0"))
        .isEqualTo(Replies.removeSlaveNode("db0", StatusCode.kOk, new HostPort("127.0.0.1", 9221)));
    assertThat(service.floor("db0")).isEmpty();
    assertThat(replica.removeSlaveNode("db6").getCode()).isEqualTo(StatusCode.kError);
  }

  @Test
  void cutsReplicasOffWhenTheBinlogIsReplaced() throws IOException {
    db0.write("set", "k", "v");
    TestReplica replica = registered(1000);
    replica.begin("db0", BinlogOffset.ZERO);
    replica.receiveItems();
    db0.reset(new BinlogOffset(9, 1000));
    service.binlogReplaced("db0");
    replica.awaitClosed();
    assertThat(replyCode(registered(1000), BinlogOffset.ZERO))
        .isEqualTo(ReplyCode.kSyncPointBePurged);
  }

  @Test
  void noticesAReplacedBinlogThatNobodyTellsOf() throws IOException {
    for (int i = 0; i < 20; i++) {
      db0.write("set", "old", "v" + i);
    }
    TestReplica replica = registered(1000);
    replica.begin("db0", BinlogOffset.ZERO);
    replica.receiveItems();
    BinlogOffset old = db0.received();
    db0.reset(old);
    db0.write("set", "new", "v");
    service.appended();
    replica.awaitClosed();
    assertThat(replyCode(registered(1000), BinlogOffset.ZERO))
        .isEqualTo(ReplyCode.kSyncPointBePurged);
  }

  @Test
  void aReplicaGoesOnAfterTheServiceRestarts() throws IOException {
    BinlogOffset first = db0.write("set", "k", "v1");
    TestReplica replica = registered(1000);
    replica.begin("db0", BinlogOffset.ZERO);
    replica.receiveItems();
    service.close();
    replica.awaitClosed();

    service = start(9000, 200, 20_000);
    BinlogOffset second = db0.write("set", "k", "v2");
    TestReplica again = registered(1000);
    again.begin("db0", first);
    assertThat(last(again.receiveItems())).isEqualTo(second);
  }

  @Test
  void closesWhenTheBinlogIsDamaged() throws IOException {
    db0.write("set", "k", "v1");
    BinlogOffset start = db0.received();
    db0.write("set", "k", "v2");
    db0.write("set", "k", "v3");
    TestReplica replica = registered(1000);
    InnerResponse granted = replica.trySync("db0", start);
    Path file = db0.directory().file(0);
    byte[] bytes = Files.readAllBytes(file);
    bytes[Math.toIntExact(start.offset()) + 7] = 9; // the type of the second record
    Files.write(file, bytes);

    replica.ack("db0", granted.getTrySync().getSessionId(), start, start, true);
    replica.awaitClosed();
    assertThat(replyCode(registered(1000), start)).isEqualTo(ReplyCode.kSyncPointBePurged);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "00000000", // an empty frame
        "ffffffff00", // too long
        "0001000100", // still too long
        "0000000301020300", // no message
        "000000020801", // MetaSync without its part
        "000000020804", // BinlogSync without its part
        "000000020806", // RemoveSlaveNode without an element
        "00000013" + "0801120f0a0d0a08" + "31302e300a302e32" + "108548", // a line break in the ip
        "00000010" + "0801120c0a0a0a0831302e302e302e32" // no port
      })
  void closesOnARequestThatIsNone(String hex) throws IOException {
    TestReplica replica = connect(1000);
    replica.sendRaw(HexFormat.of().parseHex(hex));
    replica.awaitClosed();
    assertThat(registered(1001).trySync("db0", BinlogOffset.ZERO).getCode())
        .isEqualTo(StatusCode.kOk);
  }

  @Test
  void ignoresAKindOfRequestThatItDoesNotKnow() throws IOException {
    TestReplica replica = registered(1000);
    replica.send(InnerRequest.newBuilder().setType(InnerMessage.Type.kHeatBeat).build());
    assertThat(replyCode(replica, BinlogOffset.ZERO)).isEqualTo(ReplyCode.kOk);
  }

  @Test
  void saysWhichPortIsTaken() {
    MasterConfig taken =
        new MasterConfig(
            List.of("127.0.0.1"),
            "127.0.0.1",
            9221,
            service.replPort(),
            0,
            3,
            temp.resolve("dump2"),
            1,
            1,
            200,
            200,
            200,
            200);
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> MasterService.start(taken, null, List.of(db0)).close())
        .withMessageStartingWith(
            "cannot listen for replication on 127.0.0.1:" + service.replPort());
  }

  private ReplyCode replyCode(TestReplica replica, BinlogOffset offset) throws IOException {
    InnerResponse reply = replica.trySync("db0", offset);
    assertThat(reply.getCode()).isEqualTo(StatusCode.kOk);
    assertThat(reply.getTrySync().getBinlogOffset().getFilenum())
        .isEqualTo(db0.received().filenum());
    return reply.getTrySync().getReplyCode();
  }

  private TestReplica connect(int ownPort) throws IOException {
    TestReplica replica = new TestReplica(service.replPort(), ownPort);
    open.add(replica);
    return replica;
  }

  private TestReplica registered(int ownPort) throws IOException {
    TestReplica replica = connect(ownPort);
    assertThat(replica.metaSync("").getCode()).isEqualTo(StatusCode.kOk);
    return replica;
  }

  private static BinlogOffset first(InnerResponse frame) {
    return TestReplica.end(frame.getBinlogSync(0));
  }

  private static BinlogOffset last(InnerResponse frame) {
    return TestReplica.end(frame.getBinlogSync(frame.getBinlogSyncCount() - 1));
  }
}
