package io.pikareplica.storage.cmd;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.pikareplica.storage.Args;
import io.pikareplica.storage.Command;
import io.pikareplica.storage.CommandException;
import io.pikareplica.storage.CommandSpec.Group;
import io.pikareplica.storage.Reply;
import io.pikareplica.storage.WriteContext;
import io.pikareplica.storage.codec.LongDouble;
import io.pikareplica.storage.codec.StringRecord;
import java.util.List;
import java.util.Optional;

/**
 * Strings as numbers (src/pika_kv.cc, redis_strings.cc). INCR and its kin are logged with their
 * result; DECR and DECRBY as they are, so that each replica computes.
 */
final class CounterCommands {
  private CounterCommands() {}

  static List<Command> commands() {
    return new CommandList(Group.STRING)
        .write("incr", 2, (context, args) -> increase(context, args, 1))
        .write("incrby", 3, (context, args) -> increase(context, args, args.int64(2)))
        .write("incrbyfloat", 3, CounterCommands::increaseFloat)
        .write("decr", 2, (context, args) -> decrease(context, args, 1))
        .write("decrby", 3, (context, args) -> decrease(context, args, args.int64(2)))
        .commands();
  }

  private static Reply increase(WriteContext context, Args args, long by) throws CommandException {
    WritableKey key = WritableKey.of(context, args.get(1));
    Optional<StringRecord> old = key.string();
    long result = by;
    if (old.isPresent()) {
      long number = StoredInteger.parseSaturating(old.get().value());
      result = number + by;
      if (((number ^ result) & (by ^ result)) < 0) {
        throw CommandException.overflow();
      }
    }
    byte[] value = text(result);
    StringCommands.replace(context, key, old, value);
    Expiry.logKept(context, args.get(1), StringCommands.etimeOf(old), value);
    return Reply.of(result);
  }

  private static Reply decrease(WriteContext context, Args args, long by) throws CommandException {
    WritableKey key = WritableKey.of(context, args.get(1));
    Optional<StringRecord> old = key.string();
    long number = 0;
    if (old.isPresent()) {
      number = StoredInteger.parse(old.get().value());
    }
    long result = number - by;
    // of a new key the original takes -by even where that does not fit
    boolean refuse = old.isPresent() || !context.isReplicated();
    if (refuse && ((number ^ by) & (number ^ result)) < 0) {
      throw CommandException.overflow();
    }
    StringCommands.replace(context, key, old, text(result));
    return Reply.of(result);
  }

  private static Reply increaseFloat(WriteContext context, Args args) throws CommandException {
    WritableKey key = WritableKey.of(context, args.get(1));
    Optional<StringRecord> old = key.string();
    byte[] value =
        floatSum(
            context,
            old.map(StringRecord::value),
            args.get(2),
            new CommandException("ERR increment would produce NaN or Infinity"));
    StringCommands.replace(context, key, old, value);
    Expiry.logKept(context, args.get(1), StringCommands.etimeOf(old), value);
    return Reply.bulk(value);
  }

  /**
   * The text that INCRBYFLOAT and HINCRBYFLOAT store.
   *
   * @param old the number so far; empty for a new one
   * @param notFinite what to throw when the sum is no number to print
   */
  static byte[] floatSum(
      WriteContext context, Optional<byte[]> old, byte[] increment, CommandException notFinite)
      throws CommandException {
    LongDouble sum = LongDouble.parse(increment).orElseThrow(CommandException::notAFloat);
    if (old.isPresent()) {
      sum = LongDouble.parse(old.get()).orElseThrow(CommandException::notAFloat).plus(sum);
    }
    Optional<String> text = sum.text();
    if (text.isEmpty() && old.isEmpty() && context.isReplicated()) {
      return new byte[0]; // what the original stores without a word
    }
    return text.orElseThrow(() -> notFinite).getBytes(US_ASCII);
  }

  private static byte[] text(long number) {
    return Long.toString(number).getBytes(US_ASCII);
  }
}
