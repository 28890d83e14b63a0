package io.pikareplica.storage.cmd;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.pikareplica.storage.Args;
import io.pikareplica.storage.Command;
import io.pikareplica.storage.CommandException;
import io.pikareplica.storage.CommandSpec.Group;
import io.pikareplica.storage.Family;
import io.pikareplica.storage.MutableRows;
import io.pikareplica.storage.Reply;
import io.pikareplica.storage.RowIterator;
import io.pikareplica.storage.WriteContext;
import io.pikareplica.storage.codec.ListMeta;
import io.pikareplica.storage.codec.RowValue;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Commands that change lists (src/pika_list.cc, S/redis_lists.cc). Which half LINSERT and LREM
 * shift is as in the original, so that the indexes on disk are a master's, too.
 */
final class ListCommands {
  private static final long BLOCKING_LIMIT_S = 10L * 365 * 24 * 3600;

  private ListCommands() {}

  static List<Command> commands() {
    return new CommandList(Group.LIST)
        .write("lpush", -3, (context, args) -> push(context, args, true, true))
        .write("rpush", -3, (context, args) -> push(context, args, false, true))
        .write("lpushx", -3, (context, args) -> push(context, args, true, false))
        .write("rpushx", -3, (context, args) -> push(context, args, false, false))
        .write("lpop", -2, (context, args) -> pop(context, args, true))
        .write("rpop", -2, (context, args) -> pop(context, args, false))
        .write("lset", 4, ListCommands::lset)
        .write("linsert", 5, ListCommands::linsert)
        .write("lrem", 4, ListCommands::lrem)
        .write("ltrim", 4, ListCommands::ltrim)
        .writeKeys("rpoplpush", 3, 1, 2, 1, ListCommands::rpoplpush)
        .writeKeys("blpop", -3, 1, -2, 1, (context, args) -> blockingPop(context, args, true))
        .writeKeys("brpop", -3, 1, -2, 1, (context, args) -> blockingPop(context, args, false))
        .commands();
  }

  private static Reply push(WriteContext context, Args args, boolean left, boolean create)
      throws CommandException {
    WritableKey key = WritableKey.of(context, args.get(1));
    if (!create && key.list().isEmpty()) {
      return Reply.ZERO;
    }
    long nowMs = context.nowMs();
    List<byte[]> stored = args.from(2).stream().map(v -> RowValue.encode(v, nowMs)).toList();
    return Reply.of(push(key, key.listOrNew(), stored, left));
  }

  /** Puts rows as they are to be stored at one end; returns the new length. */
  private static long push(WritableKey key, ListMeta meta, List<byte[]> stored, boolean left) {
    ListRows list = new ListRows(key.rows(), key.name(), meta);
    long index = left ? meta.left() : meta.right();
    for (byte[] row : stored) {
      key.rows().put(Family.LIST, list.rowKey(index), row);
      index += left ? -1 : 1;
    }
    long count = meta.count() + stored.size();
    key.put(
        left
            ? meta.withRange(count, index, meta.right())
            : meta.withRange(count, meta.left(), index));
    return count;
  }

  private static Reply pop(WriteContext context, Args args, boolean left) throws CommandException {
    if (args.size() > 3) {
      throw CommandException.arity(args.name());
    }
    boolean many = args.size() == 3;
    long wanted = many ? args.int64(2) : 1;
    if (wanted < 0) {
      throw CommandException.syntax();
    }
    WritableKey key = WritableKey.of(context, args.get(1));
    Optional<ListMeta> list = key.list();
    if (list.isEmpty()) {
      return Reply.NIL;
    }
    List<byte[]> popped = pop(key, list.get(), wanted, left);
    return many
        ? Reply.bulks(popped.stream().map(RowValue::decode).toList())
        : Reply.bulk(RowValue.decode(popped.get(0)));
  }

  /** Takes elements off one end; returns their rows as they were stored. */
  private static List<byte[]> pop(WritableKey key, ListMeta meta, long wanted, boolean left) {
    ListRows list = new ListRows(key.rows(), key.name(), meta);
    long n = Math.min(wanted, meta.count());
    List<byte[]> popped = new ArrayList<>();
    for (long i = 1; i <= n; i++) {
      long index = left ? meta.left() + i : meta.right() - i;
      popped.add(list.stored(index));
      key.rows().delete(Family.LIST, list.rowKey(index));
    }
    key.put(shortened(meta, n, left));
    return popped;
  }

