package io.pikareplica.storage.cmd;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.pikareplica.storage.Args;
import io.pikareplica.storage.CommandException;
import io.pikareplica.storage.codec.ScoreText;
import java.util.Arrays;
import java.util.OptionalDouble;

/** The scores between two bounds, each of them inside or outside ({@code (}). */
record ScoreRange(double min, boolean minExclusive, double max, boolean maxExclusive) {
  static final ScoreRange ALL =
      new ScoreRange(Double.NEGATIVE_INFINITY, false, Double.POSITIVE_INFINITY, false);

  /**
   * Reads two words.
   *
   * @throws CommandException when one of them is no number
   */
  static ScoreRange parse(Args args, int min, int max) throws CommandException {
    return new ScoreRange(
        bound(args.get(min)), isExclusive(args.get(min)),
        bound(args.get(max)), isExclusive(args.get(max)));
  }

  /**
   * Reads two words as the commands that remove do in the original (DoScoreStrRange in
   * src/pika_zset.cc): the words {@code -inf}, {@code inf} and {@code +inf} stand for the largest
   * finite doubles, so that infinite scores stay outside; in other spellings they are infinite.
   */
  static ScoreRange parseForRemoval(Args args, int min, int max) throws CommandException {
    ScoreRange range = parse(args, min, max);
    return new ScoreRange(
        finite(args.get(min), range.min), range.minExclusive,
        finite(args.get(max), range.max), range.maxExclusive);
  }

  private static double finite(byte[] word, double value) {
    return switch (number(word)) {
      case "-inf" -> -Double.MAX_VALUE;
      case "inf", "+inf" -> Double.MAX_VALUE;
      default -> value;
    };
  }

  /** Whether the original does nothing at all, even where there is a member at that very score. */
  boolean isVoidForRemoval() {
    return min == Double.MAX_VALUE || max == -Double.MAX_VALUE;
  }

  private static boolean isExclusive(byte[] word) {
    return word.length > 0 && word[0] == '(';
  }

  private static String number(byte[] word) {
    return new String(
        word, isExclusive(word) ? 1 : 0, word.length - (isExclusive(word) ? 1 : 0), ISO_8859_1);
  }

  private static double bound(byte[] word) throws CommandException {
    OptionalDouble value =
        ScoreText.parse(isExclusive(word) ? Arrays.copyOfRange(word, 1, word.length) : word);
    if (value.isEmpty()) {
      throw new CommandException("ERR min or max is not a float");
    }
    return value.getAsDouble();
  }

  boolean startsAfter(double score) {
    return minExclusive ? !(score > min) : !(score >= min);
  }

  boolean endsBefore(double score) {
    return maxExclusive ? !(score < max) : !(score <= max);
  }

  boolean contains(double score) {
    return !startsAfter(score) && !endsBefore(score);
  }
}
