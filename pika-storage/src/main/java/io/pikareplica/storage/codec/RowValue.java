package io.pikareplica.storage.codec;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Values of data rows (S/base_data_value_format.h): the value, 16 reserved bytes, ctime. */
public final class RowValue {
  private static final int SUFFIX = 24;

  private RowValue() {}

  /** A hash value or list element. */
  public static byte[] encode(byte[] value, long nowMs) {
    byte[] out = Arrays.copyOf(value, value.length + SUFFIX);
    ByteBuffer.wrap(out)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(out.length - Long.BYTES, Timestamps.encode(nowMs));
    return out;
  }

  /** A row that says only that it is there: a set member, a zset row by score. */
  public static byte[] marker(long nowMs) {
    return encode(new byte[0], nowMs);
  }

  /** The value of a hash or list row. Shorter than its suffix: a v4.0.0 left-over, all value. */
  public static byte[] decode(byte[] row) {
    return row.length < SUFFIX ? row : Arrays.copyOf(row, row.length - SUFFIX);
  }

  /** A zset row by member. */
  public static byte[] score(double score, long nowMs) {
    byte[] value = new byte[Double.BYTES];
    ByteBuffer.wrap(value).order(ByteOrder.LITTLE_ENDIAN).putDouble(score);
    return encode(value, nowMs);
  }

  /**
   * @throws IllegalArgumentException when the row is too short for a score
   */
  public static double scoreOf(byte[] row) {
    return MetaRecord.view(DataType.ZSET, row, Double.BYTES).getDouble(0);
  }

  /** A stream message: each field and value behind its length, no suffix. */
  public static byte[] message(List<byte[]> fieldsAndValues) {
    int size = 0;
    for (byte[] word : fieldsAndValues) {
      size += Integer.BYTES + word.length;
    }
    ByteBuffer out = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    for (byte[] word : fieldsAndValues) {
      out.putInt(word.length).put(word);
    }
    return out.array();
  }

  /**
   * The fields and values of a stream message, alternating.
   *
   * @throws IllegalArgumentException when a length does not fit the row
   */
  public static List<byte[]> messageOf(byte[] row) {
    ByteBuffer in = ByteBuffer.wrap(row).order(ByteOrder.LITTLE_ENDIAN);
    List<byte[]> words = new ArrayList<>();
    while (in.hasRemaining()) {
      int length = in.remaining() < Integer.BYTES ? -1 : in.getInt();
      if (length < 0 || length > in.remaining()) {
        throw new IllegalArgumentException(
            "stream message of " + row.length + " bytes breaks at byte " + in.position());
      }
      byte[] word = new byte[length];
      in.get(word);
      words.add(word);
    }
    return words;
  }
}
