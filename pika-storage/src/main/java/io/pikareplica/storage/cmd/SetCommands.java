package io.pikareplica.storage.cmd;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.pikareplica.storage.Args;
import io.pikareplica.storage.Command;
import io.pikareplica.storage.CommandException;
import io.pikareplica.storage.CommandSpec.Group;
import io.pikareplica.storage.Family;
import io.pikareplica.storage.Reply;
import io.pikareplica.storage.WriteContext;
import io.pikareplica.storage.codec.CollectionMeta;
import io.pikareplica.storage.codec.DataType;
import io.pikareplica.storage.codec.KeyFormat;
import io.pikareplica.storage.codec.RowValue;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Writes to sets (src/pika_set.cc, redis_sets.cc). What depends on chance or on other keys is
 * logged as the SREM, SADD and DEL that it comes to.
 */
final class SetCommands {
  private static final byte[] DEL = "del".getBytes(US_ASCII);
  private static final byte[] SADD = "sadd".getBytes(US_ASCII);
  private static final byte[] SREM = "srem".getBytes(US_ASCII);

  /** A new SADD item begins once the members of the last one have this many bytes. */
  private static final int ITEM_BYTES = 131_072;

  /** Sets that a node keeps for itself, for the migration of slots. */
  private static final List<byte[]> INTERNAL =
      List.of(
          "_internal:slotkey:4migrate:".getBytes(US_ASCII),
          "_internal:slottag:4migrate:".getBytes(US_ASCII));

  private SetCommands() {}

  static List<Command> commands() {
    return new CommandList(Group.SET)
        .write("sadd", -3, SetCommands::sadd)
        .write("srem", -3, SetCommands::srem)
        .write("spop", -2, SetCommands::spop)
        .writeKeys("smove", 4, 1, 2, 1, SetCommands::smove)
        .writeKeys("sunionstore", -3, 1, -1, 1, (c, a) -> store(c, a, SetAlgebra::union))
        .writeKeys("sinterstore", -3, 1, -1, 1, (c, a) -> store(c, a, SetAlgebra::intersection))
        .writeKeys("sdiffstore", -3, 1, -1, 1, (c, a) -> store(c, a, SetAlgebra::difference))
        .commands();
  }

  private static Reply sadd(WriteContext context, Args args) throws CommandException {
    byte[] key = args.get(1);
    if (INTERNAL.stream().anyMatch(prefix -> startsWith(key, prefix))) {
      context.logNothing();
    }
    WritableKey record = WritableKey.of(context, key);
    return Reply.of(add(context, record, key, record.collectionOrNew(DataType.SET), args.from(2)));
  }

  private static boolean startsWith(byte[] key, byte[] prefix) {
    return key.length >= prefix.length
        && Arrays.equals(key, 0, prefix.length, prefix, 0, prefix.length);
  }

  /** The number of members that are new; without any nothing is written. */
  private static int add(
      WriteContext context,
      WritableKey key,
      byte[] name,
      CollectionMeta meta,
      Collection<byte[]> members)
      throws CommandException {
    Keys.counted(meta, members.size()); // refuses before anything is written
    byte[] prefix = KeyFormat.dataPrefix(name, meta.version());
    byte[] row = RowValue.marker(context.nowMs());
    int added = 0;
    for (byte[] member : members) {
      byte[] rowKey = KeyFormat.field(prefix, member);
      if (key.rows().get(Family.SET, rowKey) == null) {
        key.rows().put(Family.SET, rowKey, row);
        added++;
      }
    }
    if (added > 0) {
      key.put(Keys.counted(meta, added));
    }
    return added;
  }

  private static Reply srem(WriteContext context, Args args) throws CommandException {
    byte[] key = args.get(1);
    WritableKey record = WritableKey.of(context, key);
    Optional<CollectionMeta> meta = record.collection(DataType.SET);
    return meta.isEmpty() ? Reply.ZERO : Reply.of(remove(record, key, meta.get(), args.from(2)));
  }

