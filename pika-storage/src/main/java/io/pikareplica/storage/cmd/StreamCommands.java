package io.pikareplica.storage.cmd;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.pikareplica.storage.Args;
import io.pikareplica.storage.Command;
import io.pikareplica.storage.CommandException;
import io.pikareplica.storage.CommandSpec.Group;
import io.pikareplica.storage.Family;
import io.pikareplica.storage.Reply;
import io.pikareplica.storage.WriteContext;
import io.pikareplica.storage.codec.RowValue;
import io.pikareplica.storage.codec.StreamId;
import io.pikareplica.storage.codec.StreamMeta;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Commands that change streams (src/pika_stream.cc, S/redis_streams.cc). The bookkeeping of first
 * and last id follows the original with its slips, so that later trims remove what they remove on a
 * real node (S-19).
 */
final class StreamCommands {
  private StreamCommands() {}

  static List<Command> commands() {
    return new CommandList(Group.STREAM)
        .write("xadd", -4, StreamCommands::xadd)
        .write("xtrim", -2, StreamCommands::xtrim)
        .write("xdel", -3, StreamCommands::xdel)
        .commands();
  }

  /** The words of XADD: options, then the id at {@code idAt}, then fields and values. */
  private record Addition(boolean makesStream, StreamTrim trim, int idAt) {
    static Addition parse(Args args) throws CommandException {
      boolean makesStream = true;
      StreamTrim trim = StreamTrim.NONE;
      int at = 2;
      for (; at < args.size(); at++) {
        if (StreamTrim.startsAt(args, at)) {
          trim = trim.parse(args, at);
          at = StreamTrim.thresholdAt(args, at);
        } else if (args.is(at, "limit") && at + 1 < args.size()) {
          throw CommandException.syntax();
        } else if (args.is(at, "nomkstream")) {
          makesStream = false;
        } else {
          break;
        }
      }
      int words = args.size() - at - 1;
      Addition addition = new Addition(makesStream, trim, at);
      if (at < args.size()) {
        addition.checkId(args);
      }
      if (words < 2 || words % 2 == 1) {
        throw CommandException.arity("xadd");
      }
      return addition;
    }

    private void checkId(Args args) throws CommandException {
      if (!isGenerated(args)) {
        StreamIds.parse(args.get(idAt), 0);
      }
    }

    boolean isGenerated(Args args) throws CommandException {
      return args.is(idAt, "*") || StreamIds.parseWithoutSeq(args.get(idAt)).isPresent();
    }
  }

  private static Reply xadd(WriteContext context, Args args) throws CommandException {
    Addition addition = Addition.parse(args);
    WritableKey key = WritableKey.of(context, args.get(1));
    Optional<StreamMeta> found = writable(context, key, args);
    boolean isLive = found.isPresent() && found.get().length() != 0;
    if (!isLive && !addition.makesStream && !context.isReplicated()) {
      throw new CommandException("ERR NotFound: no_mkstream");
    }
    StreamMeta meta = isLive ? found.get() : StreamMeta.create(key.newVersion());
    StreamId id = id(context, args, addition, meta.last());
    byte[] row = RowValue.message(args.from(addition.idAt + 1));
    StreamRows rows = new StreamRows(key.rows(), key.name(), meta);
    key.rows().put(Family.STREAM, rows.rowKey(id), row);
    StreamMeta longer =
        new StreamMeta(
            meta.entriesAdded() + 1,
            meta.length() == 0 ? id : meta.first(),
            id,
            meta.maxDeleted(),
            meta.length() + 1,
            meta.version());
    key.put(trimmed(key, rows, longer, addition.trim.cut(rows, longer)));
    if (addition.isGenerated(args)) {
      List<byte[]> words = new ArrayList<>(args.from(0));
      words.set(addition.idAt, id.toString().getBytes(US_ASCII));
      context.log(words.toArray(new byte[0][]));
    }
    return Reply.bulk(id.toString());
  }

  private static Optional<StreamMeta> writable(WriteContext context, WritableKey key, Args args)
      throws CommandException {
    try {
      return StreamRows.stream(key.found(), args.get(1), context.nowMs());
    } catch (CommandException e) {
      throw new CommandException(
          e.getMessage()
              .replaceFirst("^ERR ", "ERR Corruption: error from XADD, get stream meta failed: "));
    }
  }

