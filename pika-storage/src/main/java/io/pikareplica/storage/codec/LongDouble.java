package io.pikareplica.storage.codec;

import java.math.BigInteger;
import java.util.Optional;

/**
 * C's {@code long double} as x86-64 has it: 64 bits of significand, 15 of exponent. INCRBYFLOAT and
 * HINCRBYFLOAT compute with it (S/util.cc), and the latter is logged as it was given, so a replica
 * must come to the same digits. Immutable.
 *
 * @param kind whether the value is a number
 * @param negative the sign, of zero too
 * @param significand below 2^64; the value is {@code significand * 2^exponent}
 * @param exponent {@link #MIN_EXPONENT} or more
 */
public record LongDouble(Kind kind, boolean negative, BigInteger significand, int exponent) {
  /** What a value is. */
  enum Kind {
    FINITE,
    INFINITE,
    NOT_A_NUMBER
  }

  private static final int PRECISION = 64;
  private static final int MIN_EXPONENT = -16445;
  private static final int MAX_EXPONENT = 16384 - PRECISION;
  private static final int DECIMALS = 17;

  static LongDouble infinite(boolean negative) {
    return new LongDouble(Kind.INFINITE, negative, BigInteger.ZERO, 0);
  }

  static LongDouble notANumber() {
    return new LongDouble(Kind.NOT_A_NUMBER, false, BigInteger.ZERO, 0);
  }

  /**
   * Reads what StrToLongDouble of S/util.cc reads: strtold over all bytes, without a blank. An
   * empty text is 0.
   *
   * @return empty when it is no number
   */
  public static Optional<LongDouble> parse(byte[] text) {
    return LongDoubleText.parse(text);
  }

  /** The representable value next to {@code ±numerator/denominator * 2^scale}, ties to even. */
  static LongDouble nearest(
      boolean negative, BigInteger numerator, BigInteger denominator, int scale) {
    if (numerator.signum() == 0) {
      return new LongDouble(Kind.FINITE, negative, BigInteger.ZERO, 0);
    }
    // the quotient has PRECISION bits or one more
    int drop = numerator.bitLength() - denominator.bitLength() - PRECISION;
    drop = Math.max(drop, MIN_EXPONENT - scale);
    BigInteger quotient = roundedQuotient(numerator, denominator, drop);
    if (quotient.bitLength() > PRECISION) {
      drop++;
      quotient = roundedQuotient(numerator, denominator, drop);
    }
    if (quotient.bitLength() > PRECISION) { // rounded up to 2^64
      quotient = quotient.shiftRight(1);
      drop++;
    }
    int exponent = drop + scale;
    if (exponent + quotient.bitLength() > MAX_EXPONENT + PRECISION) {
      return infinite(negative);
    }
    return new LongDouble(Kind.FINITE, negative, quotient, exponent);
  }

  /** {@code numerator / (denominator * 2^drop)}, ties to even. */
  private static BigInteger roundedQuotient(
      BigInteger numerator, BigInteger denominator, int drop) {
    BigInteger dividend = drop < 0 ? numerator.shiftLeft(-drop) : numerator;
    BigInteger divisor = drop > 0 ? denominator.shiftLeft(drop) : denominator;
    BigInteger[] parts = dividend.divideAndRemainder(divisor);
    int half = parts[1].shiftLeft(1).compareTo(divisor);
    boolean up = half > 0 || (half == 0 && parts[0].testBit(0));
    return up ? parts[0].add(BigInteger.ONE) : parts[0];
  }

  /** The rounded sum. */
  public LongDouble plus(LongDouble other) {
    if (kind != Kind.FINITE || other.kind != Kind.FINITE) {
      return plusSpecial(other);
    }
    int scale = Math.min(exponent, other.exponent);
    BigInteger sum = signed(scale).add(other.signed(scale));
    // only two negative zeros make a negative one
    boolean minus = sum.signum() == 0 ? negative && other.negative : sum.signum() < 0;
    return nearest(minus, sum.abs(), BigInteger.ONE, scale);
  }

  private LongDouble plusSpecial(LongDouble other) {
    if (kind == Kind.NOT_A_NUMBER || other.kind == Kind.NOT_A_NUMBER) {
      return notANumber();
    }
    if (kind == other.kind && negative != other.negative) {
      return notANumber();
    }
    return kind == Kind.INFINITE ? this : other;
  }

  private BigInteger signed(int scale) {
    BigInteger aligned = significand.shiftLeft(exponent - scale);
    return negative ? aligned.negate() : aligned;
  }

  /**
   * The value as {@code %.17Lf} prints it, zeros at the end cut off, and the point with them.
   *
   * @return empty for infinity and what is no number
   */
  public Optional<String> text() {
    if (kind != Kind.FINITE) {
      return Optional.empty();
    }
    BigInteger scaled = significand.multiply(BigInteger.TEN.pow(DECIMALS));
    StringBuilder digits =
        new StringBuilder(roundedQuotient(scaled, BigInteger.ONE, -exponent).toString());
    while (digits.length() <= DECIMALS) {
      digits.insert(0, '0');
    }
    digits.insert(digits.length() - DECIMALS, '.');
    int end = digits.length();
    while (digits.charAt(end - 1) == '0') {
      end--;
    }
    if (digits.charAt(end - 1) == '.') {
      end--;
    }
    return Optional.of((negative ? "-" : "") + digits.substring(0, end));
  }
}
