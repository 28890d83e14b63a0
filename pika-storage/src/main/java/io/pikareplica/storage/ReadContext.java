package io.pikareplica.storage;

import java.util.List;

/** What a command reads from: one DB at one moment. Used by one thread. */
public interface ReadContext {
  /** The instance that a key lives in. */
  Rows rows(byte[] key);

  /** All instances, in their order. */
  List<? extends Rows> allRows();

  /**
   * The clock of this command, in ms since 1970: the wall clock, or the master's when an item is
   * applied (its exec_time, whole seconds).
   */
  long nowMs();

  /** A command looked for a key, for what INFO counts of it. */
  default void looked(boolean isThere) {}
}