  /**
   * The number of arguments that are members: one that is repeated counts each time, and so takes
   * more from the count than rows go. The count decides whether the set exists, so a replica must
   * come to the same (S-16).
   */
  private static int remove(WritableKey key, byte[] name, CollectionMeta meta, List<byte[]> members)
      throws CommandException {
    byte[] prefix = KeyFormat.dataPrefix(name, meta.version());
    List<byte[]> present = new ArrayList<>();
    for (byte[] member : members) {
      byte[] rowKey = KeyFormat.field(prefix, member);
      if (key.rows().get(Family.SET, rowKey) != null) {
        present.add(rowKey);
      }
    }
    if (present.isEmpty()) {
      return 0;
    }
    CollectionMeta left = Keys.counted(meta, -present.size());
    for (byte[] rowKey : present) {
      key.rows().delete(Family.SET, rowKey);
    }
    key.put(left);
    return present.size();
  }

  /** An array even without a count; nil for a set that is not there. */
  private static Reply spop(WriteContext context, Args args) throws CommandException {
    if (args.size() > 3) {
      throw CommandException.arity(args.name());
    }
    long count = args.size() == 3 ? args.int64(2) : 1;
    if (count <= 0) {
      throw new CommandException("ERR value is out of range, must be positive");
    }
    byte[] key = args.get(1);
    WritableKey record = WritableKey.of(context, key);
    Optional<CollectionMeta> meta = record.collection(DataType.SET);
    if (meta.isEmpty()) {
      context.logNothing();
      return Reply.NIL;
    }
    List<byte[]> members = SetReads.members(context.rows(key), key, meta.get(), meta.get().count());
    List<byte[]> popped = RandomPick.distinct(members, count, ThreadLocalRandom.current());
    remove(record, key, meta.get(), popped);
    logItem(context, SREM, key, popped);
    return Reply.bulks(popped);
  }

  private static void logItem(
      WriteContext context, byte[] command, byte[] key, List<byte[]> members) {
    byte[][] words = new byte[2 + members.size()][];
    words[0] = command;
    words[1] = key;
    for (int i = 0; i < members.size(); i++) {
      words[2 + i] = members.get(i);
    }
    context.log(words);
  }

  private static Reply smove(WriteContext context, Args args) throws CommandException {
    byte[] from = args.get(1);
    byte[] to = args.get(2);
    List<byte[]> member = args.from(3);
    WritableKey source = WritableKey.of(context, from);
    Optional<CollectionMeta> meta = source.collection(DataType.SET);
    WritableKey.of(context, to).collection(DataType.SET); // refuses before anything is written
    context.logNothing();
    if (meta.isEmpty() || remove(source, from, meta.get(), member) == 0) {
      return Reply.ZERO;
    }
    WritableKey target = WritableKey.of(context, to);
    add(context, target, to, target.collectionOrNew(DataType.SET), member);
    logItem(context, SREM, from, member);
    logItem(context, SADD, to, member);
    return Reply.ONE;
  }

  /** Computes the members that a command stores. */
  @FunctionalInterface
  private interface Algebra {
    SortedSet<byte[]> of(WriteContext context, List<byte[]> keys) throws CommandException;
  }

  private static Reply store(WriteContext context, Args args, Algebra algebra)
      throws CommandException {
    byte[] key = args.get(1);
    SortedSet<byte[]> members = algebra.of(context, args.from(2));
    context.log(DEL, key);
    WritableKey.of(context, key).del();
    if (!members.isEmpty()) {
      WritableKey target = WritableKey.of(context, key);
      add(context, target, key, target.collectionOrNew(DataType.SET), members);
      logMembers(context, key, members);
    }
    return Reply.of(members.size());
  }

  private static void logMembers(WriteContext context, byte[] key, Collection<byte[]> members) {
    List<byte[]> item = new ArrayList<>();
    int size = 0;
    for (byte[] member : members) {
      if (size >= ITEM_BYTES) {
        logItem(context, SADD, key, item);
        item.clear();
        size = 0;
      }
      item.add(member);
      size += member.length;
    }
    logItem(context, SADD, key, item);
  }
}
