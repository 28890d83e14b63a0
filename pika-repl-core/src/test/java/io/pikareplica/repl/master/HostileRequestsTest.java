package io.pikareplica.repl.master;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.MessageLite;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.embedded.EmbeddedChannel;
import io.pikareplica.binlog.BinlogOffset;
import io.pikareplica.binlog.hostile.HostileBytes;
import io.pikareplica.proto.InnerMessage;
import io.pikareplica.proto.InnerMessage.InnerRequest;
import io.pikareplica.proto.InnerMessage.Node;
import io.pikareplica.proto.InnerMessage.Slot;
import io.pikareplica.proto.RsyncService.RsyncRequest;
import io.pikareplica.repl.Seldom;
import io.pikareplica.repl.net.FrameException;
import io.pikareplica.repl.net.ProtocolChecks;
import io.pikareplica.repl.wire.HostileFrames;
import io.pikareplica.repl.wire.RecordedFrames;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What anybody who reaches the ports +2000 and +10001 may ask: nothing of it harms the node. */
class HostileRequestsTest {
  private static final Node NODE = Node.newBuilder().setIp("127.0.0.1").setPort(9232).build();
  private static final Slot SLOT = Slot.newBuilder().setDbName("db0").setSlotId(0).build();

  private static final Seldom LINES = new Seldom(1, 60_000, () -> 0);

  @TempDir Path temp;

  private TestMasterDb files;
  private MasterConfig config;
  private BinlogOffset first;
  private BinlogOffset last;

  @BeforeEach
  void writeABinlog() throws IOException {
    files = new TestMasterDb("db0", temp.resolve("log_db0"), 1 << 20);
    first = files.write("SET", "k", "v");
    last = files.write("RPUSH", "l", "a");
    config = MasterConfig.of(List.of("127.0.0.1"), "127.0.0.1", 9221, 3, temp.resolve("dump"));
  }

  @AfterEach
  void close() throws IOException {
    files.close();
  }

  /** W-21. */
  @Test
  void requestsOfReplicasAreAnsweredOrEndTheConnection() throws IOException {
    HostileBytes requests =
        HostileFrames.against("requests of replicas", InnerRequest.parser(), this::newLink)
            .asStream()
            .allocating(8 << 20, 2000) // a registration logs, a session reads a block and answers
            .watching(ReplRequests.class, Replicas.class, ProtocolChecks.class, SendWindow.class)
            .sample(frames(metaSync(), trySync(), ack(true, BinlogOffset.ZERO, BinlogOffset.ZERO)))
            .sample(
                frames(
                    metaSync(),
                    trySync(),
                    ack(true, BinlogOffset.ZERO, BinlogOffset.ZERO),
                    ack(false, first, last)));
    RecordedFrames.shortestOfEachType("repl", "replica").stream()
        .filter(frame -> frame[5] == InnerMessage.Type.kMetaSync_VALUE)
        .forEach(requests::sample);
    RecordedFrames.shortestOfEachType("repl", "replica").forEach(requests::bad);

    assertThat(requests.run().fuzzed()).isPositive();
  }

  @Test
  void requestsForFilesAreAnsweredOrEndTheConnection() throws IOException {
    Snapshots snapshots = new Snapshots(config, List.of(files), Runnable::run, Runnable::run);
    snapshots.clear();
    snapshots.want("db0", 0, 0);
    assertThat(snapshots.isReady("db0")).isTrue();

    HostileBytes requests =
        HostileFrames.against(
                "requests for files", RsyncRequest.parser(), () -> newFileLink(snapshots))
            .allocating(64 << 20, 2000) // four parts of files at a time
            .watching(RsyncHandler.class, ProtocolChecks.class)
            .words("../", "/etc/passwd", "0/../", "2/link", "info", "1/000021.sst", "\u0000");
    RecordedFrames.shortestOfEachType("rsync", "replica").forEach(requests::sample);

    assertThat(requests.run().fuzzed()).isPositive();
  }

