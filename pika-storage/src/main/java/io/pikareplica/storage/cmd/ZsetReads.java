package io.pikareplica.storage.cmd;

import io.pikareplica.storage.Args;
import io.pikareplica.storage.Command;
import io.pikareplica.storage.CommandException;
import io.pikareplica.storage.CommandSpec.Group;
import io.pikareplica.storage.Family;
import io.pikareplica.storage.ReadContext;
import io.pikareplica.storage.Reply;
import io.pikareplica.storage.RowIterator;
import io.pikareplica.storage.cmd.ZsetRows.Entry;
import io.pikareplica.storage.codec.CollectionMeta;
import io.pikareplica.storage.codec.DataType;
import io.pikareplica.storage.codec.RowValue;
import io.pikareplica.storage.codec.ScoreText;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Predicate;

/**
 * Commands that look at sorted sets (src/pika_zset.cc). Unlike the original's, ranges, ranks and
 * counts include members at an infinite score.
 */
final class ZsetReads {
  private ZsetReads() {}

  static List<Command> commands() {
    return new CommandList(Group.ZSET)
        .read("zcard", 2, ZsetReads::zcard)
        .read("zscore", 3, ZsetReads::zscore)
        .read("zcount", 4, ZsetReads::zcount)
        .read("zlexcount", 4, ZsetReads::zlexcount)
        .read("zrank", 3, (context, args) -> rank(context, args, false))
        .read("zrevrank", 3, (context, args) -> rank(context, args, true))
        .read("zrange", -4, (context, args) -> range(context, args, false))
        .read("zrevrange", -4, (context, args) -> range(context, args, true))
        .read("zrangebyscore", -4, (context, args) -> rangeByScore(context, args, false))
        .read("zrevrangebyscore", -4, (context, args) -> rangeByScore(context, args, true))
        .read("zrangebylex", -4, (context, args) -> rangeByLex(context, args, false))
        .read("zrevrangebylex", -4, (context, args) -> rangeByLex(context, args, true))
        .read("zscan", -3, ZsetReads::zscan)
        .commands();
  }

  private static Optional<CollectionMeta> meta(ReadContext context, Args args)
      throws CommandException {
    return Keys.collection(context, args.get(1), DataType.ZSET);
  }

  static Optional<ZsetRows> zset(ReadContext context, byte[] key) throws CommandException {
    Optional<CollectionMeta> meta = Keys.collection(context, key, DataType.ZSET);
    return meta.map(found -> new ZsetRows(context.rows(key), key, found.version()));
  }

  private static Reply zcard(ReadContext context, Args args) throws CommandException {
    return Reply.of(meta(context, args).map(CollectionMeta::count).orElse(0));
  }

  private static Reply zscore(ReadContext context, Args args) throws CommandException {
    Optional<ZsetRows> zset = zset(context, args.get(1));
    OptionalDouble score =
        zset.isPresent() ? zset.get().score(args.get(2)) : OptionalDouble.empty();
    return score.isPresent() ? Reply.bulk(ScoreText.bytes(score.getAsDouble())) : Reply.NIL;
  }

  private static Reply zcount(ReadContext context, Args args) throws CommandException {
    ScoreRange range = ScoreRange.parse(args, 2, 3);
    Tally tally = new Tally();
    zset(context, args.get(1)).ifPresent(zset -> zset.byScore(range, false, tally));
    return Reply.of(tally.count);
  }

  private static Reply zlexcount(ReadContext context, Args args) throws CommandException {
    LexRange range = LexRange.parse(args, 2, 3);
    Tally tally = new Tally();
    zset(context, args.get(1)).ifPresent(zset -> zset.byMember(range, tally));
    return Reply.of(tally.count);
  }

  private static final class Tally implements Predicate<Entry> {
    private long count;

    @Override
    public boolean test(Entry entry) {
      count++;
      return true;
    }
  }

  private static Reply rank(ReadContext context, Args args, boolean reverse)
      throws CommandException {
    byte[] member = args.get(2);
    Optional<ZsetRows> zset = zset(context, args.get(1));
    OptionalDouble score = zset.isPresent() ? zset.get().score(member) : OptionalDouble.empty();
    if (score.isEmpty()) {
      return Reply.NIL;
    }
    byte[] own = zset.get().scoreKey(new Entry(score.getAsDouble(), member));
    long rank = 0;
    try (RowIterator walk = reverse ? zset.get().descending() : zset.get().ascending()) {
      while (walk.isValid() && !Arrays.equals(walk.key(), own)) {
        rank++;
        walk.next();
      }
    }
    return Reply.of(rank);
  }

