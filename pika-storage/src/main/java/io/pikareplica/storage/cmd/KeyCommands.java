package io.pikareplica.storage.cmd;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.pikareplica.storage.Args;
import io.pikareplica.storage.Command;
import io.pikareplica.storage.CommandException;
import io.pikareplica.storage.CommandSpec.Group;
import io.pikareplica.storage.ReadContext;
import io.pikareplica.storage.Reply;
import io.pikareplica.storage.WriteContext;
import io.pikareplica.storage.codec.CollectionMeta;
import io.pikareplica.storage.codec.DataType;
import io.pikareplica.storage.codec.ListMeta;
import io.pikareplica.storage.codec.MetaRecord;
import io.pikareplica.storage.codec.StringRecord;
import java.util.List;
import java.util.Optional;

/** Commands on a key of whatever type (src/pika_kv.cc, S/redis_strings.cc, S/storage.cc). */
final class KeyCommands {
  private static final byte[] EXPIREAT = "expireat".getBytes(US_ASCII);
  private static final byte[] PEXPIREAT = "pexpireat".getBytes(US_ASCII);
  private static final long MS_PER_SECOND = 1000;

  private KeyCommands() {}

  static List<Command> commands() {
    return new CommandList(Group.KEYS)
        .writeKeys("del", -2, 1, -1, 1, KeyCommands::del)
        .writeKeys("unlink", -2, 1, -1, 1, KeyCommands::del)
        .write("expire", 3, (context, args) -> expireIn(context, args, MS_PER_SECOND))
        .write("pexpire", 3, (context, args) -> expireIn(context, args, 1))
        .write("expireat", 3, (context, args) -> expireAt(context, args, MS_PER_SECOND))
        .write("pexpireat", 3, (context, args) -> expireAt(context, args, 1))
        .write("persist", 2, KeyCommands::persist)
        .readKeys("exists", -2, 1, -1, 1, KeyCommands::exists)
        .read("type", 2, KeyCommands::type)
        .read("ttl", 2, (context, args) -> timeToLive(context, args, MS_PER_SECOND))
        .read("pttl", 2, (context, args) -> timeToLive(context, args, 1))
        .commands();
  }

  private static Reply del(WriteContext context, Args args) {
    long removed = 0;
    for (byte[] key : args.from(1)) {
      removed += WritableKey.of(context, key).del() ? 1 : 0;
      context.log(args.get(0), key);
    }
    return Reply.of(removed);
  }

  /** EXPIRE and PEXPIRE: the master logs them as the time that they come to. */
  private static Reply expireIn(WriteContext context, Args args, long unitMs)
      throws CommandException {
    long ttl = args.int64(2);
    long unitsNow = context.nowMs() / unitMs;
    try {
      long etimeMs = Math.addExact(context.nowMs(), Math.multiplyExact(ttl, unitMs));
      byte[] at = Long.toString(Math.addExact(unitsNow, ttl)).getBytes(US_ASCII);
      context.log(unitMs == 1 ? PEXPIREAT : EXPIREAT, args.get(1), at);
      return Reply.of(expire(context, args.get(1), ttl > 0 ? etimeMs : 0));
    } catch (ArithmeticException e) {
      throw new CommandException("ERR invalid expire time in '" + args.name() + "' command");
    }
  }

  private static Reply expireAt(WriteContext context, Args args, long unitMs)
      throws CommandException {
    long at = args.int64(2);
    long etimeMs = at > Long.MAX_VALUE / unitMs ? Long.MAX_VALUE : Math.max(at, 0) * unitMs;
    return Reply.of(expire(context, args.get(1), etimeMs));
  }

  /**
   * Gives a key an expiry, which may have passed already. Streams have none.
   *
   * @param etimeMs ms since 1970; 0 removes the key
   */
  private static boolean expire(WriteContext context, byte[] key, long etimeMs) {
    WritableKey target = WritableKey.of(context, key);
    Optional<MetaRecord> live = target.live();
    if (live.isEmpty() || live.get().type() == DataType.STREAM) {
      return false;
    }
    if (etimeMs == 0) {
      return target.del();
    }
    target.put(withEtime(live.get(), etimeMs));
    return true;
  }

  private static Reply persist(WriteContext context, Args args) {
    WritableKey target = WritableKey.of(context, args.get(1));
    Optional<MetaRecord> live = target.live();
    if (live.isEmpty() || live.get().etimeMs() == MetaRecord.NO_EXPIRY) {
      return Reply.ZERO;
    }
    target.put(withEtime(live.get(), MetaRecord.NO_EXPIRY));
    return Reply.ONE;
  }

  private static MetaRecord withEtime(MetaRecord record, long etimeMs) {
    return switch (record.type()) {
      case STRING -> ((StringRecord) record).withEtime(etimeMs);
      case HASH, SET, ZSET -> ((CollectionMeta) record).withEtime(etimeMs);
      case LIST -> ((ListMeta) record).withEtime(etimeMs);
      case STREAM -> record;
    };
  }

  private static Reply exists(ReadContext context, Args args) {
    long count = 0;
    for (byte[] key : args.from(1)) {
      count += present(context, key).isPresent() ? 1 : 0;
    }
    return Reply.of(count);
  }

  private static Reply type(ReadContext context, Args args) {
    return new Reply.Status(
        present(context, args.get(1)).map(found -> found.type().pikaName()).orElse("none"));
  }

  private static Reply timeToLive(ReadContext context, Args args, long unitMs) {
    Optional<MetaRecord> found = present(context, args.get(1));
    if (found.isEmpty()) {
      return Reply.of(-2);
    }
    long etimeMs = found.get().etimeMs();
    return Reply.of(etimeMs == MetaRecord.NO_EXPIRY ? -1 : (etimeMs - context.nowMs()) / unitMs);
  }

  private static Optional<MetaRecord> present(ReadContext context, byte[] key) {
    Optional<MetaRecord> record =
        Keys.record(context.rows(key), key).filter(found -> Keys.exists(found, context.nowMs()));
    context.looked(record.isPresent());
    return record;
  }
}
