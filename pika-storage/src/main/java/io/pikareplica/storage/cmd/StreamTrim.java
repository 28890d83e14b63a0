package io.pikareplica.storage.cmd;

import io.pikareplica.storage.Args;
import io.pikareplica.storage.CommandException;
import io.pikareplica.storage.codec.StreamId;
import io.pikareplica.storage.codec.StreamMeta;
import java.util.List;

/**
 * What XADD and XTRIM cut off. Begins at the first id that the meta record remembers, as the
 * original does, even where there are messages before it (S-19).
 *
 * @param kind by number, by id, or not at all
 * @param maxLength unsigned
 */
record StreamTrim(Kind kind, long maxLength, StreamId minId) {
  static final StreamTrim NONE = new StreamTrim(Kind.NONE, 0, StreamId.MIN);

  /** What the threshold is. */
  enum Kind {
    NONE,
    MAXLEN,
    MINID
  }

  /** Whether an option of this kind starts at a word. */
  static boolean startsAt(Args args, int at) {
    return at + 1 < args.size() && (args.is(at, "maxlen") || args.is(at, "minid"));
  }

  /** The index of an option's threshold, behind the {@code =} or {@code ~} that means nothing. */
  static int thresholdAt(Args args, int at) {
    boolean hasSign = at + 2 < args.size() && (args.is(at + 1, "=") || args.is(at + 1, "~"));
    return hasSign ? at + 2 : at + 1;
  }

  /** Reads the option at a word; there may be only one. */
  StreamTrim parse(Args args, int at) throws CommandException {
    if (kind != Kind.NONE) {
      throw CommandException.syntax();
    }
    int threshold = thresholdAt(args, at);
    return args.is(at, "maxlen")
        ? new StreamTrim(Kind.MAXLEN, StreamIds.number(args.get(threshold)), StreamId.MIN)
        : new StreamTrim(Kind.MINID, 0, StreamIds.parseOrEnd(args.get(threshold), 0));
  }

  /**
   * What is to go.
   *
   * @param ids of the messages to delete
   * @param count what the length sinks by: by number it is what the length demands, even when fewer
   *     messages were found
   * @param first the first id from then on
   */
  record Cut(List<StreamId> ids, int count, StreamId first) {}

  Cut cut(StreamRows rows, StreamMeta meta) {
    return switch (kind) {
      case NONE -> new Cut(List.of(), 0, meta.first());
      case MAXLEN -> cutByLength(rows, meta);
      case MINID -> cutById(rows, meta);
    };
  }

  private Cut cutByLength(StreamRows rows, StreamMeta meta) {
    int count = meta.length() - (int) Math.min(Integer.MAX_VALUE, maxLength & Long.MAX_VALUE);
    if (count <= 0 || maxLength < 0) {
      return new Cut(List.of(), 0, meta.first());
    }
    List<StreamId> ids = rows.ids(meta.first(), StreamId.MAX, count + 1L);
    boolean hasNext = ids.size() > count;
    StreamId next = hasNext ? ids.get(count) : StreamId.MIN;
    return new Cut(hasNext ? ids.subList(0, count) : ids, count, next);
  }

  private Cut cutById(StreamRows rows, StreamMeta meta) {
    if (meta.first().compareTo(minId) >= 0) {
      return new Cut(List.of(), 0, meta.first());
    }
    List<StreamId> ids = rows.ids(meta.first(), minId, meta.length());
    boolean reachesMinId = !ids.isEmpty() && ids.get(ids.size() - 1).equals(minId);
    List<StreamId> gone = reachesMinId ? ids.subList(0, ids.size() - 1) : ids;
    return new Cut(gone, gone.size(), reachesMinId ? minId : StreamId.MIN);
  }
}
