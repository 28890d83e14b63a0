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
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Reads of sets, members in bytewise order (src/pika_set.cc, redis_sets.cc). SUNION, SINTER and
 * SDIFF are writes to Pika, which logs them for nothing; here they are what they are.
 */
final class SetReads {
  /** Members that one SRANDMEMBER with a negative count may ask for. */
  private static final int MAX_REPEATED = 1_000_000;

  private SetReads() {}

  static List<Command> commands() {
    return new CommandList(Group.SET)
        .read("smembers", 2, SetReads::smembers)
        .read("sismember", 3, SetReads::sismember)
        .read("scard", 2, SetReads::scard)
        .read("srandmember", -2, SetReads::srandmember)
        .read("sscan", -3, SetReads::sscan)
        .readKeys("sunion", -2, 1, -1, 1, (c, a) -> Reply.bulks(SetAlgebra.union(c, a.from(1))))
        .readKeys(
            "sinter", -2, 1, -1, 1, (c, a) -> Reply.bulks(SetAlgebra.intersection(c, a.from(1))))
        .readKeys("sdiff", -2, 1, -1, 1, (c, a) -> Reply.bulks(SetAlgebra.difference(c, a.from(1))))
        .commands();
  }

  /** The first members of a set, at most {@code limit}. */
  static List<byte[]> members(Rows rows, byte[] key, CollectionMeta meta, int limit) {
    byte[] prefix = KeyFormat.dataPrefix(key, meta.version());
    List<byte[]> members = new ArrayList<>();
    try (RowIterator row = rows.ascending(Family.SET, prefix, KeyFormat.after(prefix))) {
      FieldScan.step(row, prefix, Glob.ALL, limit, (member, value) -> members.add(member));
    }
    return members;
  }

  static boolean contains(Rows rows, byte[] key, CollectionMeta meta, byte[] member) {
    byte[] prefix = KeyFormat.dataPrefix(key, meta.version());
    return rows.get(Family.SET, KeyFormat.field(prefix, member)) != null;
  }

  private static Reply smembers(ReadContext context, Args args) throws CommandException {
    byte[] key = args.get(1);
    return Reply.bulks(
        Keys.collection(context, key, DataType.SET)
            .map(meta -> members(context.rows(key), key, meta, Integer.MAX_VALUE))
            .orElse(List.of()));
  }

  private static Reply sismember(ReadContext context, Args args) throws CommandException {
    byte[] key = args.get(1);
    return Reply.of(
        Keys.collection(context, key, DataType.SET)
            .filter(meta -> contains(context.rows(key), key, meta, args.get(2)))
            .isPresent());
  }

  private static Reply scard(ReadContext context, Args args) throws CommandException {
    return Reply.of(
        Keys.collection(context, args.get(1), DataType.SET).map(CollectionMeta::count).orElse(0));
  }

  /** One member without a count; of a set that is not there an empty array in any case. */
  private static Reply srandmember(ReadContext context, Args args) throws CommandException {
    if (args.size() > 3) {
      throw CommandException.arity(args.name());
    }
    int count = args.size() == 3 ? args.int32(2) : 1;
    if (count < -MAX_REPEATED) {
      throw new CommandException("ERR value is out of range");
    }
    byte[] key = args.get(1);
    Optional<CollectionMeta> meta = Keys.collection(context, key, DataType.SET);
    if (meta.isEmpty()) {
      return Reply.EMPTY_ARRAY;
    }
    List<byte[]> members = members(context.rows(key), key, meta.get(), meta.get().count());
    ThreadLocalRandom random = ThreadLocalRandom.current();
    List<byte[]> picked =
        count >= 0
            ? RandomPick.distinct(members, count, random)
            : RandomPick.repeating(members, -count, random);
    boolean single = args.size() == 2 && !picked.isEmpty();
    return single ? Reply.bulk(picked.get(0)) : Reply.bulks(picked);
  }

  private static Reply sscan(ReadContext context, Args args) throws CommandException {
    FieldScan scan = FieldScan.parse(args);
    byte[] key = args.get(1);
    Optional<MetaRecord> live = Keys.live(context, key).filter(Keys::isNoStream);
    if (live.isEmpty()) {
      return FieldScan.reply(0, List.of());
    }
    if (live.get().type() != DataType.SET) {
      throw Keys.wrongType(key, ", expect type: set, get", live.get().type());
    }
    byte[] prefix = KeyFormat.dataPrefix(key, live.get().version());
    List<Reply> members = new ArrayList<>();
    long next =
        scan.walk(
            context.rows(key),
            Family.SET,
            key,
            prefix,
            (member, value) -> members.add(Reply.bulk(member)));
    return FieldScan.reply(next, members);
  }
}
