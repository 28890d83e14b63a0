package io.pikareplica.storage.codec;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Record keys (S/base_key_format.h and its neighbours). All start with eight zero bytes and the
 * escaped user key, and end with sixteen zero bytes. The list and score families are ours: version,
 * index and score stand in big-endian, order-preserving form.
 */
public final class KeyFormat {
  static final int RESERVE_BEFORE = 8;
  static final int RESERVE_AFTER = 16;
  private static final int DELIMITER = 2;

  /** Behind every record key, whatever the user key: the end of a walk over a whole family. */
  private static final byte[] AFTER_ALL = {0, 0, 0, 0, 0, 0, 0, 1};

  private KeyFormat() {}

  /** The key of a meta record. */
  public static byte[] meta(byte[] userKey) {
    return Arrays.copyOf(start(userKey), startLength(userKey) + RESERVE_AFTER);
  }

  /** What every record of a key starts with, in any family and of any version. */
  public static byte[] userKeyPrefix(byte[] userKey) {
    return start(userKey);
  }

  /**
   * What the data rows of one life of a key start with in the hash, set, zset and stream families.
   */
  public static byte[] dataPrefix(byte[] userKey, long version) {
    byte[] key = Arrays.copyOf(start(userKey), startLength(userKey) + Long.BYTES);
    littleEndian(key).putLong(key.length - Long.BYTES, version);
    return key;
  }

  /** What the rows of one life of a key start with in the list and score families. */
  public static byte[] orderedPrefix(byte[] userKey, long version) {
    byte[] key = Arrays.copyOf(start(userKey), startLength(userKey) + Long.BYTES);
    ByteBuffer.wrap(key).putLong(key.length - Long.BYTES, version);
    return key;
  }

  /** The row of a hash field, set member or zset member. */
  public static byte[] field(byte[] dataPrefix, byte[] field) {
    byte[] key = Arrays.copyOf(dataPrefix, dataPrefix.length + field.length + RESERVE_AFTER);
    System.arraycopy(field, 0, key, dataPrefix.length, field.length);
    return key;
  }

  /** Where the rows of all fields that start with {@code fieldStart} begin. */
  public static byte[] fieldStart(byte[] dataPrefix, byte[] fieldStart) {
    byte[] key = Arrays.copyOf(dataPrefix, dataPrefix.length + fieldStart.length);
    System.arraycopy(fieldStart, 0, key, dataPrefix.length, fieldStart.length);
    return key;
  }

  /** The field or member that a row of the hash, set or zset family stands for. */
  public static byte[] fieldOf(byte[] dataPrefix, byte[] rowKey) {
    return Arrays.copyOfRange(rowKey, dataPrefix.length, rowKey.length - RESERVE_AFTER);
  }

  /** The row of a list element; {@code index} counts unsigned. */
  public static byte[] element(byte[] orderedPrefix, long index) {
    byte[] key = Arrays.copyOf(orderedPrefix, orderedPrefix.length + Long.BYTES + RESERVE_AFTER);
    ByteBuffer.wrap(key).putLong(orderedPrefix.length, index);
    return key;
  }

  public static long elementIndexOf(byte[] orderedPrefix, byte[] rowKey) {
    return ByteBuffer.wrap(rowKey).getLong(orderedPrefix.length);
  }

  /** The row of a zset member in score order. */
  public static byte[] score(byte[] orderedPrefix, double score, byte[] member) {
    byte[] key =
        Arrays.copyOf(
            orderedPrefix, orderedPrefix.length + Long.BYTES + member.length + RESERVE_AFTER);
    ByteBuffer.wrap(key).putLong(orderedPrefix.length, orderedScore(score));
    System.arraycopy(member, 0, key, orderedPrefix.length + Long.BYTES, member.length);
    return key;
  }

  /** Where the rows of all members with this score, or a higher one, begin. */
  public static byte[] scoreStart(byte[] orderedPrefix, double score) {
    byte[] key = Arrays.copyOf(orderedPrefix, orderedPrefix.length + Long.BYTES);
    ByteBuffer.wrap(key).putLong(orderedPrefix.length, orderedScore(score));
    return key;
  }

  public static double scoreOf(byte[] orderedPrefix, byte[] rowKey) {
    return scoreOf(orderedPrefix.length, rowKey);
  }