  private static Reply range(ReadContext context, Args args, boolean reverse)
      throws CommandException {
    boolean withScores = args.size() == 5 && args.is(4, "withscores");
    if (args.size() > 4 && !withScores) {
      throw CommandException.syntax();
    }
    long start = args.int64(2);
    long stop = args.int64(3);
    Optional<CollectionMeta> meta = meta(context, args);
    if (meta.isEmpty()) {
      return Reply.EMPTY_ARRAY;
    }
    ZsetRows zset = new ZsetRows(context.rows(args.get(1)), args.get(1), meta.get().version());
    long count = meta.get().count();
    long first = Math.max(start >= 0 ? start : count + start, 0);
    long last = Math.min(stop >= 0 ? stop : count + stop, count - 1);
    Page page = new Page(first, last - first + 1);
    zset.byScore(ScoreRange.ALL, reverse, page);
    return page.reply(zset, withScores);
  }

  private static Reply rangeByScore(ReadContext context, Args args, boolean reverse)
      throws CommandException {
    ScoreRange range = ScoreRange.parse(args, reverse ? 3 : 2, reverse ? 2 : 3);
    boolean withScores = false;
    Page page = Page.all();
    for (int i = 4; i < args.size(); i++) {
      if (args.is(i, "withscores")) {
        withScores = true;
      } else if (args.is(i, "limit") && i + 2 < args.size()) {
        page = Page.limited(args, i + 1);
        i += 2;
      } else {
        throw CommandException.syntax();
      }
    }
    Optional<ZsetRows> zset = zset(context, args.get(1));
    if (zset.isEmpty()) {
      return Reply.EMPTY_ARRAY;
    }
    zset.get().byScore(range, reverse, page);
    return page.reply(zset.get(), withScores);
  }

  private static Reply rangeByLex(ReadContext context, Args args, boolean reverse)
      throws CommandException {
    LexRange range = LexRange.parse(args, reverse ? 3 : 2, reverse ? 2 : 3);
    Page page = Page.all();
    if (args.size() == 7 && args.is(4, "limit")) {
      page = Page.limited(args, 5);
    } else if (args.size() > 4) {
      throw CommandException.syntax();
    }
    Optional<ZsetRows> zset = zset(context, args.get(1));
    if (zset.isEmpty()) {
      return Reply.EMPTY_ARRAY;
    }
    if (reverse) {
      List<Entry> entries = new ArrayList<>();
      zset.get().byMember(range, entries::add);
      for (int i = entries.size() - 1; i >= 0 && page.test(entries.get(i)); i--) {
        // the page takes what it wants
      }
    } else {
      zset.get().byMember(range, page);
    }
    return page.reply(zset.get(), false);
  }

  /** What a walk keeps: a number of entries behind those that it passes over. */
  private static final class Page implements Predicate<Entry> {
    private final List<Entry> entries = new ArrayList<>();
    private final long limit;
    private long skip;

    Page(long skip, long limit) {
      this.skip = skip;
      this.limit = limit;
    }

    static Page all() {
      return new Page(0, Long.MAX_VALUE);
    }

    /** LIMIT's two numbers; a negative count is no limit, a negative offset leaves nothing. */
    static Page limited(Args args, int at) throws CommandException {
      long offset = args.int64(at);
      long count = args.int64(at + 1);
      return new Page(Math.max(offset, 0), offset < 0 ? 0 : count < 0 ? Long.MAX_VALUE : count);
    }

    /** Takes an entry; false when it was the last one wanted. */
    @Override
    public boolean test(Entry entry) {
      if (entries.size() >= limit) {
        return false;
      }
      if (skip > 0) {
        skip--;
      } else {
        entries.add(entry);
      }
      return entries.size() < limit;
    }

    Reply reply(ZsetRows zset, boolean withScores) {
      List<Reply> items = new ArrayList<>();
      for (Entry entry : entries) {
        items.add(Reply.bulk(entry.member()));
        if (withScores) {
          items.add(Reply.bulk(ScoreText.bytes(zset.signed(entry).score())));
        }
      }
      return Reply.array(items);
    }
  }

  private static Reply zscan(ReadContext context, Args args) throws CommandException {
    FieldScan scan = FieldScan.parse(args);
    byte[] key = args.get(1);
    Optional<ZsetRows> zset = zset(context, key);
    List<Reply> found = new ArrayList<>();
    long next =
        zset.isEmpty()
            ? 0
            : scan.walk(
                context.rows(key),
                Family.ZSET,
                key,
                zset.get().memberPrefix(),
                (member, row) -> {
                  found.add(Reply.bulk(member));
                  found.add(Reply.bulk(ScoreText.bytes(RowValue.scoreOf(row))));
                });
    return FieldScan.reply(next, found);
  }
}
