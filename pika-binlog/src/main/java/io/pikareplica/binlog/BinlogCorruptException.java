package io.pikareplica.binlog;

import java.io.IOException;
import java.nio.file.Path;

/** A binlog file holds what no writer puts there. Appending after it or skipping it is unsafe. */
public final class BinlogCorruptException extends IOException {
  private static final long serialVersionUID = 1L;

  private final String file;
  private final long offset;
  private final String expected;
  private final String found;

  public BinlogCorruptException(Path file, long offset, String expected, String found) {
    super("file=" + file + " offset=" + offset + " expected=" + expected + " found=" + found);
    this.file = file.toString();
    this.offset = offset;
    this.expected = expected;
    this.found = found;
  }

  public String file() {
    return file;
  }

  /** Bytes from the start of the file. */
  public long offset() {
    return offset;
  }

  public String expected() {
    return expected;
  }

  public String found() {
    return found;
  }
}
