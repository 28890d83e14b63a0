package io.pikareplica.storage.cmd;

import io.pikareplica.storage.Args;
import io.pikareplica.storage.CommandException;
import io.pikareplica.storage.WriteContext;

/**
 * What stands behind {@code SET key value} (src/pika_kv.cc, SetCmd): the last condition counts.
 *
 * @param expected the old value that VX asks for; empty otherwise
 * @param ttlMs milliseconds to live, 0 or less for none
 */
@SuppressWarnings("ArrayRecordComponent") // never compared as a whole
record SetOptions(Condition condition, byte[] expected, long ttlMs) {
  /** When the value is set. */
  enum Condition {
    ALWAYS,
    /** There is none yet. */
    NX,
    /** There is one. */
    XX,
    /** There is one, and it is the given one. */
    VX
  }

  /**
   * @throws CommandException for an unknown or incomplete option, or a time that is no number
   */
  static SetOptions parse(WriteContext context, Args args) throws CommandException {
    Condition condition = Condition.ALWAYS;
    byte[] expected = {};
    long ttlMs = 0;
    for (int i = 3; i < args.size(); i++) {
      if (args.is(i, "NX")) {
        condition = Condition.NX;
      } else if (args.is(i, "XX")) {
        condition = Condition.XX;
      } else if (i + 1 == args.size()) {
        throw CommandException.syntax();
      } else if (args.is(i, "VX")) {
        condition = Condition.VX;
        expected = args.get(++i);
      } else if (args.is(i, "EX")) {
        ttlMs = Expiry.ofSeconds(context, args.int64(++i));
      } else if (args.is(i, "PX")) {
        ttlMs = args.int64(++i);
      } else {
        throw CommandException.syntax();
      }
    }
    return new SetOptions(condition, expected, ttlMs);
  }
}
