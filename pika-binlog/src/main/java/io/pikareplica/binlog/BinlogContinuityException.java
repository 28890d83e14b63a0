package io.pikareplica.binlog;

import java.io.IOException;

/**
 * An item does not belong at the end of the local binlog: its announced END is not the one it would
 * get. Nothing was written.
 */
public final class BinlogContinuityException extends IOException {
  private static final long serialVersionUID = 1L;

  public BinlogContinuityException(
      BinlogOffset producer, BinlogOffset announcedEnd, long itemBytes, String expectedEnd) {
    super(
        ("an item of " + itemBytes + " bytes at " + producer)
            + (" ends at " + expectedEnd + ", announced was " + announcedEnd));
  }
}
