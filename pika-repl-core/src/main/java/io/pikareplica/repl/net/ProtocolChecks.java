package io.pikareplica.repl.net;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import com.google.protobuf.ByteString;
import io.pikareplica.binlog.BinlogOffset;
import io.pikareplica.proto.InnerMessage.InnerResponse;
import io.pikareplica.proto.InnerMessage.Node;
import io.pikareplica.proto.InnerMessage.Slot;
import io.pikareplica.proto.RsyncService.FileResponse;
import io.pikareplica.proto.RsyncService.RsyncResponse;
import io.pikareplica.proto.RsyncService.StatusCode;

/**
 * Checks by hand what Pika's schemas call required, and the bounds that they leave open. The
 * message of a {@link FrameException} names the field that is wrong.
 */
public final class ProtocolChecks {
  /** {@code db0} to {@code db7}; longer names are nobody's. */
  private static final int MAX_DB_NAME = 16;

  private static final int MAX_DBS = 64;
  private static final int ITEM_HEADER_BYTES = 34;
  private static final int MAX_ID_LENGTH = 128;

  private ProtocolChecks() {}

  /** Everything that the kind of answer needs is there. Answers of a kind we never ask for pass. */
  public static void check(InnerResponse response) throws FrameException {
    require(response.hasType(), "type");
    require(response.hasCode(), "code");
    switch (response.getType()) {
      case kMetaSync -> checkMetaSync(response);
      case kTrySync -> checkTrySync(response);
      case kDBSync -> checkDbSync(response);
      case kBinlogSync -> {
        for (InnerResponse.BinlogSync entry : response.getBinlogSyncList()) {
          checkBinlogSync(entry);
        }
      }
      case kHeatBeat, kRemoveSlaveNode -> {}
    }
  }

  private static void checkMetaSync(InnerResponse response) throws FrameException {
    if (!response.hasMetaSync()) {
      // A refusal carries its text and nothing else.
      require(response.getCode() != okCode(), "meta_sync");
      return;
    }
    InnerResponse.MetaSync meta = response.getMetaSync();
    require(meta.hasClassicMode(), "meta_sync.classic_mode");
    require(meta.hasRunId(), "meta_sync.run_id");
    bound(isShort(meta.getRunIdBytes()), "meta_sync.run_id is too long");
    bound(
        isShort(meta.getReplicationIdBytes())
            && meta.getReplicationId().chars().allMatch(ProtocolChecks::isLetterOrDigit),
        "meta_sync.replication_id is none of Pika's");
    bound(meta.getDbsInfoCount() <= MAX_DBS, "meta_sync.dbs_info has too many entries");
    for (InnerResponse.MetaSync.DBInfo db : meta.getDbsInfoList()) {
      require(db.hasDbName(), "meta_sync.dbs_info.db_name");
      checkDbName(db.getDbNameBytes());
      require(db.hasSlotNum(), "meta_sync.dbs_info.slot_num");
      // db_instance_num: a 3.5.x master has none; the session decides what that means.
    }
  }

  private static void checkTrySync(InnerResponse response) throws FrameException {
    require(response.hasTrySync(), "try_sync");
    InnerResponse.TrySync reply = response.getTrySync();
    require(reply.hasReplyCode(), "try_sync.reply_code");
    checkSlot(reply.hasSlot(), reply.getSlot(), "try_sync");
    if (reply.getReplyCode() == InnerResponse.TrySync.ReplyCode.kOk
        && response.getCode() == okCode()) {
      require(reply.hasSessionId(), "try_sync.session_id");
    }
  }

  private static void checkDbSync(InnerResponse response) throws FrameException {
    require(response.hasDbSync(), "db_sync");
    checkSlot(response.getDbSync().hasSlot(), response.getDbSync().getSlot(), "db_sync");
    require(
        response.getDbSync().hasSessionId() || response.getCode() != okCode(),
        "db_sync.session_id");
  }

  private static void checkBinlogSync(InnerResponse.BinlogSync entry) throws FrameException {
    checkSlot(entry.hasSlot(), entry.getSlot(), "binlog_sync");
    require(entry.hasBinlogOffset(), "binlog_sync.binlog_offset");
    checkOffset(entry.getBinlogOffset(), "binlog_sync.binlog_offset");
    require(entry.hasBinlog(), "binlog_sync.binlog");
    require(entry.hasSessionId(), "binlog_sync.session_id");
    int size = entry.getBinlog().size();
    bound(
        size == 0 || size >= ITEM_HEADER_BYTES,
        "binlog_sync.binlog has " + size + " bytes, too few for an item's header");
  }

