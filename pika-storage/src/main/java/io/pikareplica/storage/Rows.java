package io.pikareplica.storage;

/**
 * The records of one instance at one moment: a snapshot for readers, the database plus a batch's
 * own pending changes for the worker. Used by one thread.
 */
public interface Rows {
  /** The value under a key, or null where there is none. */
  byte[] get(Family family, byte[] key);

  /**
   * The rows of {@code [from, to)} in ascending order of their bytes. The caller closes it before
   * it changes anything in the same instance.
   */
  RowIterator ascending(Family family, byte[] from, byte[] to);

  /** The rows of {@code [from, to)}, last one first. */
  RowIterator descending(Family family, byte[] from, byte[] to);
}
