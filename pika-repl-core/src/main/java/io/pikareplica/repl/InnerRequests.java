package io.pikareplica.repl;

import io.pikareplica.binlog.BinlogOffset;
import io.pikareplica.proto.InnerMessage;
import io.pikareplica.proto.InnerMessage.InnerRequest;
import io.pikareplica.proto.InnerMessage.Node;
import io.pikareplica.proto.InnerMessage.Slot;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** The requests of a replica, as Pika fills them (src/pika_repl_client.cc). Without state. */
final class InnerRequests {
  private static final InnerMessage.BinlogOffset ZERO = offset(BinlogOffset.ZERO, 0, 0);
  private static final int TERM_AT = 6;
  private static final int LOGIC_ID_AT = 10;

  private InnerRequests() {}

  static InnerRequest metaSync(Node node, String auth) {
    InnerRequest.MetaSync.Builder meta = InnerRequest.MetaSync.newBuilder().setNode(node);
    if (!auth.isEmpty()) {
      meta.setAuth(auth);
    }
    return request(InnerMessage.Type.kMetaSync).setMetaSync(meta).build();
  }

  static InnerRequest trySync(Node node, String db, BinlogOffset received) {
    return request(InnerMessage.Type.kTrySync)
        .setTrySync(
            InnerRequest.TrySync.newBuilder()
                .setNode(node)
                .setSlot(slot(db))
                .setBinlogOffset(offset(received)))
        .build();
  }

  static InnerRequest dbSync(Node node, String db, BinlogOffset received) {
    return request(InnerMessage.Type.kDBSync)
        .setDbSync(
            InnerRequest.DBSync.newBuilder()
                .setNode(node)
                .setSlot(slot(db))
                .setBinlogOffset(offset(received)))
        .build();
  }

  static InnerRequest removeSlaveNode(Node node, String db) {
    return request(InnerMessage.Type.kRemoveSlaveNode)
        .addRemoveSlaveNode(
            InnerRequest.RemoveSlaveNode.newBuilder().setNode(node).setSlot(slot(db)))
        .build();
  }

  /** Asks for everything behind an offset. */
  static InnerRequest firstSend(Node node, String db, int sessionId, BinlogOffset received) {
    InnerMessage.BinlogOffset at = offset(received, 0, 0);
    return binlogSync(node, db, sessionId, at, at, true);
  }

  static InnerRequest pingAnswer(Node node, String db, int sessionId) {
    return binlogSync(node, db, sessionId, ZERO, ZERO, false);
  }

  /** Acknowledges items of a batch, all between two ends that are both in it. */
  static InnerRequest ack(
      Node node, ReplicatedBatch batch, BinlogOffset firstEnd, BinlogOffset lastEnd) {
    return binlogSync(
        node,
        batch.db(),
        batch.sessionId(),
        withItemsNumbers(batch, firstEnd),
        withItemsNumbers(batch, lastEnd),
        false);
  }

  /** Term and logic id are informational; they are those of the item that ends there. */
  private static InnerMessage.BinlogOffset withItemsNumbers(
      ReplicatedBatch batch, BinlogOffset end) {
    for (ReplicatedBatch.Entry entry : batch.entries()) {
      if (!entry.isPing() && entry.end().equals(end)) {
        ByteBuffer header = ByteBuffer.wrap(entry.item()).order(ByteOrder.LITTLE_ENDIAN);
        return offset(end, header.getInt(TERM_AT), header.getLong(LOGIC_ID_AT));
      }
    }
    return offset(end, 0, 0);
  }

  private static InnerRequest binlogSync(
      Node node,
      String db,
      int sessionId,
      InnerMessage.BinlogOffset start,
      InnerMessage.BinlogOffset end,
      boolean isFirstSend) {
    return request(InnerMessage.Type.kBinlogSync)
        .setBinlogSync(
            InnerRequest.BinlogSync.newBuilder()
                .setNode(node)
                .setDbName(db)
                .setSlotId(0)
                .setAckRangeStart(start)
                .setAckRangeEnd(end)
                .setSessionId(sessionId)
                .setFirstSend(isFirstSend))
        .build();
  }

  private static InnerRequest.Builder request(InnerMessage.Type type) {
    return InnerRequest.newBuilder().setType(type);
  }

  private static Slot slot(String db) {
    return Slot.newBuilder().setDbName(db).setSlotId(0).build();
  }

  private static InnerMessage.BinlogOffset offset(BinlogOffset offset) {
    return InnerMessage.BinlogOffset.newBuilder()
        .setFilenum(offset.filenum())
        .setOffset(offset.offset())
        .build();
  }

  private static InnerMessage.BinlogOffset offset(BinlogOffset offset, int term, long index) {
    return offset(offset).toBuilder().setTerm(term).setIndex(index).build();
  }
}
