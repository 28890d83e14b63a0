package io.pikareplica.repl;

import com.google.protobuf.ByteString;
import io.pikareplica.binlog.BinlogOffset;
import io.pikareplica.proto.InnerMessage.InnerResponse;
import io.pikareplica.proto.InnerMessage.StatusCode;
import io.pikareplica.repl.ReplicaEvent.DbSyncReply;
import io.pikareplica.repl.ReplicaEvent.MetaSyncReply;
import io.pikareplica.repl.ReplicaEvent.TrySyncReply;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** A master's answers as events. They have passed {@code ProtocolChecks}. Without state. */
final class InnerResponses {
  /** Bytes of a refusal's text, which goes into log and INFO. */
  private static final int MAX_TEXT = 200;

  private InnerResponses() {}

  static MetaSyncReply metaSync(long connectionId, InnerResponse response) {
    MetaSyncReply.Code code =
        switch (response.getCode()) {
          case kOk -> MetaSyncReply.Code.OK;
          case kError -> MetaSyncReply.Code.REFUSED;
          case kOther -> MetaSyncReply.Code.BUSY;
        };
    List<MetaSyncReply.DbInfo> dbs =
        response.getMetaSync().getDbsInfoList().stream()
            .map(
                db ->
                    new MetaSyncReply.DbInfo(
                        db.getDbName(),
                        db.hasDbInstanceNum()
                            ? OptionalInt.of(db.getDbInstanceNum())
                            : OptionalInt.empty()))
            .toList();
    return new MetaSyncReply(
        connectionId, code, text(response), dbs, response.getMetaSync().getReplicationId());
  }

  static TrySyncReply trySync(long connectionId, int db, InnerResponse response) {
    TrySyncReply.Verdict verdict =
        response.getCode() != StatusCode.kOk
            ? TrySyncReply.Verdict.REFUSED
            : switch (response.getTrySync().getReplyCode()) {
              case kOk -> TrySyncReply.Verdict.OK;
              case kSyncPointBePurged -> TrySyncReply.Verdict.SYNC_POINT_BE_PURGED;
              case kSyncPointLarger -> TrySyncReply.Verdict.SYNC_POINT_LARGER;
              case kError -> TrySyncReply.Verdict.ERROR;
            };
    return new TrySyncReply(
        connectionId,
        db,
        verdict,
        text(response),
        response.getTrySync().getSessionId(),
        end(response.getTrySync()));
  }

  static DbSyncReply dbSync(long connectionId, int db, InnerResponse response) {
    return new DbSyncReply(
        connectionId,
        db,
        response.getCode() == StatusCode.kOk,
        text(response),
        response.getDbSync().getSessionId());
  }

  /** Where the master's binlog ends; a real Pika says it, and nobody needs to believe it. */
  private static Optional<BinlogOffset> end(InnerResponse.TrySync reply) {
    long offset = reply.getBinlogOffset().getOffset();
    return reply.hasBinlogOffset() && offset >= 0 && offset <= BinlogOffset.MAX_OFFSET
        ? Optional.of(new BinlogOffset(reply.getBinlogOffset().getFilenum(), offset))
        : Optional.empty();
  }

  /** One line without anything that could pass for another line. */
  private static String text(InnerResponse response) {
    ByteString bytes = response.getReplyBytes();
    // cut first: a text becomes a copy of itself by being decoded
    return OneLine.of(
        bytes.substring(0, Math.min(bytes.size(), MAX_TEXT)).toStringUtf8(), MAX_TEXT);
  }
}
