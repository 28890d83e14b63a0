package io.pikareplica.storage;

/**
 * Files of a RocksDB are not what was once written: a checksum does not fit, or one is missing or
 * short. Fetched again they may be whole.
 */
public final class DamagedDataException extends StorageException {
  private static final long serialVersionUID = 1;

  public DamagedDataException(String message, Throwable cause) {
    super(message, cause);
  }

  public DamagedDataException(String message) {
    super(message);
  }
}