  /**
   * The id of a new message. What a master has logged is not held against the last id: after its
   * clock stepped back the master itself has stored an id that is not above it (S-20).
   */
  private static StreamId id(WriteContext context, Args args, Addition addition, StreamId last)
      throws CommandException {
    byte[] word = args.get(addition.idAt);
    if (!context.isReplicated() && last.equals(StreamId.MAX)) {
      throw new CommandException("ERR Corruption: Fatal! Sequence number overflow !");
    }
    if (args.is(addition.idAt, "*")) {
      StreamId now = new StreamId(context.nowMs(), 0);
      return now.compareTo(last) > 0 ? now : StreamIds.after(last);
    }
    Optional<Long> ms = StreamIds.parseWithoutSeq(word);
    if (ms.isPresent()) {
      StreamId least = new StreamId(ms.get(), 0);
      StreamId next = least.compareTo(last) > 0 ? least : StreamIds.after(last);
      if (next.ms() != ms.get()) {
        throw new CommandException(
            "ERR Invalid argument: The ID specified in XADD is equal or smaller");
      }
      return next;
    }
    StreamId id = StreamIds.parse(word, 0);
    if (!context.isReplicated()) {
      if (id.equals(StreamId.MIN)) {
        throw new CommandException(
            "ERR Invalid argument: The ID specified in XADD must be greater than 0-0");
      }
      if (id.compareTo(last) <= 0) {
        throw new CommandException("ERR Invalid argument: INVALID ID given");
      }
    }
    return id;
  }

  /** Deletes what a trim cuts off; returns the record without it. */
  private static StreamMeta trimmed(
      WritableKey key, StreamRows rows, StreamMeta meta, StreamTrim.Cut cut) {
    if (cut.count() == 0) {
      return meta;
    }
    StreamId maxDeleted = meta.maxDeleted();
    for (StreamId id : cut.ids()) {
      key.rows().delete(Family.STREAM, rows.rowKey(id));
      maxDeleted = max(maxDeleted, id);
    }
    int length = meta.length() - cut.count();
    StreamId first = cut.first();
    if (length == 0) {
      first = StreamId.MIN;
    } else if (first.equals(StreamId.MIN)) {
      first = rows.smallest(); // undefined in the original
    }
    return new StreamMeta(
        meta.entriesAdded(), first, meta.last(), maxDeleted, length, meta.version());
  }

  private static StreamId max(StreamId a, StreamId b) {
    return a.compareTo(b) >= 0 ? a : b;
  }

  private static Reply xtrim(WriteContext context, Args args) throws CommandException {
    StreamTrim trim = StreamTrim.NONE;
    for (int at = 2; at < args.size(); at = StreamTrim.thresholdAt(args, at) + 1) {
      if (!StreamTrim.startsAt(args, at)) {
        throw CommandException.syntax();
      }
      trim = trim.parse(args, at);
    }
    WritableKey key = WritableKey.of(context, args.get(1));
    Optional<StreamMeta> found = StreamRows.stream(key.found(), args.get(1), context.nowMs());
    if (found.isEmpty()) {
      return Reply.ZERO;
    }
    StreamRows rows = new StreamRows(key.rows(), key.name(), found.get());
    StreamTrim.Cut cut = trim.cut(rows, found.get());
    key.put(trimmed(key, rows, found.get(), cut));
    return Reply.of(cut.count());
  }

  private static Reply xdel(WriteContext context, Args args) throws CommandException {
    List<StreamId> ids = new ArrayList<>();
    for (byte[] word : args.from(2)) {
      ids.add(StreamIds.parse(word, 0));
    }
    WritableKey key = WritableKey.of(context, args.get(1));
    Optional<StreamMeta> found = StreamRows.stream(key.found(), args.get(1), context.nowMs());
    if (found.isEmpty()) {
      return Reply.ZERO;
    }
    StreamMeta meta = found.get();
    StreamRows rows = new StreamRows(key.rows(), key.name(), meta);
    int count = (int) ids.stream().filter(rows::contains).count(); // a repeated one counts twice
    ids.forEach(id -> key.rows().delete(Family.STREAM, rows.rowKey(id)));
    int length = meta.length() - count;
    StreamId first = meta.first();
    StreamId maxDeleted = meta.maxDeleted();
    for (StreamId id : ids) {
      maxDeleted = max(maxDeleted, id);
      if (id.equals(first)) {
        first = length == 0 ? StreamId.MIN : rows.smallest();
      } else if (id.equals(meta.last())) {
        // the original means to move the last id here, and moves the first
        first = length == 0 ? StreamId.MIN : rows.largest();
      }
    }
    key.put(
        new StreamMeta(
            meta.entriesAdded(), first, meta.last(), maxDeleted, length, meta.version()));
    return Reply.of(count);
  }
}
