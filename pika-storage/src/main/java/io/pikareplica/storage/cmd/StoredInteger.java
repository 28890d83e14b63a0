package io.pikareplica.storage.cmd;

import io.pikareplica.storage.CommandException;

/**
 * Integers in stored values as the INCR and DECR family reads them: C's strtoll on the bytes up to
 * the first zero byte, to whose end it must get. White space in front, a plus, and an empty value
 * (0) pass.
 */
final class StoredInteger {
  private StoredInteger() {}

  /**
   * As INCR reads: what does not fit 64 bits becomes the nearest that does.
   *
   * @throws CommandException when it is no number
   */
  static long parseSaturating(byte[] value) throws CommandException {
    return parse(value, true);
  }

  /**
   * As DECR reads.
   *
   * @throws CommandException when it is no number or does not fit
   */
  static long parse(byte[] value) throws CommandException {
    return parse(value, false);
  }

  private static long parse(byte[] value, boolean saturating) throws CommandException {
    int end = 0;
    while (end < value.length && value[end] != 0) {
      end++;
    }
    if (end == 0) {
      return 0;
    }
    int at = 0;
    while (at < end && isSpace(value[at])) {
      at++;
    }
    boolean negative = at < end && value[at] == '-';
    if (at < end && (negative || value[at] == '+')) {
      at++;
    }
    if (at == end) {
      throw CommandException.notAnInteger();
    }
    long number = 0; // kept negative, since that side reaches one further
    boolean fits = true;
    for (; at < end; at++) {
      int digit = value[at] - '0';
      if (digit < 0 || digit > 9) {
        throw CommandException.notAnInteger();
      }
      if (number < (Long.MIN_VALUE + digit) / 10) {
        fits = false;
        number = Long.MIN_VALUE;
      } else {
        number = number * 10 - digit;
      }
    }
    if (!negative && number == Long.MIN_VALUE) {
      fits = false;
      number = -Long.MAX_VALUE;
    }
    if (!fits && !saturating) {
      throw CommandException.notAnInteger();
    }
    return negative ? number : -number;
  }

  private static boolean isSpace(byte b) {
    return b == ' ' || (b >= '\t' && b <= '\r');
  }
}
