package io.pikareplica.repl.master;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.util.internal.PlatformDependent;
import io.pikareplica.binlog.BinlogOffset;
import io.pikareplica.proto.InnerMessage;
import io.pikareplica.proto.InnerMessage.InnerRequest;
import io.pikareplica.proto.InnerMessage.InnerResponse;
import io.pikareplica.proto.InnerMessage.Node;
import io.pikareplica.proto.InnerMessage.Slot;
import io.pikareplica.proto.InnerMessage.StatusCode;
import io.pikareplica.proto.RsyncService;
import io.pikareplica.proto.RsyncService.FileRequest;
import io.pikareplica.proto.RsyncService.RsyncRequest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whoever reaches the ports +2000 and +10001 and is no replica, or a bad one. */
@Isolated("measures the memory of the process")
class HostileReplicasIT {
  private static final int MIB = 1 << 20;
  private static final int TIMEOUT_MS = 2_000;
  private static final String LARGE = "1/000021.sst";
  private static final int LARGE_BYTES = 16 * MIB + 1000;

  @TempDir Path temp;

  private final List<AutoCloseable> open = new ArrayList<>();
  private TestMasterDb db0;
  private MasterService service;
  private TestReplica good;
  private int session;

  @BeforeEach
  void start() throws IOException {
    db0 = new TestMasterDb("db0", temp.resolve("log_db0"), 64 * MIB);
    MasterConfig config =
        new MasterConfig(
            List.of("127.0.0.1"),
            "127.0.0.1",
            9221,
            0,
            0,
            3,
            temp.resolve("dump"),
            9000,
            1 << 30,
            100,
            TIMEOUT_MS,
            60_000,
            60_000);
    service = MasterService.start(config, new OpenMaster(), List.of(db0));
    good = registered(1000);
    session = good.begin("db0", BinlogOffset.ZERO);
  }

  @AfterEach
  void stop() throws Exception {
    for (AutoCloseable each : open) {
      each.close();
    }
    service.close();
    db0.close();
  }

