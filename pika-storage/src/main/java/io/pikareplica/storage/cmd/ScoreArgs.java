package io.pikareplica.storage.cmd;

import io.pikareplica.storage.Args;
import io.pikareplica.storage.CommandException;
import io.pikareplica.storage.codec.ScoreText;
import java.util.OptionalDouble;

/** Reads doubles out of arguments. */
final class ScoreArgs {
  private ScoreArgs() {}

  /**
   * A number as C's strtod reads it; may be infinite or NaN.
   *
   * @throws CommandException when it is none
   */
  static double number(Args args, int index) throws CommandException {
    OptionalDouble value = ScoreText.parse(args.get(index));
    if (value.isEmpty()) {
      throw CommandException.notAFloat();
    }
    return value.getAsDouble();
  }

  /**
   * A score to be stored. NaN would have no place in the order of scores, and makes a real Pika's
   * store unreadable (S-18, H-2).
   *
   * @throws CommandException for NaN
   */
  static double storable(double score) throws CommandException {
    if (Double.isNaN(score)) {
      throw new CommandException("ERR resulting score is not a number (NaN)");
    }
    return score;
  }
}
