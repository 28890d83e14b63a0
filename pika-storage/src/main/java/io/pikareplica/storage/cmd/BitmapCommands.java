package io.pikareplica.storage.cmd;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.pikareplica.storage.Args;
import io.pikareplica.storage.Command;
import io.pikareplica.storage.CommandException;
import io.pikareplica.storage.CommandSpec.Group;
import io.pikareplica.storage.ReadContext;
import io.pikareplica.storage.Reply;
import io.pikareplica.storage.WriteContext;
import io.pikareplica.storage.codec.MetaRecord;
import io.pikareplica.storage.codec.StringRecord;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Strings as bits, the highest of a byte first (src/pika_bit.cc, redis_strings.cc). */
final class BitmapCommands {
  /** What clients may address, as in Pika. */
  private static final long MAX_CLIENT_OFFSET = (1L << 21) - 1;

  /** What a master may have addressed: a string of 512 MB. */
  private static final long MAX_OFFSET = (1L << 32) - 1;

  private static final byte[] SET = "set".getBytes(US_ASCII);

  private BitmapCommands() {}

  static List<Command> commands() {
    return new CommandList(Group.BITMAP)
        .write("setbit", 4, BitmapCommands::setbit)
        .writeKeys("bitop", -4, 2, -1, 1, BitmapCommands::bitop)
        .read("getbit", 3, BitmapCommands::getbit)
        .read("bitcount", -2, BitmapCommands::bitcount)
        .read("bitpos", -3, BitmapCommands::bitpos)
        .commands();
  }

  private static CommandException badOffset() {
    return new CommandException("ERR bit offset is not an integer or out of range");
  }

  private static long offset(Args args, long max) throws CommandException {
    long offset;
    try {
      offset = args.int64(2);
    } catch (CommandException e) {
      throw badOffset();
    }
    if (offset < 0 || offset > max) {
      throw badOffset();
    }
    return offset;
  }

  private static int bitArgument(Args args) throws CommandException {
    try {
      long bit = args.int64(3);
      if (bit == 0 || bit == 1) {
        return (int) bit;
      }
    } catch (CommandException e) {
      // says less than the error below
    }
    throw new CommandException("ERR bit is not an integer or out of range");
  }

  private static int bit(byte[] value, long offset) {
    int at = (int) (offset >> 3);
    return at < value.length ? value[at] >> (7 - (offset & 7)) & 1 : 0;
  }

  /** Writes only when the bit changes: a 0 behind the end creates nothing. */
  private static Reply setbit(WriteContext context, Args args) throws CommandException {
    long offset = offset(args, context.isReplicated() ? MAX_OFFSET : MAX_CLIENT_OFFSET);
    int bit = bitArgument(args);
    WritableKey key = WritableKey.of(context, args.get(1));
    Optional<StringRecord> old = key.string();
    byte[] value = old.map(StringRecord::value).orElse(new byte[0]);
    int was = bit(value, offset);
    if (was != bit) {
      int at = (int) (offset >> 3);
      byte[] changed = Arrays.copyOf(value, Math.max(value.length, at + 1));
      changed[at] ^= (byte) (1 << (7 - (offset & 7)));
      StringCommands.replace(context, key, old, changed);
    }
    return Reply.of(was);
  }

  private static Reply getbit(ReadContext context, Args args) throws CommandException {
    long offset = offset(args, Long.MAX_VALUE);
    Optional<StringRecord> string = Keys.string(context, args.get(1));
    boolean behind = offset > MAX_OFFSET; // of any string
    return Reply.of(string.isEmpty() || behind ? 0 : bit(string.get().value(), offset));
  }

  private static Reply bitcount(ReadContext context, Args args) throws CommandException {
    if (args.size() != 2 && args.size() != 4) {
      throw CommandException.syntax();
    }
    long start = args.size() == 4 ? args.int64(2) : 0;
    long end = args.size() == 4 ? args.int64(3) : -1;
    byte[] value = value(context, args.get(1));
    long from = clamped(start, value.length);
    long to = Math.min(clamped(end, value.length), value.length - 1);
    int count = 0;
    for (long i = from; i <= to; i++) {
      count += Integer.bitCount(value[(int) i] & 0xFF);
    }
    return Reply.of(count);
  }

  private static byte[] value(ReadContext context, byte[] key) throws CommandException {
    return Keys.string(context, key).map(StringRecord::value).orElse(new byte[0]);
  }

  /** A byte index that may count from the end; not below 0. */
  private static long clamped(long index, int length) {
    return Math.max(index < 0 ? index + length : index, 0);
  }

  /**
   * The first bit of a kind, -1 for none. Unlike Redis, Pika does not see zeros behind the end; of
   * an absent key, for which it replies an error, ours says what Redis says.
   */
  private static Reply bitpos(ReadContext context, Args args) throws CommandException {
    long wanted = args.int64(2);
    if (wanted != 0 && wanted != 1) {
      throw new CommandException("ERR The bit argument must be 1 or 0.");
    }
    if (args.size() > 5) {
      throw CommandException.syntax();
    }
    long start = args.size() > 3 ? args.int64(3) : 0;
    long end = args.size() > 4 ? args.int64(4) : -1;
    byte[] value = value(context, args.get(1));
    if (value.length == 0) {
      return Reply.of(wanted == 0 && args.size() == 3 ? 0 : -1);
    }
    long from = clamped(start, value.length);
    long to = Math.min(clamped(end, value.length), value.length - 1);
    for (long i = from; i <= to; i++) {
      int bits = value[(int) i] & 0xFF;
      int searched = wanted == 1 ? bits : bits ^ 0xFF;
      if (searched != 0) {
        return Reply.of(i * 8 + Integer.numberOfLeadingZeros(searched) - 24);
      }
    }
    return Reply.of(-1);
  }

  /** Logged as the SET of its result. */
  private static Reply bitop(WriteContext context, Args args) throws CommandException {
    Operation operation = Operation.of(args);
    List<byte[]> sources = new ArrayList<>();
    int length = 0;
    for (byte[] key : args.from(3)) {
      byte[] value = value(context, key);
      sources.add(value);
      length = Math.max(length, value.length);
    }
    byte[] result = Arrays.copyOf(sources.get(0), length);
    for (int i = 0; operation == Operation.NOT && i < length; i++) {
      result[i] = (byte) ~result[i];
    }
    for (byte[] source : sources.subList(1, sources.size())) {
      for (int i = 0; i < length; i++) {
        result[i] = operation.apply(result[i], i < source.length ? source[i] : 0);
      }
    }
    byte[] target = args.get(2);
    WritableKey.overwrite(
        context, target, new StringRecord(result, context.nowMs(), MetaRecord.NO_EXPIRY));
    context.log(SET, target, result);
    return Reply.of(length);
  }

  /** What BITOP does bit by bit. */
  private enum Operation {
    AND,
    OR,
    XOR,
    NOT;

    static Operation of(Args args) throws CommandException {
      for (Operation operation : values()) {
        if (args.is(1, operation.name())) {
          if (operation == NOT && args.size() != 4) {
            throw new CommandException("ERR BITOP NOT must be called with a single source key.");
          }
          return operation;
        }
      }
      throw CommandException.syntax();
    }

    byte apply(byte a, byte b) {
      return (byte)
          switch (this) {
            case AND -> a & b;
            case OR -> a | b;
            case XOR, NOT -> a ^ b;
          };
    }
  }
}
