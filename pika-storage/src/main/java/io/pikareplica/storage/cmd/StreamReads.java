package io.pikareplica.storage.cmd;

import io.pikareplica.storage.Args;
import io.pikareplica.storage.Command;
import io.pikareplica.storage.CommandException;
import io.pikareplica.storage.CommandSpec.Group;
import io.pikareplica.storage.ReadContext;
import io.pikareplica.storage.Reply;
import io.pikareplica.storage.RowIterator;
import io.pikareplica.storage.codec.RowValue;
import io.pikareplica.storage.codec.StreamId;
import io.pikareplica.storage.codec.StreamMeta;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Commands that look at streams (src/pika_stream.cc, S/redis_streams.cc). */
final class StreamReads {
  private StreamReads() {}

  static List<Command> commands() {
    return new CommandList(Group.STREAM)
        .read("xlen", 2, StreamReads::xlen)
        .read("xrange", -4, (context, args) -> range(context, args, true))
        .read("xrevrange", -4, (context, args) -> range(context, args, false))
        .readKeys("xread", -3, 0, 0, 0, StreamReads::xread)
        .readKeys("xinfo", -2, 2, 2, 1, StreamReads::xinfo)
        .commands();
  }

  private static Reply xlen(ReadContext context, Args args) throws CommandException {
    return Reply.of(existing(context, args.get(1)).length());
  }

  private static StreamMeta existing(ReadContext context, byte[] key) throws CommandException {
    Optional<StreamMeta> stream = StreamRows.stream(context, key);
    if (stream.isEmpty()) {
      throw new CommandException("ERR no such key");
    }
    return stream.get();
  }

  private static Reply range(ReadContext context, Args args, boolean ascending)
      throws CommandException {
    byte[] low = args.get(ascending ? 2 : 3);
    byte[] high = args.get(ascending ? 3 : 2);
    StreamId from = StreamIds.parseOrEnd(unbracketed(low), 0);
    StreamId to = StreamIds.parseOrEnd(unbracketed(high), -1);
    long limit = Long.MAX_VALUE;
    if (args.size() == 6 && args.is(4, "count")) {
      limit = args.int64(5);
    } else if (args.size() > 4) {
      throw CommandException.syntax();
    }
    if (isExclusive(low)) {
      if (from.equals(StreamId.MAX)) {
        throw StreamIds.invalid();
      }
      from = StreamIds.after(from);
    }
    if (isExclusive(high)) {
      if (to.equals(StreamId.MIN)) {
        throw StreamIds.invalid();
      }
      to = StreamIds.before(to);
    }
    byte[] key = args.get(1);
    Optional<StreamMeta> stream = StreamRows.stream(context, key);
    if (stream.isEmpty() || from.compareTo(to) > 0) {
      return Reply.EMPTY_ARRAY;
    }
    StreamRows rows = new StreamRows(context.rows(key), key, stream.get());
    return messages(rows, from, to, ascending, limit);
  }

  private static boolean isExclusive(byte[] word) {
    return word.length > 1 && word[0] == '(';
  }

  private static byte[] unbracketed(byte[] word) {
    return isExclusive(word) ? Arrays.copyOfRange(word, 1, word.length) : word;
  }

  private static Reply messages(
      StreamRows rows, StreamId from, StreamId to, boolean ascending, long limit) {
    List<Reply> messages = new ArrayList<>();
    try (RowIterator walk = rows.walk(from, to, ascending)) {
      for (; walk.isValid() && messages.size() < limit; walk.next()) {
        messages.add(
            Reply.array(
                List.of(
                    Reply.bulk(rows.idAt(walk).toString()),
                    Reply.bulks(RowValue.messageOf(walk.value())))));
      }
    }
    return Reply.array(messages);
  }

  /** Never waits, BLOCK or not, as in the original. */
  private static Reply xread(ReadContext context, Args args) throws CommandException {
    long limit = Long.MAX_VALUE;
    int at = 1;
    for (; at < args.size() && !args.is(at, "streams"); at += 2) {
      if (at + 1 == args.size()) {
        throw CommandException.syntax();
      }
      if (args.is(at, "count")) {
        long count = args.int64(at + 1);
        limit = count > 0 ? count : Long.MAX_VALUE;
      } else if (args.is(at, "block")) {
        StreamIds.number(args.get(at + 1));
      } else {
        throw CommandException.syntax();
      }
    }
    int words = args.size() - at - 1;
    if (words < 2 || words % 2 == 1) {
      throw CommandException.syntax();
    }
    List<Reply> streams = new ArrayList<>();
    for (int i = at + 1; i <= at + words / 2; i++) {
      byte[] key = args.get(i);
      Optional<StreamMeta> stream = StreamRows.stream(context, key);
      if (stream.isPresent()) {
        Reply news = news(context, key, stream.get(), args.get(i + words / 2), limit);
        streams.add(Reply.array(List.of(Reply.bulk(key), news)));
      }
    }
    return streams.isEmpty() ? Reply.NIL_ARRAY : Reply.array(streams);
  }

  private static Reply news(
      ReadContext context, byte[] key, StreamMeta stream, byte[] word, long limit)
      throws CommandException {
    boolean fromNow = word.length == 1 && word[0] == '$';
    StreamId seen = fromNow ? stream.last() : StreamIds.parse(word, 0);
    if (seen.equals(StreamId.MAX)) {
      return Reply.EMPTY_ARRAY;
    }
    StreamRows rows = new StreamRows(context.rows(key), key, stream);
    return messages(rows, StreamIds.after(seen), StreamId.MAX, true, limit);
  }

  private static Reply xinfo(ReadContext context, Args args) throws CommandException {
    if (args.size() < 3) {
      throw CommandException.arity("xinfo");
    }
    if (args.size() > 3 || !args.is(1, "stream")) {
      throw CommandException.syntax();
    }
    StreamMeta meta = existing(context, args.get(2));
    return new Reply.Map(
        List.of(
            Reply.bulk("length"),
            Reply.of(meta.length()),
            Reply.bulk("last-generated-id"),
            Reply.bulk(meta.last().toString()),
            Reply.bulk("max-deleted-entry-id"),
            Reply.bulk(meta.maxDeleted().toString()),
            Reply.bulk("entries-added"),
            Reply.of(meta.entriesAdded()),
            Reply.bulk("recorded-first-entry-id"),
            Reply.bulk(meta.first().toString())));
  }
}
