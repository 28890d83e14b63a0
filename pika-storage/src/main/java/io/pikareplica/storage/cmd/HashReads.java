package io.pikareplica.storage.cmd;

import io.pikareplica.storage.Args;
import io.pikareplica.storage.Command;
import io.pikareplica.storage.CommandException;
import io.pikareplica.storage.CommandSpec.Group;
import io.pikareplica.storage.Family;
import io.pikareplica.storage.ReadContext;
import io.pikareplica.storage.Reply;
import io.pikareplica.storage.RowIterator;
import io.pikareplica.storage.Rows;
import io.pikareplica.storage.codec.CollectionMeta;
import io.pikareplica.storage.codec.DataType;
import io.pikareplica.storage.codec.KeyFormat;
import io.pikareplica.storage.codec.MetaRecord;
import io.pikareplica.storage.codec.RowValue;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;

/** Reads of hashes, fields in bytewise order (src/pika_hash.cc, redis_hashes.cc). */
final class HashReads {
  private HashReads() {}

  static List<Command> commands() {
    return new CommandList(Group.HASH)
        .read("hget", 3, HashReads::hget)
        .read("hmget", -3, HashReads::hmget)
        .read("hgetall", 2, HashReads::hgetall)
        .read("hkeys", 2, (context, args) -> each(context, args, (field, row) -> field))
        .read("hvals", 2, (context, args) -> each(context, args, (field, row) -> row))
        .read("hlen", 2, HashReads::hlen)
        .read("hexists", 3, (context, args) -> Reply.of(field(context, args).isPresent()))
        .read("hstrlen", 3, HashReads::hstrlen)
        .read("hscan", -3, HashReads::hscan)
        .read("hscanx", -3, HashReads::hscanx)
        .read("pkhscanrange", -4, (context, args) -> range(context, args, true))
        .read("pkhrscanrange", -4, (context, args) -> range(context, args, false))
        .commands();
  }

  private static Reply hget(ReadContext context, Args args) throws CommandException {
    return field(context, args).map(Reply::bulk).orElse(Reply.NIL);
  }

  private static Reply hstrlen(ReadContext context, Args args) throws CommandException {
    return Reply.of(field(context, args).map(value -> value.length).orElse(0));
  }

  private static Optional<byte[]> field(ReadContext context, Args args) throws CommandException {
    byte[] key = args.get(1);
    return Keys.collection(context, key, DataType.HASH)
        .flatMap(meta -> value(context, key, meta, args.get(2)));
  }

  private static Optional<byte[]> value(
      ReadContext context, byte[] key, CollectionMeta meta, byte[] field) {
    byte[] rowKey = KeyFormat.field(KeyFormat.dataPrefix(key, meta.version()), field);
    return Optional.ofNullable(context.rows(key).get(Family.HASH, rowKey)).map(RowValue::decode);
  }

  private static Reply hmget(ReadContext context, Args args) throws CommandException {
    byte[] key = args.get(1);
    Optional<CollectionMeta> meta = Keys.collection(context, key, DataType.HASH);
    List<Reply> values = new ArrayList<>();
    for (byte[] field : args.from(2)) {
      values.add(
          meta.flatMap(live -> value(context, key, live, field))
              .map(Reply::bulk)
              .orElse(Reply.NIL));
    }
    return Reply.array(values);
  }

  private static Reply hlen(ReadContext context, Args args) throws CommandException {
    return Reply.of(
        Keys.collection(context, args.get(1), DataType.HASH).map(CollectionMeta::count).orElse(0));
  }

  private static Reply hgetall(ReadContext context, Args args) throws CommandException {
    List<Reply> flat = new ArrayList<>();
    Optional<CollectionMeta> meta = liveOrStorageError(context, args.get(1));
    if (meta.isPresent()) {
      walk(context, args.get(1), meta.get(), addTo(flat));
    }
    return new Reply.Map(flat);
  }

  /** One of field and value. */
  @FunctionalInterface
  private interface Choice {
    byte[] of(byte[] field, byte[] value);
  }

  private static Reply each(ReadContext context, Args args, Choice choice) throws CommandException {
    List<Reply> chosen = new ArrayList<>();
    Optional<CollectionMeta> meta = Keys.collection(context, args.get(1), DataType.HASH);
    if (meta.isPresent()) {
      walk(
          context,
          args.get(1),
          meta.get(),
          (field, row) -> chosen.add(Reply.bulk(choice.of(field, RowValue.decode(row)))));
    }
    return Reply.array(chosen);
  }

