package io.pikareplica.storage.cmd;

import io.pikareplica.storage.Args;
import io.pikareplica.storage.Command;
import io.pikareplica.storage.CommandException;
import io.pikareplica.storage.CommandSpec.Group;
import io.pikareplica.storage.Reply;
import io.pikareplica.storage.RowIterator;
import io.pikareplica.storage.WriteContext;
import io.pikareplica.storage.cmd.ZsetRows.Entry;
import io.pikareplica.storage.codec.ScoreText;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Commands that change sorted sets (src/pika_zset.cc, S/redis_zsets.cc). Ranks and pops start at
 * the largest finite doubles, as in the original, so that infinite scores are passed over there
 * (S-17); they end with the key, where the original runs on into the next one.
 */
final class ZsetCommands {
  private ZsetCommands() {}

  static List<Command> commands() {
    return new CommandList(Group.ZSET)
        .write("zadd", -4, ZsetCommands::zadd)
        .write("zincrby", 4, ZsetCommands::zincrby)
        .write("zrem", -3, ZsetCommands::zrem)
        .write("zremrangebyscore", 4, ZsetCommands::zremrangebyscore)
        .write("zremrangebyrank", 4, ZsetCommands::zremrangebyrank)
        .write("zremrangebylex", 4, ZsetCommands::zremrangebylex)
        .write("zpopmin", -2, (context, args) -> pop(context, args, false))
        .write("zpopmax", -2, (context, args) -> pop(context, args, true))
        .writeKeys("zunionstore", -4, 1, 1, 1, ZsetStore::union)
        .writeKeys("zinterstore", -4, 1, 1, 1, ZsetStore::intersection)
        .commands();
  }

  private static Reply zadd(WriteContext context, Args args) throws CommandException {
    if (args.size() % 2 == 1) {
      throw CommandException.syntax();
    }
    List<Entry> entries = new ArrayList<>();
    for (int i = 2; i < args.size(); i += 2) {
      entries.add(new Entry(ScoreArgs.number(args, i), args.get(i + 1)));
    }
    return Reply.of(add(context, args.get(1), entries));
  }

  /** Adds entries, of those of one member the first; returns how many members are new. */
  static int add(WriteContext context, byte[] key, List<Entry> entries) throws CommandException {
    Map<ByteBuffer, Entry> firsts = new LinkedHashMap<>();
    for (Entry entry : entries) {
      firsts.putIfAbsent(ByteBuffer.wrap(entry.member()), entry);
    }
    for (Entry entry : firsts.values()) {
      ScoreArgs.storable(entry.score());
    }
    ZsetWriter zset = ZsetWriter.openOrNew(context, key);
    int added = 0;
    for (Entry entry : firsts.values()) {
      added += zset.put(entry) ? 1 : 0;
    }
    zset.finish();
    return added;
  }

  private static Reply zincrby(WriteContext context, Args args) throws CommandException {
    double by = ScoreArgs.number(args, 2);
    byte[] member = args.get(3);
    ZsetWriter zset = ZsetWriter.openOrNew(context, args.get(1));
    OptionalDouble old = zset.rows().score(member);
    double score = ScoreArgs.storable(old.isPresent() ? old.getAsDouble() + by : by);
    zset.put(new Entry(score, member), old);
    zset.finish();
    return Reply.bulk(ScoreText.bytes(score));
  }

  private static Reply zrem(WriteContext context, Args args) throws CommandException {
    Optional<ZsetWriter> zset = ZsetWriter.open(context, args.get(1));
    if (zset.isEmpty()) {
      return Reply.ZERO;
    }
    int removed = 0;
    for (byte[] member : args.from(2)) {
      removed += zset.get().remove(member) ? 1 : 0;
    }
    zset.get().finish();
    return Reply.of(removed);
  }

  private static Reply zremrangebyscore(WriteContext context, Args args) throws CommandException {
    ScoreRange range = ScoreRange.parseForRemoval(args, 2, 3);
    if (range.isVoidForRemoval()) {
      return Reply.ZERO;
    }
    return ZsetWriter.open(context, args.get(1))
        .map(
            zset -> {
              List<Entry> entries = new ArrayList<>();
              zset.rows().byScore(range, false, entries::add);
              return removed(zset, entries);
            })
        .orElse(Reply.ZERO);
  }

  private static Reply zremrangebyrank(WriteContext context, Args args) throws CommandException {
    int start = (int) args.int64(2); // cut to 32 bits, as in the original
    int stop = (int) args.int64(3);
    Optional<ZsetWriter> zset = ZsetWriter.open(context, args.get(1));
    if (zset.isEmpty()) {
      return Reply.ZERO;
    }
    int count = zset.get().count();
    int first = Math.max(start >= 0 ? start : count + start, 0);
    int last = Math.min(stop >= 0 ? stop : count + stop, count - 1);
    if (first > last) {
      return Reply.ZERO;
    }
    List<Entry> entries;
    try (RowIterator walk = zset.get().rows().ascendingFrom(-Double.MAX_VALUE)) {
      entries = take(zset.get(), walk, first, (long) last - first + 1);
    }
    return removed(zset.get(), entries);
  }

  private static Reply zremrangebylex(WriteContext context, Args args) throws CommandException {
    LexRange range = LexRange.parse(args, 2, 3);
    return ZsetWriter.open(context, args.get(1))
        .map(
            zset -> {
              List<Entry> entries = new ArrayList<>();
              zset.rows().byMember(range, entries::add);
              return removed(zset, entries);
            })
        .orElse(Reply.ZERO);
  }

  private static Reply removed(ZsetWriter zset, List<Entry> entries) {
    zset.remove(entries);
    zset.finish();
    return Reply.of(entries.size());
  }

  private static Reply pop(WriteContext context, Args args, boolean highest)
      throws CommandException {
    if (args.size() > 3) {
      throw CommandException.arity(args.name());
    }
    long wanted = args.size() == 3 ? args.int64(2) : 1;
    Optional<ZsetWriter> zset = ZsetWriter.open(context, args.get(1));
    if (zset.isEmpty()) {
      return Reply.EMPTY_ARRAY;
    }
    ZsetRows rows = zset.get().rows();
    List<Reply> reply = new ArrayList<>();
    List<Entry> popped;
    try (RowIterator walk =
        highest
            ? rows.descendingFrom(new Entry(Double.MAX_VALUE, new byte[0]))
            : rows.ascendingFrom(-Double.MAX_VALUE)) {
      popped = take(zset.get(), walk, 0, wanted);
    }
    for (Entry entry : popped) {
      reply.add(Reply.bulk(entry.member()));
      reply.add(Reply.bulk(ScoreText.bytes(rows.signed(entry).score())));
    }
    zset.get().remove(popped);
    zset.get().finish();
    return Reply.array(reply);
  }

  private static List<Entry> take(ZsetWriter zset, RowIterator walk, long skip, long limit) {
    List<Entry> taken = new ArrayList<>();
    long skipped = 0;
    for (; walk.isValid() && taken.size() < limit; walk.next()) {
      if (skipped < skip) {
        skipped++;
      } else {
        taken.add(zset.rows().entryAt(walk));
      }
    }
    return taken;
  }
}
