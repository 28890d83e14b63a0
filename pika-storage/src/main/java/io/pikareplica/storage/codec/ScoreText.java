package io.pikareplica.storage.codec;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.regex.Pattern;

/** Doubles as Pika prints and reads them (string2d and d2string of src/pstd/src/pstd_string.cc). */
public final class ScoreText {
  private static final int PRECISION = 17;

  /** Integers below this, and above its negative + 1, are printed with all their digits. */
  private static final double INTEGER_LIMIT = 1L << 52;

  private static final Pattern DECIMAL =
      Pattern.compile("[+-]?(?:[0-9]++(?:\\.[0-9]*+)?|\\.[0-9]++)(?:[eE][+-]?[0-9]++)?");
  private static final Pattern HEXADECIMAL =
      Pattern.compile(
          "[+-]?0[xX](?:[0-9a-fA-F]++(?:\\.[0-9a-fA-F]*+)?|\\.[0-9a-fA-F]++)(?:[pP][+-]?[0-9]++)?");
  private static final Pattern INFINITY = Pattern.compile("[+-]?inf(?:inity)?");
  private static final Pattern NOT_A_NUMBER = Pattern.compile("[+-]?nan(?:\\([0-9a-z_]*+\\))?");

  private ScoreText() {}

  /** The text of a score: an integer where it is one, else C's {@code %.17g}. */
  public static String print(double value) {
    if (Double.isNaN(value)) {
      return "nan";
    }
    if (Double.isInfinite(value)) {
      return value < 0 ? "-inf" : "inf";
    }
    if (value == 0) {
      return 1 / value < 0 ? "-0" : "0";
    }
    if (value > 1 - INTEGER_LIMIT && value < INTEGER_LIMIT && value == (long) value) {
      return Long.toString((long) value);
    }
    return general(value);
  }

  public static byte[] bytes(double value) {
    return print(value).getBytes(ISO_8859_1);
  }

  /** {@code %.17g} of a finite value other than zero. */
  private static String general(double value) {
    BigDecimal rounded =
        new BigDecimal(value).round(new MathContext(PRECISION, RoundingMode.HALF_EVEN));
    int exponent = rounded.precision() - rounded.scale() - 1;
    BigDecimal shortest = rounded.stripTrailingZeros();
    if (exponent >= -4 && exponent < PRECISION) {
      return shortest.toPlainString();
    }
    String digits = shortest.unscaledValue().abs().toString();
    StringBuilder out = new StringBuilder(value < 0 ? "-" : "").append(digits.charAt(0));
    if (digits.length() > 1) {
      out.append('.').append(digits, 1, digits.length());
    }
    out.append(exponent < 0 ? "e-" : "e+");
    int size = Math.abs(exponent);
    return out.append(size < 10 ? "0" : "").append(size).toString();
  }

  /**
   * Reads a number as C's strtod does, all of the bytes: also the empty text (0), blanks in front,
   * hexadecimal digits, {@code inf}, {@code nan}; too large is infinite.
   *
   * @return empty when the bytes are no such number
   */
  public static OptionalDouble parse(byte[] bytes) {
    if (bytes.length == 0) {
      return OptionalDouble.of(0);
    }
    int start = 0;
    while (start < bytes.length && isBlank(bytes[start])) {
      start++;
    }
    String text = new String(bytes, start, bytes.length - start, ISO_8859_1);
    if (DECIMAL.matcher(text).matches()) {
      return OptionalDouble.of(Double.parseDouble(text));
    }
    if (HEXADECIMAL.matcher(text).matches()) {
      boolean hasExponent = text.indexOf('p') >= 0 || text.indexOf('P') >= 0;
      return OptionalDouble.of(Double.parseDouble(hasExponent ? text : text + "p0"));
    }
    String lower = text.length() > 64 ? "" : text.toLowerCase(Locale.ROOT);
    if (INFINITY.matcher(lower).matches()) {
      return OptionalDouble.of(
          lower.charAt(0) == '-' ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY);
    }
    return NOT_A_NUMBER.matcher(lower).matches()
        ? OptionalDouble.of(Double.NaN)
        : OptionalDouble.empty();
  }

  private static boolean isBlank(byte b) {
    return b == ' ' || (b >= '\t' && b <= '\r');
  }
}
