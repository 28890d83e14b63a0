package io.pikareplica.repl.master;

import io.pikareplica.binlog.BinlogCorruptException;
import io.pikareplica.binlog.BinlogDirectory;
import io.pikareplica.binlog.BinlogOffset;
import io.pikareplica.binlog.BinlogOffsetException;
import io.pikareplica.binlog.BinlogReader;
import io.pikareplica.proto.InnerMessage.InnerResponse.TrySync.ReplyCode;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whether a replica can go on from its offset. Reads a block of the binlog, so it waits. */
final class TrySyncCheck {
  private static final Logger LOG = LoggerFactory.getLogger(TrySyncCheck.class);

  private TrySyncCheck() {}

  /**
   * Pika's {@code TrySyncOffsetCheck}, but what no full item follows is answered so that the
   * replica gets a snapshot, not so that it stops: filler, files of another history, damage.
   *
   * @param producer the end of the binlog
   * @param wanted where the replica's binlog ends
   */
  static ReplyCode run(BinlogDirectory directory, BinlogOffset producer, BinlogOffset wanted) {
    if (wanted.isAfter(producer)) {
      return ReplyCode.kSyncPointLarger;
    }
    try (BinlogReader reader = BinlogReader.open(directory, wanted, producer)) {
      boolean isFiller = reader.next(producer).kind() == BinlogReader.Kind.PADDING;
      return isFiller ? ReplyCode.kSyncPointBePurged : ReplyCode.kOk;
    } catch (BinlogOffsetException e) {
      return switch (e.reason()) {
        case NO_FILE, IN_PADDING -> ReplyCode.kSyncPointBePurged;
        case NOT_A_BORDER, AFTER_END -> ReplyCode.kError;
      };
    } catch (BinlogCorruptException e) {
      LOG.error("the binlog is damaged, a replica needs a full sync: {}", e.getMessage());
      return ReplyCode.kSyncPointBePurged;
    } catch (IOException e) {
      LOG.error("the binlog cannot be read from {}: {}", wanted, e.toString());
      return ReplyCode.kError;
    }
  }
}
