package io.pikareplica.storage.codec;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * A string with its value (S/strings_value_format.h): type, value, 16 reserved bytes, ctime, etime.
 *
 * @param isHyperLogLog whether the marker of S/redis_hyperloglog.cc is set in the reserved bytes
 * @param ctimeMs when the record was written, ms since 1970, 0 for unknown
 */
@SuppressWarnings("ArrayRecordComponent") // a value of up to 512 MB is passed on, never compared
public record StringRecord(byte[] value, boolean isHyperLogLog, long ctimeMs, long etimeMs)
    implements MetaRecord {
  private static final int SUFFIX = 32;
  private static final byte HYPERLOGLOG = (byte) 0x80;

  public StringRecord(byte[] value, long ctimeMs, long etimeMs) {
    this(value, false, ctimeMs, etimeMs);
  }

  static StringRecord decode(byte[] bytes) {
    ByteBuffer in = MetaRecord.view(DataType.STRING, bytes, 1 + SUFFIX);
    int end = bytes.length - SUFFIX;
    boolean isHyperLogLog = (bytes[end] & HYPERLOGLOG) != 0;
    long ctime = in.getLong(end + 16);
    return new StringRecord(
        Arrays.copyOfRange(bytes, 1, end),
        isHyperLogLog,
        // Pika leaves bit 63 out of a HyperLogLog's ctime
        isHyperLogLog ? ctime & Long.MAX_VALUE : Timestamps.decode(ctime),
        Timestamps.decode(in.getLong(end + 24)));
  }

  @Override
  public byte[] encode() {
    byte[] out = new byte[1 + value.length + SUFFIX];
    out[0] = DataType.STRING.code();
    System.arraycopy(value, 0, out, 1, value.length);
    int end = 1 + value.length;
    out[end] = isHyperLogLog ? HYPERLOGLOG : 0;
    ByteBuffer.wrap(out)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(end + 16, isHyperLogLog ? ctimeMs : Timestamps.encode(ctimeMs))
        .putLong(end + 24, Timestamps.encode(etimeMs));
    return out;
  }

  public StringRecord withEtime(long newEtimeMs) {
    return new StringRecord(value, isHyperLogLog, ctimeMs, newEtimeMs);
  }

  @Override
  public DataType type() {
    return DataType.STRING;
  }

  @Override
  public long version() {
    return 0;
  }

  @Override
  public boolean isLive(long nowMs) {
    return !MetaRecord.isStale(etimeMs, nowMs);
  }
}