  /** A node of its own for each connection, so that sessions are numbered alike. */
  private HostileFrames.Handler<InnerRequest> newLink() {
    List<MasterDb> dbs = List.of(new WithoutSnapshots(files));
    Snapshots snapshots = new Snapshots(config, dbs, Runnable::run, Runnable::run);
    Replicas replicas =
        new Replicas(config, dbs, Runnable::run, Runnable::run, () -> 0, snapshots, Long.MAX_VALUE);
    Connections connections = connections();
    ReplRequests requests =
        new ReplRequests(
            config,
            new OpenMaster(),
            replicas,
            connections,
            snapshots,
            Runnable::run,
            Runnable::run,
            () -> 0);
    return new HostileFrames.Handler<>() {
      private ReplicaLink link;

      @Override
      public void handle(ChannelHandlerContext ctx, InnerRequest request, Consumer<Object> found)
          throws FrameException {
        if (link == null) {
          link = new ReplicaLink(ctx.channel(), LINES);
          connections.opened(ctx.channel(), link::close);
        }
        requests.handle(link, request);
        replies(ctx, found);
        found.accept(replicas.status());
      }

      @Override
      public void closed() {
        if (link != null) {
          replicas.closed(link);
          assertThat(replicas.status()).isEmpty();
          assertThat(replicas.floor("db0")).isEqualTo(snapshots.floor("db0"));
        }
      }
    };
  }

  private static HostileFrames.Handler<RsyncRequest> newFileLink(Snapshots snapshots) {
    Connections connections = connections();
    ChunkPermits chunks = new ChunkPermits(4);
    RsyncHandler handler =
        new RsyncHandler(snapshots, connections, chunks, Runnable::run, LINES, () -> 0);
    return (ctx, request, found) -> {
      connections.opened(ctx.channel(), reason -> {});
      handler.channelRead0(ctx, request);
      replies(ctx, found);
    };
  }

  private static Connections connections() {
    return new Connections(20_000, 60_000, 20_000, () -> 0);
  }

  private static void replies(ChannelHandlerContext ctx, Consumer<Object> found) {
    EmbeddedChannel channel = (EmbeddedChannel) ctx.channel();
    for (Object out = channel.readOutbound(); out != null; out = channel.readOutbound()) {
      found.accept(out);
    }
    found.accept(channel.isActive());
  }

  private static byte[] frames(MessageLite... messages) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (MessageLite message : messages) {
      out.writeBytes(RecordedFrames.framed(message.toByteArray()));
    }
    return out.toByteArray();
  }

  private static InnerRequest metaSync() {
    return InnerRequest.newBuilder()
        .setType(InnerMessage.Type.kMetaSync)
        .setMetaSync(InnerRequest.MetaSync.newBuilder().setNode(NODE))
        .build();
  }

  private static InnerRequest trySync() {
    return InnerRequest.newBuilder()
        .setType(InnerMessage.Type.kTrySync)
        .setTrySync(
            InnerRequest.TrySync.newBuilder()
                .setNode(NODE)
                .setSlot(SLOT)
                .setBinlogOffset(offset(BinlogOffset.ZERO)))
        .build();
  }

  private static InnerRequest ack(boolean isFirst, BinlogOffset start, BinlogOffset end) {
    return InnerRequest.newBuilder()
        .setType(InnerMessage.Type.kBinlogSync)
        .setBinlogSync(
            InnerRequest.BinlogSync.newBuilder()
                .setNode(NODE)
                .setDbName("db0")
                .setSlotId(0)
                .setAckRangeStart(offset(start))
                .setAckRangeEnd(offset(end))
                .setSessionId(0)
                .setFirstSend(isFirst))
        .build();
  }

  private static InnerMessage.BinlogOffset offset(BinlogOffset offset) {
    return InnerMessage.BinlogOffset.newBuilder()
        .setFilenum(offset.filenum())
        .setOffset(offset.offset())
        .build();
  }

  /** A DB whose snapshots are never done. */
  private record WithoutSnapshots(MasterDb db) implements MasterDb {
    @Override
    public String name() {
      return db.name();
    }

    @Override
    public BinlogOffset received() {
      return db.received();
    }

    @Override
    public BinlogOffset applied() {
      return db.applied();
    }

    @Override
    public Path binlogFolder() {
      return db.binlogFolder();
    }

    @Override
    public CompletionStage<BinlogOffset> snapshot(Path folder) {
      return new CompletableFuture<>();
    }
  }
}
