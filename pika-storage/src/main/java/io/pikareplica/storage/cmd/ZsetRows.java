package io.pikareplica.storage.cmd;

import io.pikareplica.storage.Family;
import io.pikareplica.storage.RowIterator;
import io.pikareplica.storage.Rows;
import io.pikareplica.storage.codec.KeyFormat;
import io.pikareplica.storage.codec.RowValue;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.Predicate;

/**
 * The rows of one life of a sorted set: one per member with its score, and one per member in score
 * order. Both zeros have the same place in that order (H-11).
 */
final class ZsetRows {
  private final Rows rows;
  private final byte[] members;
  private final byte[] scores;

  ZsetRows(Rows rows, byte[] key, long version) {
    this.rows = rows;
    members = KeyFormat.dataPrefix(key, version);
    scores = KeyFormat.orderedPrefix(key, version);
  }

  /** A member and its score. */
  @SuppressWarnings("ArrayRecordComponent") // never compared as a whole
  record Entry(double score, byte[] member) {}

  byte[] memberPrefix() {
    return members;
  }

  byte[] memberKey(byte[] member) {
    return KeyFormat.field(members, member);
  }

  byte[] scoreKey(Entry entry) {
    return KeyFormat.score(scores, entry.score, entry.member);
  }

  OptionalDouble score(byte[] member) {
    byte[] row = rows.get(Family.ZSET, memberKey(member));
    return row == null ? OptionalDouble.empty() : OptionalDouble.of(RowValue.scoreOf(row));
  }

  /** All entries in score order, the lowest first. The caller closes it. */
  RowIterator ascending() {
    return rows.ascending(Family.ZSET_SCORE, scores, KeyFormat.after(scores));
  }

  /** From a score on, upwards. */
  RowIterator ascendingFrom(double score) {
    return rows.ascending(
        Family.ZSET_SCORE, KeyFormat.scoreStart(scores, score), KeyFormat.after(scores));
  }

  /** All entries, the highest first. */
  RowIterator descending() {
    return rows.descending(Family.ZSET_SCORE, scores, KeyFormat.after(scores));
  }

  /** From a score on, downwards, the members at that very score included. */
  RowIterator descendingFrom(double score) {
    return rows.descending(
        Family.ZSET_SCORE, scores, KeyFormat.after(KeyFormat.scoreStart(scores, score)));
  }

  /** From an entry on, downwards, itself included. */
  RowIterator descendingFrom(Entry entry) {
    byte[] key = scoreKey(entry);
    return rows.descending(Family.ZSET_SCORE, scores, Arrays.copyOf(key, key.length + 1));
  }

  /** The entry that a walk in score order stands on; a score of zero has no sign. */
  Entry entryAt(RowIterator walk) {
    byte[] key = walk.key();
    return new Entry(KeyFormat.scoreOf(scores, key), KeyFormat.scoreMemberOf(scores, key));
  }

  /** The entry with the sign of its zero, which only the member's own row knows. */
  Entry signed(Entry entry) {
    return entry.score == 0 ? new Entry(score(entry.member).orElse(0), entry.member) : entry;
  }

  /** The entries within a range of members, in member order, as long as they are wanted. */
  void byMember(LexRange range, Predicate<Entry> wanted) {
    if (range.isEmpty()) {
      return;
    }
    byte[] from = KeyFormat.fieldStart(members, range.start());
    try (RowIterator walk = rows.ascending(Family.ZSET, from, KeyFormat.after(members))) {
      for (; walk.isValid(); walk.next()) {
        byte[] member = KeyFormat.fieldOf(members, walk.key());
        if (range.startsAfter(member)) {
          continue;
        }
        if (range.endsBefore(member)
            || !wanted.test(new Entry(RowValue.scoreOf(walk.value()), member))) {
          return;
        }
      }
    }
  }

  /** The entries within a range of scores, lowest first or highest first. */
  void byScore(ScoreRange range, boolean highestFirst, Predicate<Entry> wanted) {
    if (Double.isNaN(range.min()) || Double.isNaN(range.max())) {
      return;
    }
    try (RowIterator walk =
        highestFirst ? descendingFrom(range.max()) : ascendingFrom(range.min())) {
      for (; walk.isValid(); walk.next()) {
        Entry entry = entryAt(walk);
        boolean before =
            highestFirst ? range.endsBefore(entry.score) : range.startsAfter(entry.score);
        boolean after =
            highestFirst ? range.startsAfter(entry.score) : range.endsBefore(entry.score);
        if (after || (!before && !wanted.test(entry))) {
          return;
        }
      }
    }
  }

  /** Every entry, the lowest score first. */
  List<Entry> all() {
    List<Entry> entries = new ArrayList<>();
    byScore(ScoreRange.ALL, false, entries::add);
    return entries;
  }
}
