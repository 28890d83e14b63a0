package io.pikareplica.storage;

/** Numbers in arguments and values, read and printed as Pika does (src/pstd/src/pstd_string.cc). */
public final class Numbers {
  private Numbers() {}

  /**
   * string2int: an optional minus and digits; leading zeros allowed, no plus, no blank, not empty.
   *
   * @throws CommandException when the bytes are no such number or outside 64 bits
   */
  public static long parseInt64(byte[] text) throws CommandException {
    boolean negative = text.length > 0 && text[0] == '-';
    int at = negative ? 1 : 0;
    if (at == text.length) {
      throw CommandException.notAnInteger();
    }
    long value = 0; // kept negative, since that side reaches one further
    for (; at < text.length; at++) {
      int digit = text[at] - '0';
      if (digit < 0 || digit > 9 || value < (Long.MIN_VALUE + digit) / 10) {
        throw CommandException.notAnInteger();
      }
      value = value * 10 - digit;
    }
    if (!negative && value == Long.MIN_VALUE) {
      throw CommandException.notAnInteger();
    }
    return negative ? value : -value;
  }
}
