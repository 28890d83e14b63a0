package io.pikareplica.repl.master;

import io.pikareplica.binlog.BinlogOffset;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * The items that were sent to a replica and not acknowledged, in their order. Owned by the event
 * loop; bounded by who adds.
 */
final class SendWindow {
  private static final class Sent {
    final BinlogOffset end;
    final int bytes;
    boolean isAcked;

    Sent(BinlogOffset end, int bytes) {
      this.end = end;
      this.bytes = bytes;
    }
  }

  private final int maxItems;
  private final long maxBytes;
  private final Deque<Sent> items = new ArrayDeque<>();
  private long bytes;
  private BinlogOffset acked;

  /**
   * @param start where sending begins; counts as acknowledged
   */
  SendWindow(int maxItems, long maxBytes, BinlogOffset start) {
    this.maxItems = maxItems;
    this.maxBytes = maxBytes;
    this.acked = start;
  }

  /** How many more items may be sent now. */
  int room() {
    return bytes > maxBytes ? 0 : maxItems - items.size();
  }

  boolean isEmpty() {
    return items.isEmpty();
  }

  void add(BinlogOffset end, int itemBytes) {
    items.addLast(new Sent(end, itemBytes));
    bytes += itemBytes;
  }

  /** END of the last item of the unbroken run of acknowledged ones. */
  BinlogOffset acked() {
    return acked;
  }

  /**
   * Takes an acknowledgement of a range. One that covers several frames is fine, and so is one that
   * leaves older items out for now (Pika's {@code SyncWindow::Update}).
   *
   * @return false if an end of the range is none of an item in the window, or they are crossed:
   *     then nothing has changed
   */
  boolean ack(BinlogOffset start, BinlogOffset end) {
    List<Sent> range = range(start, end);
    if (range.isEmpty()) {
      return false;
    }
    for (Sent sent : range) {
      sent.isAcked = true;
    }
    while (!items.isEmpty() && items.getFirst().isAcked) {
      Sent done = items.removeFirst();
      bytes -= done.bytes;
      acked = done.end;
    }
    return true;
  }

  private List<Sent> range(BinlogOffset start, BinlogOffset end) {
    List<Sent> range = new ArrayList<>();
    for (Sent sent : items) {
      if (!range.isEmpty() || sent.end.equals(start)) {
        range.add(sent);
        if (sent.end.equals(end)) {
          return range;
        }
      }
    }
    return List.of();
  }
}
