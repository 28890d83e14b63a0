package io.pikareplica.storage.codec;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The meta record of a hash, set or zset (S/base_meta_value_format.h), 45 bytes: type, count i32,
 * version, 16 reserved bytes, ctime, etime.
 *
 * @param count elements; decides whether the key exists, and may differ from the rows (S-16)
 * @param version of the rows that belong to this life of the key
 */
public record CollectionMeta(DataType type, int count, long version, long ctimeMs, long etimeMs)
    implements MetaRecord {
  private static final int SIZE = 45;

  /** A new key without elements. */
  public static CollectionMeta create(DataType type, long version, long nowMs) {
    return new CollectionMeta(type, 0, version, nowMs, NO_EXPIRY);
  }

  static CollectionMeta decode(DataType type, byte[] bytes) {
    ByteBuffer in = MetaRecord.view(type, bytes, SIZE);
    int end = bytes.length; // longer records carry more in front of the version
    return new CollectionMeta(
        type,
        in.getInt(1),
        in.getLong(end - 40),
        Timestamps.decode(in.getLong(end - 16)),
        Timestamps.decode(in.getLong(end - 8)));
  }

  @Override
  public byte[] encode() {
    byte[] out = new byte[SIZE];
    ByteBuffer.wrap(out)
        .order(ByteOrder.LITTLE_ENDIAN)
        .put(type.code())
        .putInt(count)
        .putLong(version)
        .putLong(29, Timestamps.encode(ctimeMs))
        .putLong(37, Timestamps.encode(etimeMs));
    return out;
  }

  public CollectionMeta withCount(int newCount) {
    return new CollectionMeta(type, newCount, version, ctimeMs, etimeMs);
  }

  public CollectionMeta withEtime(long newEtimeMs) {
    return new CollectionMeta(type, count, version, ctimeMs, newEtimeMs);
  }

  /**
   * The record as Pika's InitialMetaValue leaves it: empty, without times, ready for a new life.
   */
  public CollectionMeta cleared(long newVersion) {
    return new CollectionMeta(type, 0, newVersion, 0, NO_EXPIRY);
  }

  @Override
  public boolean isLive(long nowMs) {
    return count != 0 && !MetaRecord.isStale(etimeMs, nowMs);
  }
}
