package io.pikareplica.storage.cmd;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.pikareplica.storage.CommandException;
import io.pikareplica.storage.Family;
import io.pikareplica.storage.ReadContext;
import io.pikareplica.storage.Rows;
import io.pikareplica.storage.codec.CollectionMeta;
import io.pikareplica.storage.codec.DataType;
import io.pikareplica.storage.codec.KeyFormat;
import io.pikareplica.storage.codec.ListMeta;
import io.pikareplica.storage.codec.MetaRecord;
import io.pikareplica.storage.codec.StreamId;
import io.pikareplica.storage.codec.StreamMeta;
import io.pikareplica.storage.codec.StringRecord;
import java.util.Optional;

/** Looks up the record of a key and judges it: live or not, of the wanted type or another. */
final class Keys {
  private Keys() {}

  /** Whatever record stands under a key, dead or alive. */
  static Optional<MetaRecord> record(Rows rows, byte[] key) {
    byte[] bytes = rows.get(Family.META, KeyFormat.meta(key));
    return bytes == null ? Optional.empty() : MetaRecord.decode(bytes);
  }

  /**
   * Whether EXISTS, TYPE, TTL and DEL see a record. A stream that XDEL or XTRIM has emptied is
   * still there for them, as in Pika; one that DEL has emptied is not, unlike in Pika.
   */
  static boolean exists(MetaRecord record, long nowMs) {
    return record.isLive(nowMs)
        || (record.type() == DataType.STREAM && !((StreamMeta) record).last().equals(StreamId.MIN));
  }

  /** The record of a key that readers see. */
  static Optional<MetaRecord> live(ReadContext context, byte[] key) {
    Optional<MetaRecord> live =
        record(context.rows(key), key).filter(record -> record.isLive(context.nowMs()));
    context.looked(live.isPresent());
    return live;
  }

  static boolean isNoStream(MetaRecord record) {
    return record.type() != DataType.STREAM;
  }

  /**
   * The live string under a key; empty when absent.
   *
   * @throws CommandException for a live key of another type
   */
  static Optional<StringRecord> string(ReadContext context, byte[] key) throws CommandException {
    return typed(live(context, key), DataType.STRING).map(StringRecord.class::cast);
  }

  static Optional<CollectionMeta> collection(ReadContext context, byte[] key, DataType type)
      throws CommandException {
    return typed(live(context, key), type).map(CollectionMeta.class::cast);
  }

  static Optional<ListMeta> list(ReadContext context, byte[] key) throws CommandException {
    return typed(live(context, key), DataType.LIST).map(ListMeta.class::cast);
  }

  static Optional<StreamMeta> stream(ReadContext context, byte[] key) throws CommandException {
    return typed(live(context, key), DataType.STREAM).map(StreamMeta.class::cast);
  }

  /**
   * The error text of the few commands that pass on what Pika's storage layer says.
   *
   * @param expected as {@code expect type: hash, get}, since every command words it its own way
   */
  static CommandException wrongType(byte[] key, String expected, DataType found) {
    return new CommandException(
        "ERR Invalid argument: WRONGTYPE, key: "
            + new String(key, ISO_8859_1)
            + expected
            + " type: "
            + found.pikaName());
  }

  /**
   * A collection's meta with another number of elements.
   *
   * @throws CommandException when the count would leave 0 … 2^31-1
   */
  static CollectionMeta counted(CollectionMeta meta, int delta) throws CommandException {
    long count = (long) meta.count() + delta;
    if (count < 0 || count > Integer.MAX_VALUE) {
      throw new CommandException(
          "ERR Invalid argument: " + meta.type().pikaName() + " size overflow");
    }
    return meta.withCount((int) count);
  }

  /**
   * A live record as one of the wanted type. A live stream counts as absent for every other type:
   * Pika replaces it without a word (S/redis.cc, ExpectedStale).
   *
   * @throws CommandException for any other live record of another type
   */
  static Optional<MetaRecord> typed(Optional<MetaRecord> live, DataType type)
      throws CommandException {
    if (live.isEmpty() || live.get().type() == type) {
      return live;
    }
    if (live.get().type() == DataType.STREAM) {
      return Optional.empty();
    }
    throw CommandException.wrongType();
  }
}
