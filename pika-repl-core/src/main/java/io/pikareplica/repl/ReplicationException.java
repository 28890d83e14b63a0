package io.pikareplica.repl;

/** Why replication of a DB, or its link, cannot go on as it was. The message is for an operator. */
public final class ReplicationException extends Exception {
  private static final long serialVersionUID = 1;

  /** What went wrong, as far as it decides what happens next. */
  public enum Kind {
    /** The peer sent what it must not send. */
    PROTOCOL,
    /** An item does not follow the one before it: dropped, the link starts anew. */
    CONTINUITY,
    /** An item is not the one that the local binlog has in its place: another history. */
    DIVERGED,
    /** A local binlog file holds what no writer leaves there. */
    BINLOG_CORRUPT,
    /** An item that cannot be understood or executed; a person must act. */
    APPLY,
    /** The disk or RocksDB refused. */
    STORAGE,
    /** Settings of the two sides do not fit. */
    CONFIG
  }

  private final Kind kind;

  public ReplicationException(Kind kind, String message) {
    super(message);
    this.kind = kind;
  }

  public ReplicationException(Kind kind, String message, Throwable cause) {
    super(message, cause);
    this.kind = kind;
  }

  public Kind kind() {
    return kind;
  }
}
