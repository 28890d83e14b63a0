package io.pikareplica.storage.cmd;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.pikareplica.storage.Args;
import io.pikareplica.storage.Command;
import io.pikareplica.storage.CommandException;
import io.pikareplica.storage.CommandSpec.Group;
import io.pikareplica.storage.Reply;
import io.pikareplica.storage.WriteContext;
import io.pikareplica.storage.codec.MetaRecord;
import io.pikareplica.storage.codec.StringRecord;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Commands that give a string a whole value, or take it away (src/pika_kv.cc, redis_strings.cc).
 */
final class StringSetCommands {
  private static final byte[] SET = "set".getBytes(US_ASCII);
  private static final byte[] SETNX = "setnx".getBytes(US_ASCII);

  private StringSetCommands() {}

  static List<Command> commands() {
    return new CommandList(Group.STRING)
        .write("set", -3, StringSetCommands::set)
        .write("setnx", 3, StringSetCommands::setnx)
        .write("setex", 4, StringSetCommands::setex)
        .write("psetex", 4, StringSetCommands::psetex)
        .write("pksetexat", 4, StringSetCommands::pksetexat)
        .write("getset", 3, StringSetCommands::getset)
        .write("delvx", 3, StringSetCommands::delvx)
        .writeKeys("mset", -3, 1, -1, 2, StringSetCommands::mset)
        .writeKeys("msetnx", -3, 1, -1, 2, StringSetCommands::msetnx)
        .commands();
  }

  private static Reply set(WriteContext context, Args args) throws CommandException {
    byte[] key = args.get(1);
    byte[] value = args.get(2);
    if (args.size() == 3) {
      overwrite(context, key, value, MetaRecord.NO_EXPIRY);
      return Reply.OK;
    }
    SetOptions options = SetOptions.parse(context, args);
    return switch (options.condition()) {
      case ALWAYS -> {
        setFor(context, key, value, options.ttlMs());
        Expiry.logSeconds(context, key, context.nowMs() / 1000 + options.ttlMs() / 1000, value);
        yield Reply.OK;
      }
      case NX -> setIfAbsent(context, key, value, options.ttlMs()) ? Reply.OK : Reply.NIL;
      case XX -> {
        WritableKey record = WritableKey.of(context, key);
        boolean found = record.string().isPresent();
        if (found) {
          put(context, record, value, options.ttlMs());
        }
        yield found ? Reply.OK : Reply.NIL;
      }
      case VX -> {
        WritableKey record = WritableKey.of(context, key);
        long verdict = compare(record, options.expected());
        if (verdict == 1) {
          put(context, record, value, options.ttlMs());
        }
        yield Reply.of(verdict);
      }
    };
  }

  /** 1 the key holds this value, -1 another one, 0 there is none. */
  private static long compare(WritableKey key, byte[] expected) throws CommandException {
    Optional<StringRecord> string = key.string();
    if (string.isEmpty()) {
      return 0;
    }
    return Arrays.equals(string.get().value(), expected) ? 1 : -1;
  }

  private static Reply setnx(WriteContext context, Args args) throws CommandException {
    boolean set = setIfAbsent(context, args.get(1), args.get(2), 0);
    context.log(SETNX, args.get(1), args.get(2));
    return Reply.of(set);
  }

  private static Reply setex(WriteContext context, Args args) throws CommandException {
    long seconds = args.int64(2);
    setFor(context, args.get(1), args.get(3), Expiry.ofSeconds(context, seconds));
    Expiry.logSeconds(context, args.get(1), context.nowMs() / 1000 + seconds, args.get(3));
    return Reply.OK;
  }

  private static Reply psetex(WriteContext context, Args args) throws CommandException {
    long ms = args.int64(2);
    setFor(context, args.get(1), args.get(3), ms);
    Expiry.logMs(context, args.get(1), context.nowMs() + ms, args.get(3));
    return Reply.OK;
  }

  private static Reply pksetexat(WriteContext context, Args args) throws CommandException {
    long etimeMs = Expiry.ofPksetexat(args.int64(2), context.nowMs());
    overwrite(context, args.get(1), args.get(3), etimeMs);
    return Reply.OK;
  }

  private static Reply getset(WriteContext context, Args args) throws CommandException {
    WritableKey key = WritableKey.of(context, args.get(1));
    Optional<StringRecord> old = key.string();
    put(context, key, args.get(2), 0);
    // an empty old value cannot be told from none (src/pika_kv.cc, GetsetCmd)
    return old.filter(string -> string.value().length > 0)
        .map(string -> Reply.bulk(string.value()))
        .orElse(Reply.NIL);
  }

  private static Reply delvx(WriteContext context, Args args) throws CommandException {
    WritableKey key = WritableKey.of(context, args.get(1));
    long verdict = compare(key, args.get(2));
    if (verdict == 1) {
      key.delete();
    }
    return Reply.of(verdict);
  }

  private static Reply mset(WriteContext context, Args args) throws CommandException {
    checkPairs(args);
    setPairs(context, args);
    return Reply.OK;
  }

  private static Reply msetnx(WriteContext context, Args args) throws CommandException {
    checkPairs(args);
    for (int i = 1; i < args.size(); i += 2) {
      if (!isAbsent(WritableKey.of(context, args.get(i)))) {
        context.logNothing();
        return Reply.ZERO;
      }
    }
    setPairs(context, args);
    return Reply.ONE;
  }

  private static void checkPairs(Args args) throws CommandException {
    if (args.size() % 2 == 0) {
      throw CommandException.arity(args.name());
    }
  }

  private static void setPairs(WriteContext context, Args args) {
    for (int i = 1; i < args.size(); i += 2) {
      overwrite(context, args.get(i), args.get(i + 1), MetaRecord.NO_EXPIRY);
      context.log(SET, args.get(i), args.get(i + 1));
    }
  }

  /**
   * @throws CommandException when the time to live is 0 or less, in the words of Pika, whose own
   *     status for it is taken for a conflict of types
   */
  private static void setFor(WriteContext context, byte[] key, byte[] value, long ttlMs)
      throws CommandException {
    if (ttlMs <= 0) {
      throw CommandException.wrongType();
    }
    overwrite(context, key, value, Expiry.in(context, ttlMs));
  }

  private static boolean setIfAbsent(WriteContext context, byte[] key, byte[] value, long ttlMs)
      throws CommandException {
    WritableKey record = WritableKey.of(context, key);
    if (!isAbsent(record)) {
      return false;
    }
    put(context, record, value, ttlMs);
    return true;
  }

  /** A live stream counts as absent here, too. */
  private static boolean isAbsent(WritableKey key) {
    return key.live().filter(Keys::isNoStream).isEmpty();
  }

  private static void put(WriteContext context, WritableKey key, byte[] value, long ttlMs)
      throws CommandException {
    long etimeMs = ttlMs > 0 ? Expiry.in(context, ttlMs) : MetaRecord.NO_EXPIRY;
    key.put(new StringRecord(value, context.nowMs(), etimeMs));
  }

  private static void overwrite(WriteContext context, byte[] key, byte[] value, long etimeMs) {
    WritableKey.overwrite(context, key, new StringRecord(value, context.nowMs(), etimeMs));
  }
}
