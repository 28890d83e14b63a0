package io.pikareplica.storage;

/**
 * Rows that a command changes. Changes are visible to later reads of the same batch at once and to
 * everyone else when the batch is committed.
 */
public interface MutableRows extends Rows {
  void put(Family family, byte[] key, byte[] value);

  void delete(Family family, byte[] key);
}
