package io.pikareplica.repl;

import io.pikareplica.binlog.BinlogOffset;
import java.util.List;

/**
 * The entries of one frame that belong to one DB, in their order.
 *
 * @param connectionId tells connections of this process apart
 * @param sessionId as the master gave it
 */
public record ReplicatedBatch(
    String db, long connectionId, int sessionId, List<ReplicatedBatch.Entry> entries) {

  /**
   * One item as received, header included; empty bytes are a ping.
   *
   * @param end END of the item as the master announced it
   */
  @SuppressWarnings("ArrayRecordComponent") // handed through, never compared
  public record Entry(BinlogOffset end, byte[] item) {
    public boolean isPing() {
      return item.length == 0;
    }
  }

  /** What the batch weighs in a mailbox. */
  public long sizeBytes() {
    long sum = 0;
    for (Entry entry : entries) {
      sum += entry.item().length + 64;
    }
    return sum;
  }
}