  private static void walk(
      ReadContext context, byte[] key, CollectionMeta meta, BiConsumer<byte[], byte[]> found) {
    byte[] prefix = KeyFormat.dataPrefix(key, meta.version());
    try (RowIterator row =
        context.rows(key).ascending(Family.HASH, prefix, KeyFormat.after(prefix))) {
      FieldScan.step(row, prefix, Glob.ALL, Long.MAX_VALUE, found);
    }
  }

  private static BiConsumer<byte[], byte[]> addTo(List<Reply> flat) {
    return (field, row) -> {
      flat.add(Reply.bulk(field));
      flat.add(Reply.bulk(RowValue.decode(row)));
    };
  }

  private static Reply hscan(ReadContext context, Args args) throws CommandException {
    FieldScan scan = FieldScan.parse(args);
    List<Reply> flat = new ArrayList<>();
    byte[] key = args.get(1);
    Optional<CollectionMeta> meta = liveOrStorageError(context, key);
    long next = 0;
    if (meta.isPresent()) {
      byte[] prefix = KeyFormat.dataPrefix(key, meta.get().version());
      next = scan.walk(context.rows(key), Family.HASH, key, prefix, addTo(flat));
    }
    return FieldScan.reply(next, flat);
  }

  /** HGETALL and HSCAN pass on the text of Pika's storage layer. */
  private static Optional<CollectionMeta> liveOrStorageError(ReadContext context, byte[] key)
      throws CommandException {
    Optional<MetaRecord> live = Keys.live(context, key).filter(Keys::isNoStream);
    if (live.isPresent() && live.get().type() != DataType.HASH) {
      throw Keys.wrongType(key, ", expect type: hash, get", live.get().type());
    }
    return live.map(CollectionMeta.class::cast);
  }

  /** {@code HSCANX key startField [MATCH pattern] [COUNT n]}: a scan whose cursor is a field. */
  private static Reply hscanx(ReadContext context, Args args) throws CommandException {
    FieldScan.Options options = FieldScan.Options.parse(args, 3, "COUNT");
    return range(context, args.get(1), args.get(2), new byte[0], options, true);
  }

  /** {@code PKHSCANRANGE key first last [MATCH pattern] [LIMIT n]}, both ends included. */
  private static Reply range(ReadContext context, Args args, boolean ascending)
      throws CommandException {
    FieldScan.Options options = FieldScan.Options.parse(args, 4, "LIMIT");
    byte[] first = args.get(2);
    byte[] last = args.get(3);
    int order = Arrays.compareUnsigned(first, last);
    if (first.length > 0 && last.length > 0 && (ascending ? order > 0 : order < 0)) {
      throw new CommandException("ERR Invalid argument: error in given range");
    }
    return range(context, args.get(1), first, last, options, ascending);
  }

  /**
   * @param first empty for no bound
   * @param last empty for no bound
   */
  private static Reply range(
      ReadContext context,
      byte[] key,
      byte[] first,
      byte[] last,
      FieldScan.Options options,
      boolean ascending)
      throws CommandException {
    List<Reply> flat = new ArrayList<>();
    Optional<CollectionMeta> meta = Keys.collection(context, key, DataType.HASH);
    Optional<byte[]> next = Optional.empty();
    if (meta.isPresent()) {
      byte[] prefix = KeyFormat.dataPrefix(key, meta.get().version());
      try (RowIterator row = rows(context.rows(key), prefix, first, last, ascending)) {
        next = FieldScan.step(row, prefix, options.match(), options.limit(), addTo(flat));
      }
    }
    return Reply.array(List.of(Reply.bulk(next.orElse(new byte[0])), Reply.array(flat)));
  }

  private static RowIterator rows(
      Rows rows, byte[] prefix, byte[] first, byte[] last, boolean ascending) {
    byte[] lowest = ascending ? first : last;
    byte[] highest = ascending ? last : first;
    byte[] from = lowest.length == 0 ? prefix : KeyFormat.field(prefix, lowest);
    byte[] to =
        highest.length == 0
            ? KeyFormat.after(prefix)
            : KeyFormat.after(KeyFormat.field(prefix, highest));
    return ascending
        ? rows.ascending(Family.HASH, from, to)
        : rows.descending(Family.HASH, from, to);
  }
}
