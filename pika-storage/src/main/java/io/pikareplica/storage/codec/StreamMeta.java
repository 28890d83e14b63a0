package io.pikareplica.storage.codec;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The meta record of a stream (S/pika_stream_meta_value.h), 73 bytes. Streams have no times, hence
 * no expiry.
 *
 * @param length messages; may drift from the rows (XDEL of a repeated id)
 */
public record StreamMeta(
    long entriesAdded, StreamId first, StreamId last, StreamId maxDeleted, int length, long version)
    implements MetaRecord {
  private static final int SIZE = 73;

  /** A stream without messages. */
  public static StreamMeta create(long version) {
    return new StreamMeta(0, StreamId.MIN, StreamId.MIN, StreamId.MIN, 0, version);
  }

  static StreamMeta decode(byte[] bytes) {
    ByteBuffer in = MetaRecord.view(DataType.STREAM, bytes, SIZE);
    return new StreamMeta(
        in.getLong(5), id(in, 13), id(in, 29), id(in, 45), in.getInt(61), in.getLong(65));
  }

  private static StreamId id(ByteBuffer in, int at) {
    return new StreamId(in.getLong(at), in.getLong(at + 8));
  }

  @Override
  public byte[] encode() {
    byte[] out = new byte[SIZE];
    ByteBuffer.wrap(out)
        .order(ByteOrder.LITTLE_ENDIAN)
        .put(DataType.STREAM.code())
        .putInt(0) // consumer groups, which Pika does not have yet
        .putLong(entriesAdded)
        .putLong(first.ms())
        .putLong(first.seq())
        .putLong(last.ms())
        .putLong(last.seq())
        .putLong(maxDeleted.ms())
        .putLong(maxDeleted.seq())
        .putInt(length)
        .putLong(version);
    return out;
  }

  @Override
  public DataType type() {
    return DataType.STREAM;
  }

  @Override
  public long etimeMs() {
    return NO_EXPIRY;
  }

  @Override
  public boolean isLive(long nowMs) {
    return length != 0;
  }
}