  private static ListMeta shortened(ListMeta meta, long n, boolean left) {
    return left
        ? meta.withRange(meta.count() - n, meta.left() + n, meta.right())
        : meta.withRange(meta.count() - n, meta.left(), meta.right() - n);
  }

  private static Reply lset(WriteContext context, Args args) throws CommandException {
    long position = args.int64(2);
    WritableKey key = WritableKey.of(context, args.get(1));
    Optional<ListMeta> list = key.list();
    if (list.isEmpty()) {
      throw new CommandException("ERR no such key");
    }
    ListMeta meta = list.get();
    long fromHead = position < 0 ? meta.count() + position : position;
    if (fromHead < 0 || fromHead >= meta.count()) {
      throw new CommandException("ERR index out of range");
    }
    byte[] rowKey = new ListRows(key.rows(), key.name(), meta).rowKey(meta.left() + 1 + fromHead);
    key.rows().put(Family.LIST, rowKey, RowValue.encode(args.get(3), context.nowMs()));
    return Reply.OK;
  }

  private static Reply linsert(WriteContext context, Args args) throws CommandException {
    boolean before = args.is(2, "before");
    if (!before && !args.is(2, "after")) {
      throw CommandException.syntax();
    }
    WritableKey key = WritableKey.of(context, args.get(1));
    Optional<ListMeta> found = key.list();
    if (found.isEmpty()) {
      return Reply.ZERO;
    }
    ListMeta meta = found.get();
    MutableRows rows = key.rows();
    ListRows list = new ListRows(rows, key.name(), meta);
    List<Long> pivots = find(list, meta, args.get(3), 1);
    if (pivots.isEmpty()) {
      return Reply.of(-1);
    }
    long pivot = pivots.get(0);
    long middle = meta.left() + Long.divideUnsigned(meta.right() - meta.left(), 2);
    boolean shiftHead = Long.compareUnsigned(pivot, middle) <= 0;
    long target = pivot;
    if (shiftHead) {
      target -= before ? 1 : 0;
      for (long i = meta.left() + 1; Long.compareUnsigned(i, target) <= 0; i++) {
        move(context, rows, list, i, i - 1);
      }
    } else {
      target += before ? 0 : 1;
      for (long i = meta.right() - 1; Long.compareUnsigned(i, target) >= 0; i--) {
        move(context, rows, list, i, i + 1);
      }
    }
    rows.put(Family.LIST, list.rowKey(target), RowValue.encode(args.get(4), context.nowMs()));
    long count = meta.count() + 1;
    key.put(
        shiftHead
            ? meta.withRange(count, meta.left() - 1, meta.right())
            : meta.withRange(count, meta.left(), meta.right() + 1));
    return Reply.of(count);
  }

  private static void move(
      WriteContext context, MutableRows rows, ListRows list, long from, long to) {
    rows.put(Family.LIST, list.rowKey(to), RowValue.encode(list.element(from), context.nowMs()));
  }

  /**
   * Indexes of the elements that equal a value, at most {@code |limit|} of them: the first ones,
   * for a negative limit the last ones, last first; all of them for 0.
   */
  private static List<Long> find(ListRows list, ListMeta meta, byte[] value, long limit) {
    List<Long> found = new ArrayList<>();
    try (RowIterator walk = list.walk(meta.left() + 1, meta.right(), limit >= 0)) {
      for (; walk.isValid(); walk.next()) {
        if (Arrays.equals(value, RowValue.decode(walk.value()))) {
          found.add(list.indexOf(walk));
          if (limit != 0 && found.size() == Math.abs(limit)) {
            break;
          }
        }
      }
    }
    return found;
  }

  private static Reply lrem(WriteContext context, Args args) throws CommandException {
    long limit = args.int64(2);
    WritableKey key = WritableKey.of(context, args.get(1));
    Optional<ListMeta> found = key.list();
    if (found.isEmpty()) {
      return Reply.ZERO;
    }
    ListMeta meta = found.get();
    ListRows list = new ListRows(key.rows(), key.name(), meta);
    List<Long> targets = find(list, meta, args.get(3), limit);
    if (targets.isEmpty()) {
      return Reply.ZERO;
    }
    long lowest = targets.get(limit >= 0 ? 0 : targets.size() - 1);
    long highest = targets.get(limit >= 0 ? targets.size() - 1 : 0);
    boolean left = highest - (meta.left() + 1) <= meta.right() - 1 - lowest;
    closeGaps(key.rows(), list, meta, new HashSet<>(targets), left ? highest : lowest, left);
    key.put(shortened(meta, targets.size(), left));
    return Reply.of(targets.size());
  }