  /** A word of one item, received by the good replica and acknowledged. */
  private void assertTheGoodOneIsServed() throws IOException {
    BinlogOffset end = db0.write("SET", "k", "v");
    service.appended();
    InnerResponse items = good.receiveItems();
    assertThat(TestReplica.end(items.getBinlogSync(0))).isEqualTo(end);
    good.ack("db0", session, end, end, false);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "00000000", // nothing
        "7fffffff00", // 2 GiB announced
        "ffffffff00",
        "00010001", // one byte more than is taken
        "474554202f20485454502f312e310d0a0d0a", // GET / HTTP/1.1
        "2a310d0a24340d0a50494e470d0a", // PING of Redis
        "00000004ffffffff", // no message
      })
  void whoSendsWhatIsNoFrameIsCutOffAtOnce(String hex) throws IOException {
    for (int port : List.of(service.replPort(), service.rsyncPort())) {
      TestReplica bad = tracked(new TestReplica(port, 1));
      bad.sendRaw(HexFormat.of().parseHex(hex));
      bad.awaitClosed();
    }
    assertTheGoodOneIsServed();
  }

  /** Bytes keep it from being silent, but only a whole message shows that it is a replica. */
  @Test
  void whoNeverEndsItsFirstFrameIsCutOff() throws IOException {
    for (int port : List.of(service.replPort(), service.rsyncPort())) {
      TestReplica slow = tracked(new TestReplica(port, 1));
      long began = System.nanoTime();
      awaitClosedWithoutReading(slow);
      assertThat((System.nanoTime() - began) / 1_000_000).isGreaterThanOrEqualTo(TIMEOUT_MS / 2);
    }
    assertTheGoodOneIsServed();
  }

  /** Goes on with a frame that has no end; the good one meanwhile says that it is there. */
  private void awaitClosedWithoutReading(TestReplica bad) {
    byte[] begin = {0, 0, (byte) 0xf0, 0};
    try {
      bad.sendRaw(begin);
    } catch (IOException e) {
      return;
    }
    await()
        .pollInterval(Duration.ofMillis(50))
        .until(
            () -> {
              answerAPing();
              try {
                bad.sendRaw(new byte[] {8});
                return false;
              } catch (SocketException e) {
                return true;
              }
            });
  }

  private void answerAPing() throws IOException {
    good.ack("db0", session, BinlogOffset.ZERO, BinlogOffset.ZERO, false);
  }

  @Test
  void thousandsWhoSayNothingMakeRoomForEachOtherAndThenGo() throws IOException {
    for (int port : List.of(service.replPort(), service.rsyncPort())) {
      List<SocketChannel> silent = new ArrayList<>();
      for (int i = 0; i < 2_000; i++) {
        silent.add(tracked(SocketChannel.open()));
        silent.get(i).connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        silent.get(i).configureBlocking(false);
        if (i % 100 == 0) {
          answerAPing();
        }
      }
      awaitOpen(silent, Connections.MAX_STRANGERS);
      assertTheGoodOneIsServed();
      assertThat(registered(1001).trySync("db0", BinlogOffset.ZERO).getCode())
          .isEqualTo(StatusCode.kOk);
      awaitOpen(silent, 0);
    }
    assertTheGoodOneIsServed();
  }

  private void awaitOpen(List<SocketChannel> channels, int most) {
    await()
        .until(
            () -> {
              answerAPing();
              return channels.stream().filter(channel -> !isClosed(channel)).count() <= most;
            });
  }

  private static boolean isClosed(SocketChannel channel) {
    try {
      return channel.read(ByteBuffer.allocate(1)) < 0;
    } catch (IOException e) {
      return true; // reset
    }
  }

  @Test
  void moreReplicasThanAnybodyHasArePutOff() throws IOException {
    for (int i = 1; i < Connections.MAX_KNOWN; i++) {
      registered(1000 + i);
    }
    TestReplica late = connect(3000);
    InnerResponse reply = late.metaSync("");
    assertThat(reply.getCode()).isEqualTo(StatusCode.kOther);
    assertThat(service.replicas()).hasSize(Connections.MAX_KNOWN);
    assertTheGoodOneIsServed();
  }

  @Test
  void whoAsksOnWithoutTakingAnswersIsCutOff() throws IOException {
    Node node = Node.newBuilder().setIp("127.0.0.1").setPort(2000).build();
    InnerRequest metaSync =
        InnerRequest.newBuilder()
            .setType(InnerMessage.Type.kMetaSync)
            .setMetaSync(InnerRequest.MetaSync.newBuilder().setNode(node))
            .build();
    assertThatManyEndIt(connect(2000), metaSync);
    TestReplica asking = registered(2000);
    assertThatManyEndIt(
        asking,
        InnerRequest.newBuilder()
            .setType(InnerMessage.Type.kTrySync)
            .setTrySync(
                InnerRequest.TrySync.newBuilder()
                    .setNode(node)
                    .setSlot(Slot.newBuilder().setDbName("db0").setSlotId(0))
                    .setBinlogOffset(
                        InnerMessage.BinlogOffset.newBuilder()
                            .setFilenum(0)
                            .setOffset(0)
                            .setTerm(0)
                            .setIndex(0)))
            .build());
    assertTheGoodOneIsServed();
  }

  private static void assertThatManyEndIt(TestReplica replica, InnerRequest request) {
    await()
        .until(
            () -> {
              try {
                for (int i = 0; i < 10_000; i++) {
                  replica.send(request);
                }
                return false;
              } catch (SocketException e) {
                return true;
              }
            });
  }

  @Test
  void whoIsFedTheBinlogAndDoesNotReadIsBoundedAndCutOff() throws IOException {
    List<TestReplica> silent = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      silent.add(registered(2000 + i));
      silent.get(i).begin("db0", BinlogOffset.ZERO);
    }
    long before = PlatformDependent.usedDirectMemory();
    String value = "x".repeat(MIB);
    BinlogOffset end = BinlogOffset.ZERO;
    for (int i = 0; i < 48; i++) {
      end = db0.write("SET", "k" + i, value);
      service.appended();
      good.ack("db0", session, end, lastOf(good.receiveItems()), false);
      // for each a few MiB, and what the allocator keeps beside it
      assertThat(PlatformDependent.usedDirectMemory() - before).isLessThan(4 * 12L * MIB);
    }
    await().until(() -> service.replicas().size() == 1);
    for (TestReplica replica : silent) {
      replica.awaitClosed();
    }
    assertTheGoodOneIsServed();
  }

  private static BinlogOffset lastOf(InnerResponse items) {
    return TestReplica.end(items.getBinlogSync(items.getBinlogSyncCount() - 1));
  }

  @Test
  void whoAsksForFilesAndDoesNotReadIsBoundedAndCutOff() throws IOException {
    good.dbSync("db0", BinlogOffset.ZERO);
    TestReplica files = tracked(new TestReplica(service.rsyncPort(), 1));
    await().until(() -> files.meta("db0").getCode() == RsyncService.StatusCode.kOk);
    long before = PlatformDependent.usedDirectMemory();
    List<TestReplica> silent = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      TestReplica bad = tracked(new TestReplica(service.rsyncPort(), 1));
      silent.add(bad);
      for (int chunk = 0; chunk < 60; chunk++) {
        bad.send(request(chunk % 4 * 4L * MIB));
      }
    }
    // they hold all places; who reads is served nevertheless, piece by piece
    await()
        .pollInterval(Duration.ofMillis(10))
        .until(() -> files.file("db0", 1, LARGE, 0, 4 * MIB).getFileResp().getCount() < MIB);
    long received = 0;
    while (received < LARGE_BYTES) {
      RsyncService.RsyncResponse response = files.file("db0", 1, LARGE, received, 4 * MIB);
      assertThat(response.getCode()).isEqualTo(RsyncService.StatusCode.kOk);
      received += response.getFileResp().getCount();
      // sixteen chunks of 4 MiB, and what the allocator keeps beside them
      assertThat(PlatformDependent.usedDirectMemory() - before).isLessThan(128L * MIB);
    }
    silent.forEach(this::awaitClosedWithoutReading);
  }

  @Test
  void whoAsksForMoreChunksThanThereAreReadersIsCutOff() throws IOException {
    good.dbSync("db0", BinlogOffset.ZERO);
    TestReplica bad = tracked(new TestReplica(service.rsyncPort(), 1));
    await().until(() -> bad.meta("db0").getCode() == RsyncService.StatusCode.kOk);
    await()
        .until(
            () -> {
              try {
                for (int i = 0; i < 1_000; i++) {
                  bad.send(request(0));
                }
                return false;
              } catch (SocketException e) {
                return true;
              }
            });
    assertThat(good.dbSync("db0", BinlogOffset.ZERO).getCode()).isEqualTo(StatusCode.kOk);
  }

  private static RsyncRequest request(long offset) {
    return RsyncRequest.newBuilder()
        .setType(RsyncService.Type.kRsyncFile)
        .setReaderIndex(1)
        .setDbName("db0")
        .setSlotId(0)
        .setFileReq(FileRequest.newBuilder().setFilename(LARGE).setCount(4 * MIB).setOffset(offset))
        .build();
  }

  private TestReplica registered(int ownPort) throws IOException {
    TestReplica replica = connect(ownPort);
    assertThat(replica.metaSync("").getCode()).isEqualTo(StatusCode.kOk);
    return replica;
  }

  private TestReplica connect(int ownPort) throws IOException {
    return tracked(new TestReplica(service.replPort(), ownPort));
  }

  private <T extends AutoCloseable> T tracked(T closeable) {
    open.add(closeable);
    return closeable;
  }
}
