package io.pikareplica.binlog;

import java.io.IOException;

/** Bytes that should be a binlog item, or the content of one, are not. */
public final class MalformedItemException extends IOException {
  private static final long serialVersionUID = 1L;

  private final int at;
  private final String expected;
  private final String found;

  public MalformedItemException(int at, String expected, String found) {
    super("at=" + at + " expected=" + expected + " found=" + found);
    this.at = at;
    this.expected = expected;
    this.found = found;
  }

  /** Bytes from the start of what was decoded. */
  public int at() {
    return at;
  }

  public String expected() {
    return expected;
  }

  public String found() {
    return found;
  }
}
