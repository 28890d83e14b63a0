package io.pikareplica.storage.cmd;

import io.pikareplica.storage.CommandException;
import io.pikareplica.storage.Family;
import io.pikareplica.storage.MutableRows;
import io.pikareplica.storage.WriteContext;
import io.pikareplica.storage.cmd.ZsetRows.Entry;
import io.pikareplica.storage.codec.CollectionMeta;
import io.pikareplica.storage.codec.DataType;
import io.pikareplica.storage.codec.RowValue;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/** Changes one sorted set: both rows of a member together, then the meta record with the count. */
final class ZsetWriter {
  private final WritableKey key;
  private final CollectionMeta meta;
  private final ZsetRows zset;
  private final long nowMs;
  private int count;

  private ZsetWriter(WriteContext context, WritableKey key, CollectionMeta meta) {
    this.key = key;
    this.meta = meta;
    zset = new ZsetRows(key.rows(), key.name(), meta.version());
    nowMs = context.nowMs();
    count = meta.count();
  }

  /** The sorted set under a key, or the start of one. */
  static ZsetWriter openOrNew(WriteContext context, byte[] name) throws CommandException {
    WritableKey key = WritableKey.of(context, name);
    return new ZsetWriter(context, key, key.collectionOrNew(DataType.ZSET));
  }

  /** The sorted set under a key; empty when there is none. */
  static Optional<ZsetWriter> open(WriteContext context, byte[] name) throws CommandException {
    WritableKey key = WritableKey.of(context, name);
    return key.collection(DataType.ZSET).map(meta -> new ZsetWriter(context, key, meta));
  }

  /** A new life of the sorted set under a key, whatever it held. */
  static ZsetWriter replace(WriteContext context, byte[] name) throws CommandException {
    WritableKey key = WritableKey.of(context, name);
    Optional<CollectionMeta> live = key.collection(DataType.ZSET);
    return new ZsetWriter(
        context,
        key,
        live.isPresent()
            ? live.get().cleared(key.newVersion())
            : key.collectionOrNew(DataType.ZSET));
  }

  ZsetRows rows() {
    return zset;
  }

  int count() {
    return count;
  }

  /** Adds a member or moves it to another score; returns whether it is new. */
  boolean put(Entry entry) {
    OptionalDouble old = zset.score(entry.member());
    if (old.isPresent() && old.getAsDouble() == entry.score()) {
      return false;
    }
    return put(entry, old);
  }

  /** As {@link #put(Entry)}, but also when the scores are equal: zeros may differ in their sign. */
  boolean put(Entry entry, OptionalDouble old) {
    MutableRows rows = key.rows();
    if (old.isPresent()) {
      rows.delete(Family.ZSET_SCORE, zset.scoreKey(new Entry(old.getAsDouble(), entry.member())));
    } else {
      count++;
    }
    rows.put(Family.ZSET, zset.memberKey(entry.member()), RowValue.score(entry.score(), nowMs));
    rows.put(Family.ZSET_SCORE, zset.scoreKey(entry), RowValue.marker(nowMs));
    return old.isEmpty();
  }

  /** Removes a member; returns whether it was there. */
  boolean remove(byte[] member) {
    OptionalDouble score = zset.score(member);
    if (score.isEmpty()) {
      return false;
    }
    remove(new Entry(score.getAsDouble(), member));
    return true;
  }

  /** Removes entries that are there. */
  void remove(List<Entry> entries) {
    entries.forEach(this::remove);
  }

  private void remove(Entry entry) {
    key.rows().delete(Family.ZSET, zset.memberKey(entry.member()));
    key.rows().delete(Family.ZSET_SCORE, zset.scoreKey(entry));
    count--;
  }

  /** Writes the meta record; without it nothing of the above counts. */
  void finish() {
    key.put(meta.withCount(count));
  }
}
