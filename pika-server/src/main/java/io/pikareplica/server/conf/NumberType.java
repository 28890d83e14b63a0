package io.pikareplica.server.conf;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A whole number in a range, or a size in bytes with K, M or G.
 *
 * @param whenBelow what Pika takes for a number under the range; empty when it refuses to start
 * @param whenAbove likewise for a number over the range
 */
record NumberType(
    long min, long max, boolean isSize, Optional<Long> whenBelow, Optional<Long> whenAbove)
    implements ValueType<Long> {
  private static final Pattern NUMBER = Pattern.compile("-?[0-9]{1,18}");
  private static final Pattern SIZE = Pattern.compile("(-?[0-9]{1,18})([kmg]?)b?");

  static NumberType number(long min, long max) {
    return new NumberType(min, max, false, Optional.empty(), Optional.empty());
  }

  static NumberType size(long min, long max) {
    return new NumberType(min, max, true, Optional.empty(), Optional.empty());
  }

  /** The same type, with what Pika takes for what is under and over the range. */
  NumberType pikaTakes(long below, long above) {
    return new NumberType(min, max, isSize, Optional.of(below), Optional.of(above));
  }

  @Override
  public Long parse(String text) {
    long value = number(text);
    if (value < min || value > max) {
      throw bad(text, "argument must be between " + min + " and " + max + " inclusive");
    }
    return value;
  }

  @Override
  public Optional<String> pikaTakesInstead(String text) {
    long value;
    try {
      value = number(text);
    } catch (BadValueException e) {
      return Optional.empty();
    }
    Optional<Long> instead = value < min ? whenBelow : value > max ? whenAbove : Optional.empty();
    return instead.map(this::show);
  }

  private long number(String text) {
    if (!isSize) {
      if (!NUMBER.matcher(text).matches()) {
        throw bad(text, "argument couldn't be parsed into an integer");
      }
      return Long.parseLong(text);
    }
    Matcher matcher = SIZE.matcher(text.toLowerCase(Locale.ROOT));
    if (!matcher.matches()) {
      throw bad(text, "argument must be a memory value");
    }
    long unit =
        switch (matcher.group(2)) {
          case "k" -> 1L << 10;
          case "m" -> 1L << 20;
          case "g" -> 1L << 30;
          default -> 1;
        };
    try {
      return Math.multiplyExact(Long.parseLong(matcher.group(1)), unit);
    } catch (ArithmeticException e) {
      throw bad(text, "argument must be a memory value");
    }
  }

  private BadValueException bad(String text, String redisWords) {
    return new BadValueException("'" + text + "' must be " + words(), redisWords);
  }

  @Override
  public String words() {
    boolean isOpen = range().endsWith("more");
    return (isSize ? "a size" : "a number")
        + (isOpen ? ", " : " from ")
        + range()
        + (isSize ? ", such as 64M" : "");
  }

  @Override
  public String range() {
    String from = isSize ? inUnits(min) : Long.toString(min);
    if (max == Long.MAX_VALUE || max == Integer.MAX_VALUE) {
      return from + " or more";
    }
    return from + " to " + (isSize ? inUnits(max) : Long.toString(max));
  }

  private static String inUnits(long bytes) {
    String units = "KMG";
    for (int i = units.length() - 1; i >= 0; i--) {
      long unit = 1L << (10 * (i + 1));
      if (bytes != 0 && bytes % unit == 0) {
        return bytes / unit + units.substring(i, i + 1);
      }
    }
    return Long.toString(bytes);
  }

  @Override
  public String placeholder() {
    return isSize ? "SIZE" : "N";
  }
}
