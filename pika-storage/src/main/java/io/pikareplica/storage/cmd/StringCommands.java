package io.pikareplica.storage.cmd;

import io.pikareplica.storage.Args;
import io.pikareplica.storage.Command;
import io.pikareplica.storage.CommandException;
import io.pikareplica.storage.CommandSpec.Group;
import io.pikareplica.storage.ReadContext;
import io.pikareplica.storage.Reply;
import io.pikareplica.storage.WriteContext;
import io.pikareplica.storage.codec.DataType;
import io.pikareplica.storage.codec.MetaRecord;
import io.pikareplica.storage.codec.StringRecord;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Reads of strings, and the writes to a part of one (src/pika_kv.cc, redis_strings.cc). */
final class StringCommands {
  /** As Redis has it by default; Pika would run out of memory instead. */
  private static final long MAX_LENGTH = 512L << 20;

  /**
   * What a client may make a string grow to: what the heap can bear, as short requests ask for much
   * here, and what fits into a message to a replica, as APPEND is logged with its result.
   */
  private static final long MAX_CLIENT_LENGTH =
      Math.min(236L << 20, Runtime.getRuntime().maxMemory() / 8);

  private StringCommands() {}

  static List<Command> commands() {
    return new CommandList(Group.STRING)
        .read("get", 2, StringCommands::get)
        .readKeys("mget", -2, 1, -1, 1, StringCommands::mget)
        .read("strlen", 2, StringCommands::strlen)
        .read("getrange", 4, StringCommands::getrange)
        .write("append", 3, StringCommands::append)
        .write("setrange", 4, StringCommands::setrange)
        .commands();
  }

  private static Reply get(ReadContext context, Args args) throws CommandException {
    return Keys.string(context, args.get(1))
        .map(string -> Reply.bulk(string.value()))
        .orElse(Reply.NIL);
  }

  private static Reply mget(ReadContext context, Args args) {
    List<Reply> values = new ArrayList<>();
    for (byte[] key : args.from(1)) {
      values.add(
          Keys.live(context, key)
              .filter(record -> record.type() == DataType.STRING)
              .map(record -> Reply.bulk(((StringRecord) record).value()))
              .orElse(Reply.NIL));
    }
    return Reply.array(values);
  }

  private static Reply strlen(ReadContext context, Args args) throws CommandException {
    return Reply.of(valueOf(Keys.string(context, args.get(1))).length);
  }

  /**
   * As Redis::Getrange: an end in front of the string still takes its first byte from a start 0.
   */
  private static Reply getrange(ReadContext context, Args args) throws CommandException {
    long start = args.int64(2);
    long end = args.int64(3);
    byte[] value = valueOf(Keys.string(context, args.get(1)));
    int size = value.length;
    long from = start >= 0 ? start : size + start;
    long to = end >= 0 ? end : size + end;
    if (size == 0 || from > size - 1 || (from != 0 && (from > to || to < 0))) {
      return Reply.bulk(new byte[0]);
    }
    from = Math.max(from, 0);
    to = Math.max(Math.min(to, size - 1), 0);
    return Reply.bulk(Arrays.copyOfRange(value, (int) from, (int) to + 1));
  }

  /**
   * Logged with its result. The original logs an empty value when the key is new, which its
   * replicas then hold (W-16); ours logs the value.
   */
  private static Reply append(WriteContext context, Args args) throws CommandException {
    WritableKey key = WritableKey.of(context, args.get(1));
    Optional<StringRecord> old = key.string();
    byte[] was = valueOf(old);
    checkLength(context, (long) was.length + args.get(2).length);
    byte[] value = concat(was, args.get(2));
    replace(context, key, old, value);
    Expiry.logKept(context, args.get(1), etimeOf(old), value);
    return Reply.of(value.length);
  }

  /**
   * As Redis::Setrange: the new bytes end at their first zero byte, while what follows them in the
   * string begins behind their full length.
   */
  private static Reply setrange(WriteContext context, Args args) throws CommandException {
    long offset = args.int64(2);
    if (offset < 0) {
      throw new CommandException("ERR offset is out of range");
    }
    byte[] inserted = args.get(3);
    WritableKey key = WritableKey.of(context, args.get(1));
    Optional<StringRecord> old = key.string();
    byte[] was = valueOf(old);
    checkLength(context, offset + inserted.length);
    byte[] head = Arrays.copyOf(was, (int) offset);
    int tailFrom = Math.min((int) offset + inserted.length, was.length);
    byte[] tail = Arrays.copyOfRange(was, tailFrom, was.length);
    byte[] value = concat(concat(head, upToZero(inserted)), tail);
    replace(context, key, old, value);
    return Reply.of(value.length);
  }

  private static byte[] upToZero(byte[] bytes) {
    int length = 0;
    while (length < bytes.length && bytes[length] != 0) {
      length++;
    }
    return Arrays.copyOf(bytes, length);
  }

  private static void checkLength(WriteContext context, long length) throws CommandException {
    long most = context.isReplicated() ? MAX_LENGTH : MAX_CLIENT_LENGTH;
    if (length < 0 || length > most) {
      throw new CommandException(
          "ERR string exceeds maximum allowed size (" + (most >> 20) + "MB)");
    }
  }

  private static byte[] concat(byte[] head, byte[] tail) {
    byte[] all = Arrays.copyOf(head, head.length + tail.length);
    System.arraycopy(tail, 0, all, head.length, tail.length);
    return all;
  }

  private static byte[] valueOf(Optional<StringRecord> string) {
    return string.map(StringRecord::value).orElse(new byte[0]);
  }

  static long etimeOf(Optional<StringRecord> string) {
    return string.map(StringRecord::etimeMs).orElse(MetaRecord.NO_EXPIRY);
  }

  /** A new string record that expires when the old one would have. */
  static void replace(
      WriteContext context, WritableKey key, Optional<StringRecord> old, byte[] value) {
    key.put(new StringRecord(value, context.nowMs(), etimeOf(old)));
  }
}
