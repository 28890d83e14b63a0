package io.pikareplica.repl;

import io.pikareplica.proto.InnerMessage.InnerResponse;
import io.pikareplica.proto.InnerMessage.StatusCode;
import io.pikareplica.repl.ReplicaEvent.DbSyncReply;
import io.pikareplica.repl.ReplicaEvent.MetaSyncReply;
import io.pikareplica.repl.ReplicaEvent.TrySyncReply;
import java.util.List;
import java.util.OptionalInt;

/** A master's answers as events. They have passed {@code ProtocolChecks}. Without state. */
final class InnerResponses {
  /** Of a refusal's text, which goes into log and INFO. */
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
        connectionId, db, verdict, text(response), response.getTrySync().getSessionId());
  }

  static DbSyncReply dbSync(long connectionId, int db, InnerResponse response) {
    return new DbSyncReply(
        connectionId,
        db,
        response.getCode() == StatusCode.kOk,
        text(response),
        response.getDbSync().getSessionId());
  }

  /** One line without anything that could pass for another line. */
  private static String text(InnerResponse response) {
    String text = response.getReply().replaceAll("\\p{Cntrl}", " ");
    return text.length() <= MAX_TEXT ? text : text.substring(0, MAX_TEXT);
  }
}
