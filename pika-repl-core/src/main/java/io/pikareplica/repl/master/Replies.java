package io.pikareplica.repl.master;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.pikareplica.binlog.BinlogItemCodec;
import io.pikareplica.binlog.BinlogOffset;
import io.pikareplica.binlog.BinlogRecord;
import io.pikareplica.proto.InnerMessage;
import io.pikareplica.proto.InnerMessage.InnerResponse;
import io.pikareplica.proto.InnerMessage.Slot;
import io.pikareplica.proto.InnerMessage.StatusCode;
import io.pikareplica.repl.HostPort;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** A master's answers, with every field that Pika's schema requires. */
final class Replies {
  private static final int TERM_AT = 6;
  private static final int LOGIC_ID_AT = 10;

  private Replies() {}

  static InnerResponse metaSync(
      String runId, String replicationId, List<String> dbs, int instances) {
    InnerResponse.MetaSync.Builder meta =
        InnerResponse.MetaSync.newBuilder()
            .setClassicMode(true)
            .setRunId(runId)
            .setReplicationId(replicationId);
    for (String db : dbs) {
      meta.addDbsInfoBuilder().setDbName(db).setSlotNum(1).setDbInstanceNum(instances);
    }
    return response(InnerMessage.Type.kMetaSync, StatusCode.kOk).setMetaSync(meta).build();
  }

  static InnerResponse wrongAuth() {
    return response(InnerMessage.Type.kMetaSync, StatusCode.kError)
        .setReply("Auth with master error, Invalid masterauth")
        .build();
  }

  /** A replica ignores it and asks again ten seconds later. */
  static InnerResponse metaSyncLater(String why) {
    return response(InnerMessage.Type.kMetaSync, StatusCode.kOther).setReply(why).build();
  }

  static InnerResponse unknownDbInTrySync(String db) {
    return response(InnerMessage.Type.kTrySync, StatusCode.kError)
        .setReply("DB not found")
        .setTrySync(
            InnerResponse.TrySync.newBuilder()
                .setReplyCode(InnerResponse.TrySync.ReplyCode.kError)
                .setSlot(slot(db)))
        .build();
  }

  static InnerResponse trySyncRefused(
      String db, InnerResponse.TrySync.ReplyCode code, BinlogOffset producer) {
    return response(InnerMessage.Type.kTrySync, StatusCode.kOk)
        .setTrySync(trySync(db, code, producer))
        .build();
  }

  static InnerResponse trySyncGranted(String db, BinlogOffset producer, int sessionId) {
    return response(InnerMessage.Type.kTrySync, StatusCode.kOk)
        .setTrySync(
            trySync(db, InnerResponse.TrySync.ReplyCode.kOk, producer).setSessionId(sessionId))
        .build();
  }

  private static InnerResponse.TrySync.Builder trySync(
      String db, InnerResponse.TrySync.ReplyCode code, BinlogOffset producer) {
    return InnerResponse.TrySync.newBuilder()
        .setReplyCode(code)
        .setSlot(slot(db))
        .setBinlogOffset(
            InnerMessage.BinlogOffset.newBuilder()
                .setFilenum(producer.filenum())
                .setOffset(producer.offset()));
  }

  /**
   * @param sessionId -1 with an error: the field is required even then
   */
  static InnerResponse dbSync(String db, StatusCode code, int sessionId) {
    return response(InnerMessage.Type.kDBSync, code)
        .setDbSync(InnerResponse.DBSync.newBuilder().setSlot(slot(db)).setSessionId(sessionId))
        .build();
  }

  static InnerResponse binlogSync(String db, int sessionId, List<BinlogRecord> records) {
    InnerResponse.Builder response = response(InnerMessage.Type.kBinlogSync, StatusCode.kOk);
    Slot slot = slot(db);
    for (BinlogRecord record : records) {
      ByteBuffer header = ByteBuffer.wrap(record.item()).order(ByteOrder.LITTLE_ENDIAN);
      boolean hasHeader = record.item().length >= BinlogItemCodec.HEADER_BYTES;
      response.addBinlogSync(
          InnerResponse.BinlogSync.newBuilder()
              .setSlot(slot)
              .setBinlogOffset(
                  offset(
                      record.end(),
                      hasHeader ? header.getInt(TERM_AT) : 0,
                      hasHeader ? header.getLong(LOGIC_ID_AT) : 0))
              .setBinlog(UnsafeByteOperations.unsafeWrap(record.item()))
              .setSessionId(sessionId));
    }
    return response.build();
  }

  static InnerResponse ping(String db, int sessionId) {
    return response(InnerMessage.Type.kBinlogSync, StatusCode.kOk)
        .addBinlogSync(
            InnerResponse.BinlogSync.newBuilder()
                .setSlot(slot(db))
                .setBinlogOffset(offset(BinlogOffset.ZERO, 0, 0))
                .setBinlog(ByteString.EMPTY)
                .setSessionId(sessionId))
        .build();
  }

  static InnerResponse removeSlaveNode(String db, StatusCode code, HostPort self) {
    return response(InnerMessage.Type.kRemoveSlaveNode, code)
        .addRemoveSlaveNode(
            InnerResponse.RemoveSlaveNode.newBuilder()
                .setNode(InnerMessage.Node.newBuilder().setIp(self.host()).setPort(self.port()))
                .setSlot(slot(db)))
        .build();
  }

  private static InnerResponse.Builder response(InnerMessage.Type type, StatusCode code) {
    return InnerResponse.newBuilder().setType(type).setCode(code);
  }

  private static Slot slot(String db) {
    return Slot.newBuilder().setDbName(db).setSlotId(0).build();
  }

  private static InnerMessage.BinlogOffset offset(BinlogOffset end, int term, long index) {
    return InnerMessage.BinlogOffset.newBuilder()
        .setFilenum(end.filenum())
        .setOffset(end.offset())
        .setTerm(term)
        .setIndex(index)
        .build();
  }
}
