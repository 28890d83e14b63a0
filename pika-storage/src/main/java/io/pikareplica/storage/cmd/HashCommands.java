package io.pikareplica.storage.cmd;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.pikareplica.storage.Args;
import io.pikareplica.storage.Command;
import io.pikareplica.storage.CommandException;
import io.pikareplica.storage.CommandSpec.Group;
import io.pikareplica.storage.Family;
import io.pikareplica.storage.MutableRows;
import io.pikareplica.storage.Numbers;
import io.pikareplica.storage.Reply;
import io.pikareplica.storage.WriteContext;
import io.pikareplica.storage.codec.CollectionMeta;
import io.pikareplica.storage.codec.DataType;
import io.pikareplica.storage.codec.KeyFormat;
import io.pikareplica.storage.codec.RowValue;
import java.util.List;
import java.util.Optional;

/** Writes to hashes (src/pika_hash.cc, redis_hashes.cc). */
final class HashCommands {
  private static final byte[] HMSET = "hmset".getBytes(US_ASCII);

  private HashCommands() {}

  static List<Command> commands() {
    return new CommandList(Group.HASH)
        .write("hset", -4, HashCommands::hset)
        .write("hmset", -4, HashCommands::hmset)
        .write("hsetnx", 4, HashCommands::hsetnx)
        .write("hdel", -3, HashCommands::hdel)
        .write("hincrby", 4, HashCommands::hincrby)
        .write("hincrbyfloat", 4, HashCommands::hincrbyfloat)
        .commands();
  }

  /**
   * Pika's takes one pair, so that with several ours is logged as the HMSET that all versions take.
   */
  private static Reply hset(WriteContext context, Args args) throws CommandException {
    Reply added = Reply.of(putPairs(context, args));
    if (args.size() > 4 && !context.isReplicated()) {
      byte[][] words = args.from(0).toArray(new byte[0][]);
      words[0] = HMSET;
      context.log(words);
    }
    return added;
  }

  private static Reply hmset(WriteContext context, Args args) throws CommandException {
    putPairs(context, args);
    return Reply.OK;
  }

  /** The number of fields that are new; of a repeated one the last value stays. */
  private static int putPairs(WriteContext context, Args args) throws CommandException {
    if (args.size() % 2 != 0) {
      throw CommandException.arity(args.name());
    }
    Hash hash = Hash.of(context, args.get(1));
    Keys.counted(hash.meta, args.size() / 2 - 1); // refuses before anything is written
    int added = 0;
    for (int i = 2; i < args.size(); i += 2) {
      added += hash.get(args.get(i)).isEmpty() ? 1 : 0;
      hash.put(args.get(i), args.get(i + 1));
    }
    hash.grow(added);
    return added;
  }

  private static Reply hsetnx(WriteContext context, Args args) throws CommandException {
    Hash hash = Hash.of(context, args.get(1));
    if (hash.get(args.get(2)).isPresent()) {
      return Reply.ZERO;
    }
    hash.grow(1);
    hash.put(args.get(2), args.get(3));
    return Reply.ONE;
  }

  private static Reply hdel(WriteContext context, Args args) throws CommandException {
    Optional<Hash> found = Hash.ifLive(context, args.get(1));
    if (found.isEmpty()) {
      return Reply.ZERO;
    }
    Hash hash = found.get();
    int removed = 0;
    for (byte[] field : args.from(2)) {
      if (hash.get(field).isPresent()) {
        hash.delete(field);
        removed++;
      }
    }
    hash.grow(-removed);
    return Reply.of(removed);
  }

  private static Reply hincrby(WriteContext context, Args args) throws CommandException {
    long by = args.int64(3);
    Hash hash = Hash.ofNumbers(context, args.get(1));
    Optional<byte[]> old = hash.get(args.get(2));
    long number = old.isPresent() ? Numbers.parseInt64(old.get()) : 0;
    long result = number + by;
    if (((number ^ result) & (by ^ result)) < 0) {
      throw CommandException.overflow();
    }
    hash.grow(old.isPresent() ? 0 : 1);
    hash.put(args.get(2), Long.toString(result).getBytes(US_ASCII));
    return Reply.of(result);
  }

  private static Reply hincrbyfloat(WriteContext context, Args args) throws CommandException {
    Hash hash = Hash.ofNumbers(context, args.get(1));
    Optional<byte[]> old = hash.get(args.get(2));
    byte[] sum = CounterCommands.floatSum(context, old, args.get(3), CommandException.overflow());
    hash.grow(old.isPresent() ? 0 : 1);
    hash.put(args.get(2), sum);
    return Reply.bulk(sum);
  }

  /** One hash that is written to. */
  private static final class Hash {
    private final WriteContext context;
    private final WritableKey key;
    private final MutableRows rows;
    private final byte[] prefix;
    private CollectionMeta meta;

    private Hash(WriteContext context, WritableKey key, byte[] name, CollectionMeta meta) {
      this.context = context;
      this.key = key;
      this.meta = meta;
      rows = key.rows();
      prefix = KeyFormat.dataPrefix(name, meta.version());
    }

    static Hash of(WriteContext context, byte[] name) throws CommandException {
      WritableKey key = WritableKey.of(context, name);
      return new Hash(context, key, name, key.collectionOrNew(DataType.HASH));
    }

    /** HINCRBY and HINCRBYFLOAT leave the creation time of a hash that they revive. */
    static Hash ofNumbers(WriteContext context, byte[] name) throws CommandException {
      WritableKey key = WritableKey.of(context, name);
      CollectionMeta meta = key.collectionOrNew(DataType.HASH);
      long ctimeMs =
          key.found()
              .filter(record -> record.type() == DataType.HASH)
              .map(record -> ((CollectionMeta) record).ctimeMs())
              .orElse(meta.ctimeMs());
      return new Hash(
          context,
          key,
          name,
          new CollectionMeta(DataType.HASH, meta.count(), meta.version(), ctimeMs, meta.etimeMs()));
    }

    static Optional<Hash> ifLive(WriteContext context, byte[] name) throws CommandException {
      WritableKey key = WritableKey.of(context, name);
      return key.collection(DataType.HASH).map(meta -> new Hash(context, key, name, meta));
    }

    Optional<byte[]> get(byte[] field) {
      return Optional.ofNullable(rows.get(Family.HASH, KeyFormat.field(prefix, field)))
          .map(RowValue::decode);
    }

    void put(byte[] field, byte[] value) {
      rows.put(
          Family.HASH, KeyFormat.field(prefix, field), RowValue.encode(value, context.nowMs()));
    }

    void delete(byte[] field) {
      rows.delete(Family.HASH, KeyFormat.field(prefix, field));
    }

    /** Writes the meta record when the number of fields has changed. */
    void grow(int delta) throws CommandException {
      if (delta != 0) {
        meta = Keys.counted(meta, delta);
        key.put(meta);
      }
    }
  }
}
