package io.pikareplica.repl;

import io.pikareplica.binlog.BinlogOffset;

/**
 * What DBSLAVEOF asks for.
 *
 * @param offset of meaning with {@link Mode#OFFSET}
 */
public record DbSlaveOfRequest(Mode mode, BinlogOffset offset) {
  /** The forms of the command. */
  public enum Mode {
    /** Follow again, incrementally if the master allows it. */
    FOLLOW,
    /** Follow again with a full sync. */
    FORCE,
    /** Follow again from an offset that the caller vouches for. */
    OFFSET,
    /** Stop following with this DB. */
    NO_ONE
  }

  public static DbSlaveOfRequest of(Mode mode) {
    return new DbSlaveOfRequest(mode, BinlogOffset.ZERO);
  }

  public static DbSlaveOfRequest from(BinlogOffset offset) {
    return new DbSlaveOfRequest(Mode.OFFSET, offset);
  }
}
