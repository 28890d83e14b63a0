package io.pikareplica.storage.cmd;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.pikareplica.storage.CommandException;
import io.pikareplica.storage.WriteContext;
import io.pikareplica.storage.codec.MetaRecord;

/** Expiry times of strings: from what clients say, and in the PKSETEXAT items that say it again. */
final class Expiry {
  /**
   * From here on the time of a PKSETEXAT is in milliseconds, below in seconds. Masters write
   * seconds, but a 4.0.1 one writes milliseconds for PSETEX (src/pika_kv.cc, PsetexCmd), and
   * nothing in an item says which. 10^11 seconds is the year 5138, 10^11 milliseconds is March
   * 1973: no clock that is roughly right confuses the two. (The original takes seconds only and
   * refuses 2^31 and more, so one PSETEX stops its replication for good.)
   */
  private static final long FIRST_MILLISECONDS = 100_000_000_000L;

  private static final byte[] PKSETEXAT = "pksetexat".getBytes(US_ASCII);

  private Expiry() {}

  /** When a PKSETEXAT expires: 0 never, negative at once. */
  static long ofPksetexat(long time, long nowMs) {
    if (time == 0) {
      return MetaRecord.NO_EXPIRY;
    }
    if (time < 0) {
      return nowMs - 1;
    }
    return time >= FIRST_MILLISECONDS ? time : time * 1000;
  }

  /**
   * The expiry of a relative time to live.
   *
   * @param ttlMs positive
   * @throws CommandException when a client asks for more than there are milliseconds
   */
  static long in(WriteContext context, long ttlMs) throws CommandException {
    long etimeMs = context.nowMs() + ttlMs;
    if (etimeMs > 0) {
      return etimeMs;
    }
    if (context.isReplicated()) {
      return Long.MAX_VALUE;
    }
    throw CommandException.notAnInteger();
  }

  /** Milliseconds of so many seconds; what a client asks for must fit, a master has wrapped it. */
  static long ofSeconds(WriteContext context, long seconds) throws CommandException {
    long ms = seconds * 1000;
    if (ms / 1000 != seconds && !context.isReplicated()) {
      throw CommandException.notAnInteger();
    }
    return ms;
  }

  /**
   * Logs a string that keeps its expiry as {@code pksetexat key seconds value}, cut as Pika does.
   */
  static void logKept(WriteContext context, byte[] key, long etimeMs, byte[] value) {
    logSeconds(context, key, etimeMs / 1000, value);
  }

  /** Logs a string that expires at this second, 0 for never. */
  static void logSeconds(WriteContext context, byte[] key, long seconds, byte[] value) {
    logTime(context, key, seconds < FIRST_MILLISECONDS ? seconds : seconds * 1000, value);
  }

  /** Logs a string that expires at this millisecond. */
  static void logMs(WriteContext context, byte[] key, long etimeMs, byte[] value) {
    logTime(context, key, etimeMs, value);
  }

  private static void logTime(WriteContext context, byte[] key, long time, byte[] value) {
    if (!context.isReplicated()) {
      context.log(PKSETEXAT, key, Long.toString(time).getBytes(US_ASCII), value);
    }
  }
}