  static double scoreOf(int at, byte[] rowKey) {
    long ordered = ByteBuffer.wrap(rowKey).getLong(at);
    return Double.longBitsToDouble(ordered < 0 ? ordered & Long.MAX_VALUE : ~ordered);
  }

  public static byte[] scoreMemberOf(byte[] orderedPrefix, byte[] rowKey) {
    return Arrays.copyOfRange(
        rowKey, orderedPrefix.length + Long.BYTES, rowKey.length - RESERVE_AFTER);
  }

  /** The row of a stream message. */
  public static byte[] message(byte[] dataPrefix, StreamId id) {
    byte[] key = Arrays.copyOf(dataPrefix, dataPrefix.length + StreamId.BYTES + RESERVE_AFTER);
    ByteBuffer.wrap(key)
        .putLong(dataPrefix.length, id.ms())
        .putLong(dataPrefix.length + 8, id.seq());
    return key;
  }

  public static StreamId messageIdOf(byte[] dataPrefix, byte[] rowKey) {
    ByteBuffer key = ByteBuffer.wrap(rowKey);
    return new StreamId(key.getLong(dataPrefix.length), key.getLong(dataPrefix.length + 8));
  }

  /** The first key behind all keys that start with {@code prefix}. */
  public static byte[] after(byte[] prefix) {
    for (int i = prefix.length - 1; i >= 0; i--) {
      if (prefix[i] != (byte) 0xFF) {
        byte[] end = Arrays.copyOf(prefix, i + 1);
        end[i]++;
        return end;
      }
    }
    throw new IllegalArgumentException("no key is behind a prefix of only 0xFF");
  }

  /** The first key behind every record of any family. */
  public static byte[] afterAll() {
    return AFTER_ALL.clone();
  }

  /** The user key of any record key; the rest of the bytes do not matter. */
  public static byte[] userKeyOf(byte[] rowKey) {
    byte[] out = new byte[rowKey.length];
    int length = 0;
    int end = userKeyEnd(rowKey) - DELIMITER;
    for (int i = RESERVE_BEFORE; i < end; i++) {
      out[length++] = rowKey[i];
      if (rowKey[i] == 0) {
        i++; // the 01 that stands behind an escaped zero
      }
    }
    return Arrays.copyOf(out, length);
  }

  /**
   * The offset just behind the delimiter of the user key.
   *
   * @throws IllegalArgumentException when there is no delimiter
   */
  public static int userKeyEnd(byte[] rowKey) {
    for (int i = RESERVE_BEFORE; i + 1 < rowKey.length; i++) {
      if (rowKey[i] == 0) {
        if (rowKey[i + 1] == 0) {
          return i + DELIMITER;
        }
        i++;
      }
    }
    throw new IllegalArgumentException(
        "record key of " + rowKey.length + " bytes has no end of the user key");
  }

  static long orderedScore(double score) {
    if (Double.isNaN(score)) {
      throw new IllegalArgumentException("a score is not a number");
    }
    long bits = Double.doubleToRawLongBits(score == 0 ? 0.0 : score);
    return bits < 0 ? ~bits : bits | Long.MIN_VALUE;
  }

  /** The version in a row of the hash, set, zset and stream families. */
  public static long versionAt(byte[] rowKey, int userKeyEnd) {
    return littleEndian(rowKey).getLong(userKeyEnd);
  }

  /** The version in a row of the list and score families. */
  public static long orderedVersionAt(byte[] rowKey, int userKeyEnd) {
    return ByteBuffer.wrap(rowKey).getLong(userKeyEnd);
  }

  private static int startLength(byte[] userKey) {
    int zeros = 0;
    for (byte b : userKey) {
      zeros += b == 0 ? 1 : 0;
    }
    return RESERVE_BEFORE + userKey.length + zeros + DELIMITER;
  }

  private static byte[] start(byte[] userKey) {
    byte[] out = new byte[startLength(userKey)];
    int at = RESERVE_BEFORE;
    for (byte b : userKey) {
      out[at++] = b;
      if (b == 0) {
        out[at++] = 1;
      }
    }
    return out;
  }

  private static ByteBuffer littleEndian(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
