package io.pikareplica.storage.cmd;

import io.pikareplica.storage.Args;
import io.pikareplica.storage.CommandException;
import java.util.Arrays;

/**
 * The members between two bounds in bytewise order. As in the original (DoMemberRange in
 * src/pika_zset.cc) a bound whose text is {@code -} or {@code +} is the open end itself, with a
 * bracket in front or without.
 */
record LexRange(Bound min, Bound max) {
  /** A bound's text, and whether the member of that name is inside. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Bound(byte[] text, boolean inclusive) {
    static Bound parse(byte[] word) throws CommandException {
      if (word.length == 1 && (word[0] == '-' || word[0] == '+')) {
        return new Bound(word, true);
      }
      if (word.length == 0 || (word[0] != '(' && word[0] != '[')) {
        throw new CommandException("ERR min or max not valid string range item");
      }
      return new Bound(Arrays.copyOfRange(word, 1, word.length), word[0] == '[');
    }

    boolean is(char end) {
      return text.length == 1 && text[0] == end;
    }
  }

  static LexRange parse(Args args, int min, int max) throws CommandException {
    Bound first = Bound.parse(args.get(min));
    return new LexRange(first, Bound.parse(args.get(max)));
  }

  boolean isEmpty() {
    return min.is('+') || max.is('-');
  }

  /** Where a walk over the members may begin: no member of the range is before it. */
  byte[] start() {
    return min.is('-') ? new byte[0] : min.text;
  }

  boolean startsAfter(byte[] member) {
    int order = Arrays.compareUnsigned(member, min.text);
    return !min.is('-') && (min.inclusive ? order < 0 : order <= 0);
  }

  boolean endsBefore(byte[] member) {
    int order = Arrays.compareUnsigned(member, max.text);
    return !max.is('+') && (max.inclusive ? order > 0 : order >= 0);
  }
}
