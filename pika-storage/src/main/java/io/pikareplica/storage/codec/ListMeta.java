package io.pikareplica.storage.codec;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The meta record of a list (S/lists_meta_value_format.h), 81 bytes: type, count u64, version,
 * left, 8 unspecified bytes, right, 8 unspecified bytes, 16 reserved bytes, ctime, etime. The
 * elements have the indexes between left and right, both excluded.
 *
 * @param left unsigned
 * @param right unsigned
 */
public record ListMeta(long count, long version, long left, long right, long ctimeMs, long etimeMs)
    implements MetaRecord {
  private static final int SIZE = 81;
  private static final long INITIAL_LEFT = Long.MAX_VALUE;
  private static final long INITIAL_RIGHT = Long.MIN_VALUE; // left + 1, unsigned

  public static ListMeta create(long version, long nowMs) {
    return new ListMeta(0, version, INITIAL_LEFT, INITIAL_RIGHT, nowMs, NO_EXPIRY);
  }

  static ListMeta decode(byte[] bytes) {
    ByteBuffer in = MetaRecord.view(DataType.LIST, bytes, SIZE);
    return new ListMeta(
        in.getLong(1),
        in.getLong(9),
        in.getLong(17),
        in.getLong(33),
        Timestamps.decode(in.getLong(65)),
        Timestamps.decode(in.getLong(73)));
  }

  @Override
  public byte[] encode() {
    byte[] out = new byte[SIZE];
    ByteBuffer.wrap(out)
        .order(ByteOrder.LITTLE_ENDIAN)
        .put(DataType.LIST.code())
        .putLong(count)
        .putLong(version)
        .putLong(left)
        .putLong(33, right)
        .putLong(65, Timestamps.encode(ctimeMs))
        .putLong(73, Timestamps.encode(etimeMs));
    return out;
  }

  public ListMeta withRange(long newCount, long newLeft, long newRight) {
    return new ListMeta(newCount, version, newLeft, newRight, ctimeMs, etimeMs);
  }

  public ListMeta withEtime(long newEtimeMs) {
    return new ListMeta(count, version, left, right, ctimeMs, newEtimeMs);
  }

  /**
   * The record as Pika's InitialMetaValue leaves it: empty, without times, ready for a new life.
   */
  public ListMeta cleared(long newVersion) {
    return new ListMeta(0, newVersion, INITIAL_LEFT, INITIAL_RIGHT, 0, NO_EXPIRY);
  }

  @Override
  public DataType type() {
    return DataType.LIST;
  }

  @Override
  public boolean isLive(long nowMs) {
    return count != 0 && !MetaRecord.isStale(etimeMs, nowMs);
  }
}
