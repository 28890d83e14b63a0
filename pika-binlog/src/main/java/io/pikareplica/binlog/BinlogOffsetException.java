package io.pikareplica.binlog;

import java.io.IOException;

/** A binlog cannot be read from an offset. */
public final class BinlogOffsetException extends IOException {
  private static final long serialVersionUID = 1L;

  /** Why not. */
  public enum Reason {
    /** The file was purged, or never existed. */
    NO_FILE,
    /** The offset lies in the filler in front of the first item after a full sync. */
    IN_PADDING,
    /** The offset lies inside an item. */
    NOT_A_BORDER,
    /** The offset lies behind the last item. */
    AFTER_END
  }

  private final BinlogOffset offset;
  private final Reason reason;

  public BinlogOffsetException(BinlogOffset offset, Reason reason) {
    super("offset=" + offset + " reason=" + reason);
    this.offset = offset;
    this.reason = reason;
  }

  public BinlogOffset offset() {
    return offset;
  }

  public Reason reason() {
    return reason;
  }
}
