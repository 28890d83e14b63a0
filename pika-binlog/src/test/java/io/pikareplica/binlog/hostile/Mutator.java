package io.pikareplica.binlog.hostile;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Spoils bytes in the ways that parsers are known to stumble over. From a seed. */
final class Mutator {
  /** Longer inputs show nothing that shorter ones do not. */
  private static final int MAX_BYTES = 1 << 18;

  private static final int MAX_STEPS = 4;
  private static final int MAX_INSERTED = 64;

  private static final long[] NUMBERS = {
    0,
    1,
    2,
    3,
    7,
    8,
    9,
    16,
    33,
    34,
    35,
    63,
    64,
    100,
    127,
    128,
    255,
    256,
    999,
    1000,
    1024,
    4095,
    4096,
    16384,
    16385,
    32767,
    32768,
    65527,
    65528,
    65529,
    65535,
    65536,
    65537,
    1 << 20,
    1 << 28,
    536_870_911,
    536_870_912,
    536_870_913,
    1L << 30,
    Integer.MAX_VALUE - 8,
    Integer.MAX_VALUE,
    1L << 31,
    (1L << 32) - 1,
    1L << 32,
    1L << 40,
    Long.MAX_VALUE,
    Long.MIN_VALUE,
    -1,
    -2,
    -128
  };
  private static final byte[] BYTES = {0, 1, '\n', '\r', ' ', '"', '$', '*', '-', '/', '0', '9'};

  private final Random random;
  private final List<byte[]> words;

  Mutator(Random random, List<byte[]> words) {
    this.random = random;
    this.words = words;
  }

  /**
   * Another input.
   *
   * @param corpus at least one; left as they are
   */
  byte[] next(List<byte[]> corpus) {
    byte[] bytes = pick(corpus).clone();
    int steps = 1 + random.nextInt(MAX_STEPS);
    for (int i = 0; i < steps; i++) {
      bytes = step(bytes, corpus);
    }
    return bytes.length > MAX_BYTES ? Arrays.copyOf(bytes, MAX_BYTES) : bytes;
  }

  private byte[] step(byte[] bytes, List<byte[]> corpus) {
    int at = random.nextInt(bytes.length + 1);
    int to = at + random.nextInt(Math.min(bytes.length - at, MAX_INSERTED) + 1);
    return switch (random.nextInt(13)) {
      case 0, 1 -> set(bytes, at, (byte) (byteAt(bytes, at) ^ 1 << random.nextInt(8)));
      case 2 -> set(bytes, at, (byte) random.nextInt(256));
      case 3 -> set(bytes, at, BYTES[random.nextInt(BYTES.length)]);
      case 4 -> splice(bytes, at, at + 4, number());
      case 5 -> splice(bytes, at, to, new byte[0]);
      case 6 -> splice(bytes, to, to, Arrays.copyOfRange(bytes, at, to));
      case 7 -> splice(bytes, at, at, filled());
      case 8 -> splice(bytes, at, to, part(pick(corpus)));
      case 9 -> splice(bytes, at, bytes.length, tail(pick(corpus)));
      case 10 -> splice(bytes, at, random.nextBoolean() ? at : to, word());
      case 11 -> decimal(bytes, at);
      default -> Arrays.copyOf(bytes, at);
    };
  }

  private byte[] pick(List<byte[]> from) {
    return from.get(random.nextInt(from.size()));
  }

  private static byte byteAt(byte[] bytes, int at) {
    return at < bytes.length ? bytes[at] : 0;
  }

  private static byte[] set(byte[] bytes, int at, byte value) {
    if (at < bytes.length) {
      bytes[at] = value;
    }
    return bytes;
  }

  /** The bytes with those from {@code at} to {@code to} replaced. */
  private static byte[] splice(byte[] bytes, int at, int to, byte[] middle) {
    int end = Math.min(to, bytes.length);
    byte[] out = Arrays.copyOf(bytes, at + middle.length + bytes.length - end);
    System.arraycopy(middle, 0, out, at, middle.length);
    System.arraycopy(bytes, end, out, at + middle.length, bytes.length - end);
    return out;
  }

  /** A number of 2, 4 or 8 bytes in either order, or as a varint. */
  private byte[] number() {
    long value = NUMBERS[random.nextInt(NUMBERS.length)];
    ByteBuffer out = ByteBuffer.allocate(10);
    out.order(random.nextBoolean() ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
    switch (random.nextInt(4)) {
      case 0 -> out.putShort((short) value);
      case 1 -> out.putInt((int) value);
      case 2 -> out.putLong(value);
      default -> {
        long left = value;
        while (left >>> 7 != 0) {
          out.put((byte) (left | 0x80));
          left >>>= 7;
        }
        out.put((byte) left);
      }
    }
    return Arrays.copyOf(out.array(), out.position());
  }

  private byte[] filled() {
    byte[] run = new byte[1 + random.nextInt(MAX_INSERTED)];
    if (random.nextBoolean()) {
      random.nextBytes(run);
    } else {
      Arrays.fill(run, BYTES[random.nextInt(BYTES.length)]);
    }
    return run;
  }

  private byte[] part(byte[] other) {
    int from = random.nextInt(other.length + 1);
    return Arrays.copyOfRange(
        other, from, from + random.nextInt(Math.min(other.length - from, MAX_INSERTED) + 1));
  }

  private byte[] tail(byte[] other) {
    return Arrays.copyOfRange(other, random.nextInt(other.length + 1), other.length);
  }

  private byte[] word() {
    return words.isEmpty() ? number() : pick(words);
  }

  /** Puts another number in the place of the first one in digits from an index on. */
  private byte[] decimal(byte[] bytes, int from) {
    int at = from;
    while (at < bytes.length && !isDigit(bytes[at])) {
      at++;
    }
    int to = at;
    while (to < bytes.length && isDigit(bytes[to])) {
      to++;
    }
    long value = NUMBERS[random.nextInt(NUMBERS.length)];
    String text = random.nextInt(4) == 0 ? Long.toUnsignedString(value) : Long.toString(value);
    return splice(bytes, at, to, text.getBytes(ISO_8859_1));
  }

  private static boolean isDigit(byte value) {
    return value >= '0' && value <= '9';
  }
}
