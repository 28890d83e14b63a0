package io.pikareplica.repl;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.google.protobuf.ByteString;
import io.pikareplica.binlog.BinlogItem;
import io.pikareplica.binlog.BinlogItemCodec;
import io.pikareplica.binlog.BinlogOffset;
import io.pikareplica.binlog.BlockFormat;
import io.pikareplica.proto.InnerMessage;
import io.pikareplica.proto.InnerMessage.InnerRequest;
import io.pikareplica.proto.InnerMessage.InnerResponse;
import io.pikareplica.proto.InnerMessage.Slot;
import io.pikareplica.proto.InnerMessage.StatusCode;
import io.pikareplica.repl.wire.MasterSockets;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A small master on real sockets for one DB, with a binlog in memory and whatever fault a test asks
 * for.
 */
final class TestMaster implements AutoCloseable {
  static final String HISTORY = "a".repeat(50);
  private static final int SESSION = 5;
  private static final long PING_MS = 200;

  @SuppressWarnings("ArrayRecordComponent") // sent, compared nowhere
  private record Item(BinlogOffset end, byte[] bytes) {}

  private final List<String> log = new CopyOnWriteArrayList<>();
  private final MasterSockets sockets = new MasterSockets(log::add);
  private final List<String> nodes = new CopyOnWriteArrayList<>();
  private final List<Item> items = new ArrayList<>();
  private final ScheduledExecutorService pinger = Executors.newSingleThreadScheduledExecutor();
  private DataOutputStream out;
  private int sent = Integer.MAX_VALUE;
  private boolean isRolling;

  private final AtomicInteger pingsAnswered = new AtomicInteger();

  volatile String password = "";
  volatile String history = HISTORY;
  volatile int instances = 3;
  final AtomicInteger busyTimes = new AtomicInteger();
  volatile boolean isMute;

  /** Whether pings are all that a stream brings. */
  volatile boolean isHoldingBack;

  /** Whether questions on the client port get no answer. */
  volatile boolean isFileSizeHidden;

  /** How many TrySyncs from now on get no answer. */
  final AtomicInteger unanswered = new AtomicInteger();

  volatile InnerResponse.TrySync.ReplyCode tryReply = InnerResponse.TrySync.ReplyCode.kOk;

  TestMaster() throws IOException {
    sockets.serve(this::client, this::repl, socket -> {});
    var unused = pinger.scheduleAtFixedRate(this::ping, PING_MS, PING_MS, TimeUnit.MILLISECONDS);
  }

  private void client(Socket socket) throws IOException {
    if (!isFileSizeHidden) {
      MasterSockets.tellFileSize(socket);
    }
  }

  MasterSockets sockets() {
    return sockets;
  }

  /** Who each request said that it came from, in order. */
  List<String> nodes() {
    return nodes;
  }

  /** What came and went, in order: {@code metaSync}, {@code trySync 0:0}, {@code ack 0:69}… */
  List<String> log() {
    return log;
  }

  int pingsAnswered() {
    return pingsAnswered.get();
  }

  /** The END of the last item. */
  synchronized BinlogOffset end() {
    return items.isEmpty() ? BinlogOffset.ZERO : items.get(items.size() - 1).end();
  }

  /** The next item begins the next file. */
  synchronized void roll() {
    isRolling = true;
  }

  /** Logs {@code SET key value}; sent at once to whom follows. */
  synchronized void set(String key, String value) throws IOException {
    byte[] content =
        ("*3\r\n$3\r\nSET\r\n$"
                + key.length()
                + "\r\n"
                + key
                + "\r\n$"
                + value.length()
                + "\r\n"
                + value
                + "\r\n")
            .getBytes(US_ASCII);
    BinlogOffset start = end();
    byte[] bytes =
        BinlogItemCodec.encode(
            new BinlogItem(
                (int) (System.currentTimeMillis() / 1000),
                0,
                items.size() + 1,
                start.filenum(),
                start.offset(),
                content));
    BinlogOffset at = isRolling ? new BinlogOffset(start.filenum() + 1, 0) : start;
    isRolling = false;
    long end = BlockFormat.endOf(at.offset(), bytes.length);
    items.add(new Item(new BinlogOffset(at.filenum(), end), bytes));
    stream();
  }

  /** Sends a frame as it is. */
  synchronized void sendRaw(byte[] bytes) throws IOException {
    out.write(bytes);
    out.flush();
  }

  private synchronized void ping() {
    if (!isMute && out != null) {
      try {
        send(binlogSync(BinlogOffset.ZERO, new byte[0], SESSION));
      } catch (IOException e) {
        out = null;
      }
    }
  }

  /** Sends the last item once more, with any session id. */
  synchronized void repeatLast(int sessionId) throws IOException {
    Item last = items.get(items.size() - 1);
    send(binlogSync(last.end(), last.bytes(), sessionId));
  }

  static int session() {
    return SESSION;
  }

