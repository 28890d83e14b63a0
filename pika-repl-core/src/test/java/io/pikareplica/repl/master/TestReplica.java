package io.pikareplica.repl.master;

import com.google.protobuf.MessageLite;
import io.pikareplica.binlog.BinlogOffset;
import io.pikareplica.proto.InnerMessage;
import io.pikareplica.proto.InnerMessage.InnerRequest;
import io.pikareplica.proto.InnerMessage.InnerResponse;
import io.pikareplica.proto.InnerMessage.Node;
import io.pikareplica.proto.InnerMessage.Slot;
import io.pikareplica.proto.RsyncService.FileRequest;
import io.pikareplica.proto.RsyncService.RsyncRequest;
import io.pikareplica.proto.RsyncService.RsyncResponse;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;

/** A replica that says what a test tells it to, over a real socket. */
final class TestReplica implements AutoCloseable {
  private final Socket socket;
  private final DataInputStream in;
  private final DataOutputStream out;
  private final Node node;

  TestReplica(int serverPort, int ownPort) throws IOException {
    socket = new Socket(InetAddress.getLoopbackAddress(), serverPort);
    socket.setSoTimeout(10_000);
    socket.setTcpNoDelay(true);
    in = new DataInputStream(socket.getInputStream());
    out = new DataOutputStream(socket.getOutputStream());
    node = Node.newBuilder().setIp("127.0.0.1").setPort(ownPort).build();
  }

  InnerResponse metaSync(String auth) throws IOException {
    return metaSync(node, auth);
  }

  /** Registers under another port than its own. */
  InnerResponse metaSyncAs(int otherPort) throws IOException {
    return metaSync(node.toBuilder().setPort(otherPort).build(), "");
  }

  private InnerResponse metaSync(Node node, String auth) throws IOException {
    InnerRequest.MetaSync.Builder meta = InnerRequest.MetaSync.newBuilder().setNode(node);
    if (!auth.isEmpty()) {
      meta.setAuth(auth);
    }
    send(InnerRequest.newBuilder().setType(InnerMessage.Type.kMetaSync).setMetaSync(meta).build());
    return receive();
  }

  InnerResponse trySync(String db, BinlogOffset offset) throws IOException {
    send(
        InnerRequest.newBuilder()
            .setType(InnerMessage.Type.kTrySync)
            .setTrySync(
                InnerRequest.TrySync.newBuilder()
                    .setNode(node)
                    .setSlot(slot(db))
                    .setBinlogOffset(offset(offset)))
            .build());
    return receive(InnerMessage.Type.kTrySync);
  }

  InnerResponse dbSync(String db, BinlogOffset offset) throws IOException {
    send(
        InnerRequest.newBuilder()
            .setType(InnerMessage.Type.kDBSync)
            .setDbSync(
                InnerRequest.DBSync.newBuilder()
                    .setNode(node)
                    .setSlot(slot(db))
                    .setBinlogOffset(offset(offset)))
            .build());
    return receive(InnerMessage.Type.kDBSync);
  }

  InnerResponse removeSlaveNode(String db) throws IOException {
    send(
        InnerRequest.newBuilder()
            .setType(InnerMessage.Type.kRemoveSlaveNode)
            .addRemoveSlaveNode(
                InnerRequest.RemoveSlaveNode.newBuilder().setNode(node).setSlot(slot(db)))
            .build());
    return receive(InnerMessage.Type.kRemoveSlaveNode);
  }

  void ack(String db, int sessionId, BinlogOffset start, BinlogOffset end, boolean first)
      throws IOException {
    send(
        InnerRequest.newBuilder()
            .setType(InnerMessage.Type.kBinlogSync)
            .setBinlogSync(
                InnerRequest.BinlogSync.newBuilder()
                    .setNode(node)
                    .setDbName(db)
                    .setSlotId(0)
                    .setAckRangeStart(offset(start))
                    .setAckRangeEnd(offset(end))
                    .setSessionId(sessionId)
                    .setFirstSend(first))
            .build());
  }

  /** Registers, is granted a session, and begins at an offset. */
  int begin(String db, BinlogOffset from) throws IOException {
    InnerResponse granted = trySync(db, from);
    if (!granted.getTrySync().hasSessionId()) {
      throw new IOException("refused: " + granted);
    }
    int session = granted.getTrySync().getSessionId();
    ack(db, session, from, from, true);
    return session;
  }

  RsyncResponse meta(String db) throws IOException {
    send(
        RsyncRequest.newBuilder()
            .setType(io.pikareplica.proto.RsyncService.Type.kRsyncMeta)
            .setReaderIndex(0)
            .setDbName(db)
            .setSlotId(0)
            .build());
    return RsyncResponse.parseFrom(frame());
  }

  RsyncResponse file(String db, int reader, String name, long offset, long count)
      throws IOException {
    send(
        RsyncRequest.newBuilder()
            .setType(io.pikareplica.proto.RsyncService.Type.kRsyncFile)
            .setReaderIndex(reader)
            .setDbName(db)
            .setSlotId(0)
            .setFileReq(
                FileRequest.newBuilder().setFilename(name).setCount(count).setOffset(offset))
            .build());
    return RsyncResponse.parseFrom(frame());
  }

  void send(MessageLite message) throws IOException {
    out.writeInt(message.getSerializedSize());
    message.writeTo(out);
    out.flush();
  }

  void sendRaw(byte[] bytes) throws IOException {
    out.write(bytes);
    out.flush();
  }

  InnerResponse receive() throws IOException {
    return InnerResponse.parseFrom(frame());
  }

  /** The next message of a type; passes over others, such as pings. */
  InnerResponse receive(InnerMessage.Type type) throws IOException {
    InnerResponse response = receive();
    while (response.getType() != type) {
      response = receive();
    }
    return response;
  }

  /** The next frame with items in it; passes over pings. */
  InnerResponse receiveItems() throws IOException {
    InnerResponse response = receive(InnerMessage.Type.kBinlogSync);
    while (response.getBinlogSync(0).getBinlog().isEmpty()) {
      response = receive(InnerMessage.Type.kBinlogSync);
    }
    return response;
  }

  /** Reads on until the master closes the connection. */
  void awaitClosed() throws IOException {
    try {
      while (true) {
        frame();
      }
    } catch (EOFException | SocketException e) {
      // as it should be; a timeout is another exception
    }
  }

  private byte[] frame() throws IOException {
    byte[] body = new byte[in.readInt()];
    in.readFully(body);
    return body;
  }

  static BinlogOffset end(InnerResponse.BinlogSync entry) {
    return new BinlogOffset(
        entry.getBinlogOffset().getFilenum(), entry.getBinlogOffset().getOffset());
  }

  private static Slot slot(String db) {
    return Slot.newBuilder().setDbName(db).setSlotId(0).build();
  }

  private static InnerMessage.BinlogOffset offset(BinlogOffset offset) {
    return InnerMessage.BinlogOffset.newBuilder()
        .setFilenum(offset.filenum())
        .setOffset(offset.offset())
        .setTerm(0)
        .setIndex(0)
        .build();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
