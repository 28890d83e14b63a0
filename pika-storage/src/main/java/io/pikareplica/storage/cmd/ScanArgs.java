package io.pikareplica.storage.cmd;

import io.pikareplica.storage.Args;
import io.pikareplica.storage.CommandException;
import io.pikareplica.storage.codec.DataType;
import java.util.Optional;

/**
 * The words of SCAN, HSCAN, SSCAN and ZSCAN from the cursor on.
 *
 * @param count rows to look at; 1 or more
 * @param type only keys of this type (SCAN alone)
 */
record ScanArgs(long cursor, Glob match, long count, Optional<DataType> type) {
  private static final int DEFAULT_COUNT = 10;

  /**
   * @param at index of the cursor
   * @param withType whether the option TYPE is one
   */
  static ScanArgs parse(Args args, int at, boolean withType) throws CommandException {
    long cursor = args.int64(at);
    Glob match = Glob.ALL;
    long count = DEFAULT_COUNT;
    Optional<DataType> type = Optional.empty();
    for (int i = at + 1; i < args.size(); i += 2) {
      if (i + 1 == args.size()) {
        throw CommandException.syntax();
      }
      if (args.is(i, "match")) {
        match = new Glob(args.get(i + 1));
      } else if (args.is(i, "count")) {
        count = args.int64(i + 1);
        if (count < 1) {
          throw CommandException.notAnInteger();
        }
      } else if (withType && args.is(i, "type")) {
        type = Optional.of(typeNamed(args, i + 1));
      } else {
        throw CommandException.syntax();
      }
    }
    return new ScanArgs(cursor, match, count, type);
  }

  /** A type by its name; a stream is {@code stream} as well as Pika's {@code streams}. */
  static DataType typeNamed(Args args, int at) throws CommandException {
    for (DataType type : DataType.values()) {
      if (args.is(at, type.pikaName()) || (type == DataType.STREAM && args.is(at, "stream"))) {
        return type;
      }
    }
    throw CommandException.syntax();
  }
}