  /** As {@link #check(InnerResponse)}, for the answers on the file port. */
  public static void check(RsyncResponse response) throws FrameException {
    require(response.hasType(), "type");
    require(response.hasReaderIndex(), "reader_index");
    require(response.hasSnapshotUuid(), "snapshot_uuid");
    bound(isShort(response.getSnapshotUuidBytes()), "snapshot_uuid is too long");
    require(response.hasDbName(), "db_name");
    checkDbName(response.getDbNameBytes());
    require(response.hasSlotId(), "slot_id");
    require(response.hasCode(), "code");
    if (response.getCode() != StatusCode.kOk) {
      return;
    }
    switch (response.getType()) {
      case kRsyncMeta -> require(response.hasMetaResp(), "meta_resp");
      case kRsyncFile -> {
        require(response.hasFileResp(), "file_resp");
        checkFile(response.getFileResp());
      }
    }
  }

  private static void checkFile(FileResponse file) throws FrameException {
    require(file.hasEof(), "file_resp.eof");
    require(file.hasCount(), "file_resp.count");
    require(file.hasOffset(), "file_resp.offset");
    require(file.hasData(), "file_resp.data");
    require(file.hasFilename(), "file_resp.filename");
    bound(file.getOffset() >= 0, "file_resp.offset is out of range");
    bound(
        file.getCount() == file.getData().size(),
        "file_resp.count is "
            + Long.toUnsignedString(file.getCount())
            + " but there are "
            + file.getData().size()
            + " bytes of data");
  }

  /** The identity of a replica in each of its requests. */
  public static void checkNode(boolean isPresent, Node node, String where) throws FrameException {
    require(isPresent, where + ".node");
    require(node.hasIp(), where + ".node.ip");
    require(node.hasPort(), where + ".node.port");
    bound(isShort(node.getIpBytes()), where + ".node.ip is too long");
    bound(
        node.getPort() >= 1 && node.getPort() <= 65535,
        where + ".node.port " + node.getPort() + " is out of range");
  }

  /** The DB that a message is about. */
  public static void checkSlot(boolean isPresent, Slot slot, String where) throws FrameException {
    require(isPresent, where + ".slot");
    require(slot.hasDbName(), where + ".slot.db_name");
    require(slot.hasSlotId(), where + ".slot.slot_id");
    checkDbName(slot.getDbNameBytes());
  }

  /** An offset has both parts, and they are such that {@link BinlogOffset} takes them. */
  public static void checkOffset(
      io.pikareplica.proto.InnerMessage.BinlogOffset offset, String where) throws FrameException {
    require(offset.hasFilenum(), where + ".filenum");
    require(offset.hasOffset(), where + ".offset");
    bound(
        offset.getOffset() >= 0 && offset.getOffset() <= BinlogOffset.MAX_OFFSET,
        where + ".offset " + Long.toUnsignedString(offset.getOffset()) + " is out of range");
  }

  /** A name that a DB of Pika's can have, before it goes into a map, a log line or a path. */
  public static void checkDbName(ByteString name) throws FrameException {
    bound(
        !name.isEmpty()
            && name.size() <= MAX_DB_NAME
            && name.toString(ISO_8859_1).chars().allMatch(ProtocolChecks::isLetterOrDigit),
        "db_name is none of Pika's");
  }

  /** Looked at as bytes: a text becomes a copy of itself by being decoded. */
  private static boolean isShort(ByteString text) {
    return text.size() <= MAX_ID_LENGTH;
  }

  /** Of ASCII only: such a word goes into files, log lines and INFO as it is. */
  private static boolean isLetterOrDigit(int c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  }

  private static io.pikareplica.proto.InnerMessage.StatusCode okCode() {
    return io.pikareplica.proto.InnerMessage.StatusCode.kOk;
  }

  /** Fails with the name of what is missing. */
  public static void require(boolean isPresent, String field) throws FrameException {
    if (!isPresent) {
      throw new FrameException("required field " + field + " is missing");
    }
  }

  private static void bound(boolean holds, String complaint) throws FrameException {
    if (!holds) {
      throw new FrameException(complaint);
    }
  }
}
