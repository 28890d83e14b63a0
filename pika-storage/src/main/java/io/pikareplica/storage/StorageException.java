package io.pikareplica.storage;

/**
 * RocksDB or the file system refused. The DB it concerns must not be written to again unexamined.
 */
public class StorageException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public StorageException(String message, Throwable cause) {
    super(message, cause);
  }

  public StorageException(String message) {
    super(message);
  }
}
