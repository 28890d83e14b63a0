package io.pikareplica.storage.cmd;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.pikareplica.storage.CommandException;
import io.pikareplica.storage.codec.StreamId;
import java.util.Optional;

/** Ids and numbers in the arguments of stream commands (StreamUtils in S/redis_streams.cc). */
final class StreamIds {
  private static final int MAX_LENGTH = 127;

  private StreamIds() {}

  static CommandException invalid() {
    return new CommandException("ERR Invalid Argument");
  }

  /**
   * An id, {@code ms-seq} or {@code ms}.
   *
   * @param missingSeq what stands for the second number where there is none
   * @throws CommandException when it is no id
   */
  static StreamId parse(byte[] word, long missingSeq) throws CommandException {
    String text = text(word);
    int dash = text.indexOf('-');
    if (dash < 0) {
      return new StreamId(number(text), missingSeq);
    }
    return new StreamId(number(text.substring(0, dash)), number(text.substring(dash + 1)));
  }

  /** As {@link #parse}, but {@code -} and {@code +} are the least and the greatest id. */
  static StreamId parseOrEnd(byte[] word, long missingSeq) throws CommandException {
    return switch (text(word)) {
      case "-" -> StreamId.MIN;
      case "+" -> StreamId.MAX;
      default -> parse(word, missingSeq);
    };
  }

  /** The first number of {@code ms-*}; empty for any other form. */
  static Optional<Long> parseWithoutSeq(byte[] word) throws CommandException {
    String text = text(word);
    return text.endsWith("-*") && text.indexOf('-') == text.length() - 2
        ? Optional.of(number(text.substring(0, text.length() - 2)))
        : Optional.empty();
  }

  /** The original takes ids as C strings, of at most 127 bytes. */
  private static String text(byte[] word) throws CommandException {
    if (word.length > MAX_LENGTH) {
      throw invalid();
    }
    String text = new String(word, ISO_8859_1);
    int end = text.indexOf('\0');
    return end < 0 ? text : text.substring(0, end);
  }

  static long number(byte[] word) throws CommandException {
    return number(text(word));
  }

  /**
   * An unsigned number as C's strtoull reads it: blanks and a sign in front are taken, and a minus
   * counts down from 2^64.
   */
  private static long number(String text) throws CommandException {
    int at = 0;
    while (at < text.length() && (text.charAt(at) == ' ' || isControlBlank(text.charAt(at)))) {
      at++;
    }
    boolean negative = at < text.length() && text.charAt(at) == '-';
    at += at < text.length() && (negative || text.charAt(at) == '+') ? 1 : 0;
    if (at == text.length()) {
      throw invalid();
    }
    long value = 0;
    for (; at < text.length(); at++) {
      int digit = text.charAt(at) - '0';
      boolean overflows =
          Long.compareUnsigned(value, Long.divideUnsigned(-1 - Math.max(digit, 0), 10)) > 0;
      if (digit < 0 || digit > 9 || overflows) {
        throw invalid();
      }
      value = value * 10 + digit;
    }
    return negative ? -value : value;
  }

  private static boolean isControlBlank(char c) {
    return c >= '\t' && c <= '\r';
  }

  /** The least id behind another. */
  static StreamId after(StreamId id) {
    return id.seq() == -1 ? new StreamId(id.ms() + 1, 0) : new StreamId(id.ms(), id.seq() + 1);
  }

  /** The greatest id before another. */
  static StreamId before(StreamId id) {
    return id.seq() == 0 ? new StreamId(id.ms() - 1, -1) : new StreamId(id.ms(), id.seq() - 1);
  }
}
