package io.pikareplica.binlog.hostile;

import java.util.function.Consumer;

/** A reader of bytes from outside, as {@link HostileBytes} drives it. */
@FunctionalInterface
public interface Parser {
  /**
   * Reads the bytes, from a fresh state, to their end or to the first that is wrong.
   *
   * @param pieceBytes how many bytes arrive at a time, 1 or more; of no meaning to a parser that
   *     gets all at once
   * @param found takes what was read, in order; compared by {@code equals}
   * @throws Exception what is documented for bytes that are wrong
   */
  void read(byte[] bytes, int pieceBytes, Consumer<Object> found) throws Exception;
}
