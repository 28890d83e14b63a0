package io.pikareplica.storage;

/** A walk over rows; stands on the first row when it is handed out. Owned by one thread. */
public interface RowIterator extends AutoCloseable {
  boolean isValid();

  void next();

  byte[] key();

  byte[] value();

  @Override
  void close();
}