  /** Moves what survives between a list's end and {@code start} over the gaps, to the inside. */
  private static void closeGaps(
      MutableRows rows, ListRows list, ListMeta meta, Set<Long> gaps, long start, boolean left) {
    long step = left ? -1 : 1;
    long end = left ? meta.left() : meta.right();
    long to = start;
    for (long i = start; i != end; i += step) {
      if (!gaps.contains(i)) {
        rows.put(Family.LIST, list.rowKey(to), list.stored(i));
        to += step;
      }
    }
    for (; to != end; to += step) {
      rows.delete(Family.LIST, list.rowKey(to));
    }
  }

  private static Reply ltrim(WriteContext context, Args args) throws CommandException {
    long start = args.int64(2);
    long stop = args.int64(3);
    WritableKey key = WritableKey.of(context, args.get(1));
    Optional<ListMeta> found = key.list();
    if (found.isEmpty()) {
      return Reply.OK;
    }
    ListMeta meta = found.get();
    long first = meta.left() + 1;
    long last = meta.right() - 1;
    long from = trimIndex(context, meta, start);
    long to = trimIndex(context, meta, stop);
    if (Long.compareUnsigned(from, to) > 0
        || Long.compareUnsigned(from, last) > 0
        || Long.compareUnsigned(to, first) < 0) {
      key.put(meta.cleared(key.newVersion()));
      return Reply.OK;
    }
    from = Long.compareUnsigned(from, first) < 0 ? first : from;
    to = Long.compareUnsigned(to, last) > 0 ? last : to;
    ListRows list = new ListRows(key.rows(), key.name(), meta);
    for (long i = first; i != from; i++) {
      key.rows().delete(Family.LIST, list.rowKey(i));
    }
    for (long i = last; i != to; i--) {
      key.rows().delete(Family.LIST, list.rowKey(i));
    }
    key.put(meta.withRange(to - from + 1, from - 1, to + 1));
    return Reply.OK;
  }

  /**
   * The index on disk of a position. The original's sum wraps for positions near 2^63 once the list
   * has lost a head, and LTRIM then empties it: so must a replica's, whose indexes are the same.
   */
  private static long trimIndex(WriteContext context, ListMeta meta, long position) {
    long count = meta.count();
    long bounded =
        context.isReplicated() ? position : Math.max(-count - 1, Math.min(position, count));
    return bounded >= 0 ? meta.left() + 1 + bounded : meta.right() + bounded;
  }

  private static Reply rpoplpush(WriteContext context, Args args) throws CommandException {
    WritableKey source = WritableKey.of(context, args.get(1));
    Optional<ListMeta> from = source.list();
    if (from.isEmpty()) {
      context.logNothing();
      return Reply.NIL;
    }
    boolean rotates = Arrays.equals(args.get(1), args.get(2));
    WritableKey destination = rotates ? source : WritableKey.of(context, args.get(2));
    ListMeta to = rotates ? shortened(from.get(), 1, false) : destination.listOrNew();
    List<byte[]> popped = pop(source, from.get(), 1, false);
    push(destination, to, popped, true);
    byte[] value = RowValue.decode(popped.get(0));
    context.log("RPOP".getBytes(US_ASCII), args.get(1));
    context.log("LPUSH".getBytes(US_ASCII), args.get(2), value);
    return Reply.bulk(value);
  }

  /** Pops at once or not at all; who waits for a push is not this class's matter. */
  private static Reply blockingPop(WriteContext context, Args args, boolean left)
      throws CommandException {
    long timeoutS = args.int64(args.size() - 1);
    if (timeoutS < 0 || timeoutS > BLOCKING_LIMIT_S) {
      throw new CommandException(
          "ERR timeout can't be a negative value and can't exceed the number of seconds in 10"
              + " years");
    }
    for (byte[] name : args.from(1).subList(0, args.size() - 2)) {
      WritableKey key = WritableKey.of(context, name);
      Optional<ListMeta> list = key.list();
      if (list.isPresent()) {
        byte[] value = RowValue.decode(pop(key, list.get(), 1, left).get(0));
        context.log((left ? "lpop" : "rpop").getBytes(US_ASCII), name);
        return Reply.bulks(List.of(name, value));
      }
    }
    context.logNothing();
    return Reply.NIL_ARRAY;
  }
}
