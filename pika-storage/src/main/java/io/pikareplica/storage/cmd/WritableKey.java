package io.pikareplica.storage.cmd;

import io.pikareplica.storage.CommandException;
import io.pikareplica.storage.Family;
import io.pikareplica.storage.MutableRows;
import io.pikareplica.storage.WriteContext;
import io.pikareplica.storage.codec.CollectionMeta;
import io.pikareplica.storage.codec.DataType;
import io.pikareplica.storage.codec.KeyFormat;
import io.pikareplica.storage.codec.ListMeta;
import io.pikareplica.storage.codec.MetaRecord;
import io.pikareplica.storage.codec.StreamMeta;
import io.pikareplica.storage.codec.StringRecord;
import java.util.Optional;

/**
 * A key that a command is about to change: its record is looked up once, judged, and replaced.
 * Lives as long as the command; a later command of the batch looks again.
 *
 * <p>The rules of a new life are those of S/redis_*.cc: over nothing, or over a dead record of
 * another type, a fresh meta record; over a dead record of the same type the old one, cleared,
 * under a new version.
 */
final class WritableKey {
  private final WriteContext context;
  private final byte[] key;
  private final MutableRows rows;
  private final Optional<MetaRecord> found;

  private WritableKey(WriteContext context, byte[] key) {
    this.context = context;
    this.key = key;
    rows = context.rows(key);
    found = Keys.record(rows, key);
  }

  static WritableKey of(WriteContext context, byte[] key) {
    return new WritableKey(context, key);
  }

  byte[] name() {
    return key;
  }

  /** The rows of the instance that the key lives in. */
  MutableRows rows() {
    return rows;
  }

  /** Whatever record stands under the key, dead or alive. */
  Optional<MetaRecord> found() {
    return found;
  }

  /** The live record of whatever type. */
  Optional<MetaRecord> live() {
    return found.filter(record -> record.isLive(context.nowMs()));
  }

  /**
   * The live string under the key; empty when there is none.
   *
   * @throws CommandException for a live key of another type, except a stream, which counts as
   *     absent
   */
  Optional<StringRecord> string() throws CommandException {
    return Keys.typed(live(), DataType.STRING).map(StringRecord.class::cast);
  }

  /** As {@link #string()} for a hash, set or zset. */
  Optional<CollectionMeta> collection(DataType type) throws CommandException {
    return Keys.typed(live(), type).map(CollectionMeta.class::cast);
  }

  /** As {@link #string()} for a list. */
  Optional<ListMeta> list() throws CommandException {
    return Keys.typed(live(), DataType.LIST).map(ListMeta.class::cast);
  }

  /** As {@link #string()} for a stream. */
  Optional<StreamMeta> stream() throws CommandException {
    return Keys.typed(live(), DataType.STREAM).map(StreamMeta.class::cast);
  }

  /** The live hash, set or zset to write on, or the start of a new life, with count 0. */
  CollectionMeta collectionOrNew(DataType type) throws CommandException {
    Optional<CollectionMeta> live = collection(type);
    if (live.isPresent()) {
      return live.get();
    }
    long version = newVersion();
    return found
        .filter(record -> record.type() == type)
        .map(record -> ((CollectionMeta) record).cleared(version))
        .orElseGet(() -> CollectionMeta.create(type, version, context.nowMs()));
  }

  /** The live list to write on, or the start of a new life, with count 0. */
  ListMeta listOrNew() throws CommandException {
    Optional<ListMeta> live = list();
    if (live.isPresent()) {
      return live.get();
    }
    long version = newVersion();
    return found
        .filter(record -> record.type() == DataType.LIST)
        .map(record -> ((ListMeta) record).cleared(version))
        .orElseGet(() -> ListMeta.create(version, context.nowMs()));
  }

  /**
   * A version above that of the record found, and above all of earlier lives: streams get theirs
   * here too, not from Pika's counter, which would bring back the rows of an overwritten stream.
   */
  long newVersion() {
    return context.newVersion(found.map(MetaRecord::version).orElse(0L));
  }

  /** Writes the record of a key without a look at what it replaces. */
  static void overwrite(WriteContext context, byte[] key, MetaRecord record) {
    context.rows(key).put(Family.META, KeyFormat.meta(key), record.encode());
  }

  /**
   * Makes the key dead as DEL does: a string's record goes; of everything else an empty record
   * stays, under a new version, and with it the rows until they are swept.
   *
   * @return whether the key was there
   */
  boolean del() {
    Optional<MetaRecord> present = found.filter(record -> Keys.exists(record, context.nowMs()));
    if (present.isEmpty()) {
      return false;
    }
    switch (present.get().type()) {
      case STRING -> delete();
      case HASH, SET, ZSET -> put(((CollectionMeta) present.get()).cleared(newVersion()));
      case LIST -> put(((ListMeta) present.get()).cleared(newVersion()));
      case STREAM -> put(StreamMeta.create(newVersion()));
    }
    return true;
  }

  /** Writes the record, in place of whatever there was. */
  void put(MetaRecord record) {
    rows.put(Family.META, KeyFormat.meta(key), record.encode());
  }

  /** Removes the record, if there is one. */
  void delete() {
    if (found.isPresent()) {
      rows.delete(Family.META, KeyFormat.meta(key));
    }
  }
}
