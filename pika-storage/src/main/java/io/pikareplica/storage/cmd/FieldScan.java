package io.pikareplica.storage.cmd;

import io.pikareplica.storage.Args;
import io.pikareplica.storage.CommandException;
import io.pikareplica.storage.Family;
import io.pikareplica.storage.Reply;
import io.pikareplica.storage.RowIterator;
import io.pikareplica.storage.Rows;
import io.pikareplica.storage.codec.KeyFormat;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;

/**
 * A bounded walk over the fields or members of one hash, set or zset in bytewise order, as HSCAN,
 * SSCAN and ZSCAN do it.
 *
 * @param cursor 0 to start; negative ends the walk at once, as in Pika
 * @param limit rows to look at, matching or not
 */
record FieldScan(long cursor, Glob match, long limit) {
  private static final long DEFAULT_LIMIT = 10;

  /**
   * Reads {@code NAME key cursor [MATCH pattern] [COUNT n]}.
   *
   * @throws CommandException for a cursor or count that is no number, a negative count, or another
   *     option
   */
  static FieldScan parse(Args args) throws CommandException {
    long cursor = args.int64(2);
    Options options = Options.parse(args, 3, "COUNT");
    return new FieldScan(cursor, options.match, options.limit);
  }

  /** What stands behind the position of a scan. */
  record Options(Glob match, long limit) {
    /**
     * @param limitWord what the option for the number of rows is called
     */
    static Options parse(Args args, int from, String limitWord) throws CommandException {
      Glob match = Glob.ALL;
      long limit = DEFAULT_LIMIT;
      for (int i = from; i < args.size(); i += 2) {
        if (i + 1 == args.size()) {
          throw CommandException.syntax();
        } else if (args.is(i, "MATCH")) {
          match = new Glob(args.get(i + 1));
        } else if (args.is(i, limitWord)) {
          limit = args.int64(i + 1);
        } else {
          throw CommandException.syntax();
        }
      }
      if (limit < 0) {
        throw CommandException.syntax();
      }
      return new Options(match, Math.max(limit, 1)); // 0 would never come to an end
    }
  }

  /**
   * Walks on.
   *
   * @param prefix of the rows of the key's present life
   * @param found takes the field and the row's value of each match
   * @return the next cursor, 0 at the end
   */
  long walk(Rows rows, Family family, byte[] key, byte[] prefix, BiConsumer<byte[], byte[]> found) {
    if (cursor < 0) {
      return 0;
    }
    byte[] from =
        ScanCursors.SHARED
            .find(key, cursor)
            .map(next -> KeyFormat.field(prefix, next))
            .orElse(prefix);
    try (RowIterator row = rows.ascending(family, from, KeyFormat.after(prefix))) {
      return step(row, prefix, match, limit, found)
          .map(next -> ScanCursors.SHARED.put(key, next))
          .orElse(0L);
    }
  }

  /** Takes up to {@code limit} rows; the field behind them, if there is one. */
  static Optional<byte[]> step(
      RowIterator row, byte[] prefix, Glob match, long limit, BiConsumer<byte[], byte[]> found) {
    for (long rest = limit; rest > 0 && row.isValid(); rest--, row.next()) {
      byte[] field = KeyFormat.fieldOf(prefix, row.key());
      if (match.matches(field)) {
        found.accept(field, row.value());
      }
    }
    return row.isValid() ? Optional.of(KeyFormat.fieldOf(prefix, row.key())) : Optional.empty();
  }

  /** The reply of a scan. */
  static Reply reply(long nextCursor, List<Reply> elements) {
    return Reply.array(
        List.of(Reply.bulk(Long.toString(nextCursor)), Reply.array(new ArrayList<>(elements))));
  }
}
