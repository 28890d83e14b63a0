package io.pikareplica.storage.codec;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.math.BigInteger;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What C's strtold takes for a number. */
final class LongDoubleText {
  private static final Pattern SPECIAL = Pattern.compile("inf(inity)?|nan(\\([0-9a-z_]*\\))?");
  private static final Pattern DECIMAL =
      Pattern.compile("([0-9]*)(?:\\.([0-9]*))?(?:e([+-]?[0-9]+))?");
  private static final Pattern HEX =
      Pattern.compile("0x([0-9a-f]*)(?:\\.([0-9a-f]*))?(?:p([+-]?[0-9]+))?");

  /**
   * Decimal digits that can matter: halfway between two representable values is a number of at most
   * 11,515 of them. Longer ones are told from it by one more digit.
   */
  private static final int MAX_DIGITS = 12_000;

  /** Powers of ten above which everything is infinite, and below whose negative it is zero. */
  private static final int MAX_POWER = 5_000;

  private LongDoubleText() {}

  static Optional<LongDouble> parse(byte[] bytes) {
    if (bytes.length == 0) {
      return Optional.of(zero(false));
    }
    int at = 0;
    while (at < bytes.length && bytes[at] >= '\t' && bytes[at] <= '\r') {
      at++; // white space that is no blank
    }
    boolean negative = at < bytes.length && bytes[at] == '-';
    if (at < bytes.length && (negative || bytes[at] == '+')) {
      at++;
    }
    String text = new String(bytes, at, bytes.length - at, ISO_8859_1).toLowerCase(Locale.ROOT);
    if (SPECIAL.matcher(text).matches()) {
      return Optional.of(
          text.startsWith("i") ? LongDouble.infinite(negative) : LongDouble.notANumber());
    }
    Matcher hex = HEX.matcher(text);
    if (hex.matches()) {
      return number(hex, 16, negative);
    }
    Matcher decimal = DECIMAL.matcher(text);
    return decimal.matches() ? number(decimal, 10, negative) : Optional.empty();
  }

  private static LongDouble zero(boolean negative) {
    return LongDouble.nearest(negative, BigInteger.ZERO, BigInteger.ONE, 0);
  }

  private static Optional<LongDouble> number(Matcher parts, int radix, boolean negative) {
    String fraction = parts.group(2) == null ? "" : parts.group(2);
    String all = parts.group(1) + fraction;
    if (all.isEmpty()) {
      return Optional.empty();
    }
    int first = 0;
    while (first < all.length() && all.charAt(first) == '0') {
      first++;
    }
    if (first == all.length()) {
      return Optional.of(zero(negative));
    }
    String digits = all.substring(first);
    // the value is 0.digits * radix^point, in base 16 times 2^written
    long point = (long) parts.group(1).length() - first;
    long written = exponent(parts.group(3));
    if (digits.length() > MAX_DIGITS) {
      digits = digits.substring(0, MAX_DIGITS) + "1";
    }
    BigInteger whole = new BigInteger(digits, radix);
    return Optional.of(
        radix == 10
            ? decimal(negative, whole, digits.length(), point + written)
            : hex(negative, whole, digits.length(), point, written));
  }

  /** An exponent, cut to what no number of digits can make up for. */
  private static long exponent(String text) {
    if (text == null) {
      return 0;
    }
    boolean negative = text.startsWith("-");
    long value = 0;
    for (int i = Character.isDigit(text.charAt(0)) ? 0 : 1; i < text.length(); i++) {
      value = Math.min(value * 10 + text.charAt(i) - '0', 1L << 40);
    }
    return negative ? -value : value;
  }

  private static LongDouble decimal(boolean negative, BigInteger whole, int length, long point) {
    if (point > MAX_POWER) {
      return LongDouble.infinite(negative);
    }
    if (point < -MAX_POWER) {
      return zero(negative);
    }
    int power = (int) point - length;
    return power >= 0
        ? LongDouble.nearest(negative, whole.multiply(BigInteger.TEN.pow(power)), BigInteger.ONE, 0)
        : LongDouble.nearest(negative, whole, BigInteger.TEN.pow(-power), 0);
  }

  private static LongDouble hex(
      boolean negative, BigInteger whole, int length, long point, long written) {
    long top = point * 4 + written;
    if (top > 4L * MAX_POWER) {
      return LongDouble.infinite(negative);
    }
    if (top < -4L * MAX_POWER) {
      return zero(negative);
    }
    return LongDouble.nearest(negative, whole, BigInteger.ONE, (int) (top - 4L * length));
  }
}
