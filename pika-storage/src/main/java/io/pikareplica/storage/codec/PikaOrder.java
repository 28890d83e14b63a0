package io.pikareplica.storage.codec;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The order of Pika's {@code list_data_cf} and {@code zset_score_cf} (S/custom_comparator.h), and
 * the way between its keys and ours. The comparisons never throw: RocksDB would take an exception
 * for "equal". They take keys that are cut anywhere, as the index blocks of Pika's files hold them.
 */
public final class PikaOrder {
  private static final int VERSION_BYTES = Long.BYTES;

  private PikaOrder() {}

  /**
   * {@code floyd.ListsDataKeyComparator}: user key, version, index; what follows does not count.
   *
   * @param a from position 0 to its limit; byte order little-endian afterwards
   * @param b likewise
   */
  public static int compareListKeys(ByteBuffer a, ByteBuffer b) {
    int atA = userKeyEnd(a);
    int atB = userKeyEnd(b);
    int order = compareBytes(a, 0, atA, b, 0, atB);
    if (order != 0) {
      return order;
    }
    order = compareNumbers(a, atA, b, atB);
    if (order != 0 || a.limit() - atA < VERSION_BYTES || b.limit() - atB < VERSION_BYTES) {
      return order;
    }
    return compareNumbers(a, atA + VERSION_BYTES, b, atB + VERSION_BYTES);
  }

  /**
   * {@code floyd.ZSetsScoreKeyComparator}: user key without the eight bytes before it, version,
   * score, then everything else bytewise. A score that is not a number never equals another.
   *
   * @param a from position 0 to its limit; byte order little-endian afterwards
   * @param b likewise
   */
  public static int compareScoreKeys(ByteBuffer a, ByteBuffer b) {
    int atA = userKeyEnd(a);
    int atB = userKeyEnd(b);
    int order = compareBytes(a, KeyFormat.RESERVE_BEFORE, atA, b, KeyFormat.RESERVE_BEFORE, atB);
    if (order != 0) {
      return order;
    }
    order = compareNumbers(a, atA, b, atB);
    int scoreA = atA + VERSION_BYTES;
    int scoreB = atB + VERSION_BYTES;
    if (order != 0 || a.limit() - scoreA < Double.BYTES || b.limit() - scoreB < Double.BYTES) {
      return order != 0 ? order : Integer.compare(a.limit() - scoreA, b.limit() - scoreB);
    }
    double left = a.getDouble(scoreA);
    double right = b.getDouble(scoreB);
    if (left != right) {
      return left < right ? -1 : 1;
    }
    return compareBytes(a, scoreA + Double.BYTES, a.limit(), b, scoreB + Double.BYTES, b.limit());
  }

  /** Behind the first {@code 00 00} from byte 8 on; byte 8 where there is none, as in Pika. */
  private static int userKeyEnd(ByteBuffer key) {
    key.order(ByteOrder.LITTLE_ENDIAN);
    int limit = key.limit();
    for (int i = KeyFormat.RESERVE_BEFORE; i + 1 < limit; i++) {
      if (key.get(i) == 0 && key.get(i + 1) == 0) {
        return i + 2;
      }
    }
    return Math.min(KeyFormat.RESERVE_BEFORE, limit);
  }

  /** Unsigned; a number that is cut compares by the bytes that are left. */
  private static int compareNumbers(ByteBuffer a, int atA, ByteBuffer b, int atB) {
    int leftA = a.limit() - atA;
    int leftB = b.limit() - atB;
    if (leftA < Long.BYTES || leftB < Long.BYTES) {
      return Integer.compare(Math.min(leftA, Long.BYTES), Math.min(leftB, Long.BYTES));
    }
    return Long.compareUnsigned(a.getLong(atA), b.getLong(atB));
  }

  private static int compareBytes(
      ByteBuffer a, int fromA, int toA, ByteBuffer b, int fromB, int toB) {
    int lengthA = toA - fromA;
    int lengthB = toB - fromB;
    int common = Math.min(lengthA, lengthB);
    for (int i = 0; i < common; i++) {
      int order = Byte.compareUnsigned(a.get(fromA + i), b.get(fromB + i));
      if (order != 0) {
        return order;
      }
    }
    return Integer.compare(lengthA, lengthB);
  }

  /**
   * A key of Pika's list family in our form.
   *
   * @throws IllegalArgumentException when it is cut
   */
  public static byte[] orderedListKey(byte[] pikaKey) {
    byte[] key = pikaKey.clone();
    int at = numbersAt(key);
    reverse(key, at);
    reverse(key, at + VERSION_BYTES);
    return key;
  }

  /** The inverse of {@link #orderedListKey}. */
  public static byte[] pikaListKey(byte[] orderedKey) {
    return orderedListKey(orderedKey);
  }

  /**
   * A key of Pika's score family in our form. Both zeros become one.
   *
   * @throws IllegalArgumentException when it is cut, or its score is not a number
   */
  public static byte[] orderedScoreKey(byte[] pikaKey) {
    byte[] key = pikaKey.clone();
    int at = numbersAt(key);
    reverse(key, at);
    int scoreAt = at + VERSION_BYTES;
    double score = ByteBuffer.wrap(key).order(ByteOrder.LITTLE_ENDIAN).getDouble(scoreAt);
    ByteBuffer.wrap(key).putLong(scoreAt, KeyFormat.orderedScore(score));
    return key;
  }

  /** The inverse of {@link #orderedScoreKey}, but for the sign of zero, which is lost. */
  public static byte[] pikaScoreKey(byte[] orderedKey) {
    byte[] key = orderedKey.clone();
    int at = numbersAt(key);
    reverse(key, at);
    putScore(key, KeyFormat.scoreOf(at + VERSION_BYTES, orderedKey));
    return key;
  }

  /** Replaces the score in a key of Pika's form. */
  private static void putScore(byte[] pikaKey, double score) {
    ByteBuffer.wrap(pikaKey)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putDouble(numbersAt(pikaKey) + VERSION_BYTES, score);
  }

  /** A key of Pika's score family that has a zero as its score, with the other zero. */
  public static byte[] withNegativeZero(byte[] pikaKey) {
    byte[] key = pikaKey.clone();
    putScore(key, -0.0);
    return key;
  }

  public static double scoreOf(byte[] pikaKey) {
    return ByteBuffer.wrap(pikaKey)
        .order(ByteOrder.LITTLE_ENDIAN)
        .getDouble(numbersAt(pikaKey) + VERSION_BYTES);
  }

  /** The key of the row in {@code zset_data_cf} that belongs to one of Pika's score family. */
  public static byte[] memberKey(byte[] pikaKey) {
    int scoreAt = numbersAt(pikaKey) + VERSION_BYTES;
    byte[] key = new byte[pikaKey.length - Double.BYTES];
    System.arraycopy(pikaKey, 0, key, 0, scoreAt);
    System.arraycopy(pikaKey, scoreAt + Double.BYTES, key, scoreAt, key.length - scoreAt);
    return key;
  }

  private static int numbersAt(byte[] key) {
    int at = KeyFormat.userKeyEnd(key);
    if (key.length < at + VERSION_BYTES + Long.BYTES) {
      throw new IllegalArgumentException("record key of " + key.length + " bytes is cut");
    }
    return at;
  }

  private static void reverse(byte[] key, int at) {
    long value = ByteBuffer.wrap(key).getLong(at);
    ByteBuffer.wrap(key).putLong(at, Long.reverseBytes(value));
  }
}