  private void repl(Socket socket) throws IOException {
    DataInputStream in = new DataInputStream(socket.getInputStream());
    synchronized (this) {
      out = new DataOutputStream(socket.getOutputStream());
      sent = Integer.MAX_VALUE;
    }
    while (true) {
      InnerRequest request = InnerRequest.parseFrom(in.readNBytes(in.readInt()));
      if (!isMute) {
        handle(request);
      }
    }
  }

  private synchronized void handle(InnerRequest request) throws IOException {
    nodes.add(nodeOf(request));
    switch (request.getType()) {
      case kMetaSync -> metaSync(request.getMetaSync().getAuth());
      case kTrySync -> {
        log.add("trySync " + text(request.getTrySync().getBinlogOffset()));
        if (unanswered.getAndUpdate(n -> Math.max(0, n - 1)) > 0) {
          return;
        }
        InnerResponse.Builder reply = reply(InnerMessage.Type.kTrySync, StatusCode.kOk);
        reply.getTrySyncBuilder().setReplyCode(tryReply).setSlot(slot()).setSessionId(SESSION);
        send(reply.build());
      }
      case kDBSync -> log.add("dbSync " + text(request.getDbSync().getBinlogOffset()));
      case kBinlogSync -> acked(request.getBinlogSync());
      case kRemoveSlaveNode -> log.add("removeSlaveNode");
      case kHeatBeat -> {}
    }
  }

  private static String nodeOf(InnerRequest request) {
    InnerMessage.Node node =
        switch (request.getType()) {
          case kMetaSync -> request.getMetaSync().getNode();
          case kTrySync -> request.getTrySync().getNode();
          case kDBSync -> request.getDbSync().getNode();
          case kBinlogSync -> request.getBinlogSync().getNode();
          case kRemoveSlaveNode, kHeatBeat -> InnerMessage.Node.getDefaultInstance();
        };
    return node.getIp() + ":" + node.getPort();
  }

  private void metaSync(String auth) throws IOException {
    log.add("metaSync");
    if (!auth.equals(password)) {
      send(
          reply(InnerMessage.Type.kMetaSync, StatusCode.kError)
              .setReply("Auth with master error, Invalid masterauth")
              .build());
    } else if (busyTimes.getAndUpdate(n -> Math.max(0, n - 1)) > 0) {
      send(
          reply(InnerMessage.Type.kMetaSync, StatusCode.kOther)
              .setReply("Slave AlreadyExist")
              .build());
    } else {
      InnerResponse.Builder reply = reply(InnerMessage.Type.kMetaSync, StatusCode.kOk);
      reply
          .getMetaSyncBuilder()
          .setClassicMode(true)
          .setRunId("b".repeat(40))
          .setReplicationId(history)
          .addDbsInfoBuilder()
          .setDbName("db0")
          .setSlotNum(1)
          .setDbInstanceNum(instances);
      send(reply.build());
    }
  }

  private void acked(InnerRequest.BinlogSync ack) throws IOException {
    if (ack.getFirstSend()) {
      log.add("firstSend " + text(ack.getAckRangeStart()));
      sent = 0;
      BinlogOffset start =
          new BinlogOffset(ack.getAckRangeStart().getFilenum(), ack.getAckRangeStart().getOffset());
      while (sent < items.size() && !items.get(sent).end().isAfter(start)) {
        sent++;
      }
      stream();
    } else if (ack.getAckRangeEnd().getOffset() == 0) {
      pingsAnswered.incrementAndGet();
    } else {
      log.add("ack " + text(ack.getAckRangeEnd()));
    }
  }

  private void stream() {
    try {
      while (out != null && !isHoldingBack && sent < items.size()) {
        Item item = items.get(sent++);
        send(binlogSync(item.end(), item.bytes(), SESSION));
      }
    } catch (IOException e) {
      // Whoever follows has gone, and asks anew.
      sent = Integer.MAX_VALUE;
    }
  }

  private void send(InnerResponse response) throws IOException {
    MasterSockets.write(out, response);
  }

  private static InnerResponse binlogSync(BinlogOffset end, byte[] item, int sessionId) {
    InnerResponse.Builder response = reply(InnerMessage.Type.kBinlogSync, StatusCode.kOk);
    response
        .addBinlogSyncBuilder()
        .setSlot(slot())
        .setBinlogOffset(
            InnerMessage.BinlogOffset.newBuilder()
                .setFilenum(end.filenum())
                .setOffset(end.offset()))
        .setBinlog(ByteString.copyFrom(item))
        .setSessionId(sessionId);
    return response.build();
  }

  private static InnerResponse.Builder reply(InnerMessage.Type type, StatusCode code) {
    return InnerResponse.newBuilder().setType(type).setCode(code);
  }

  private static Slot slot() {
    return Slot.newBuilder().setDbName("db0").setSlotId(0).build();
  }

  private static String text(InnerMessage.BinlogOffset offset) {
    return offset.getFilenum() + ":" + offset.getOffset();
  }

  @Override
  public void close() throws IOException {
    pinger.shutdownNow();
    sockets.close();
  }
}
