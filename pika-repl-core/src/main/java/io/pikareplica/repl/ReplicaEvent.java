package io.pikareplica.repl;

import io.pikareplica.binlog.BinlogOffset;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What {@link ReplicaStateMachine} is told. Answers carry the id of the connection they came on, so
 * that late ones can be told apart (R-2a); {@code db} is the number of a DB.
 */
sealed interface ReplicaEvent {
  Kind kind();

  enum Kind {
    SLAVE_OF,
    SLAVE_OF_NO_ONE,
    DB_SLAVE_OF,
    SETTINGS_CHANGED,
    TICK,
    CONNECTED,
    DISCONNECTED,
    PROTOCOL_ERROR,
    META_SYNC_REPLY,
    TRY_SYNC_REPLY,
    DB_SYNC_REPLY,
    WRONG_SESSION,
    DRAINED,
    BATCH_FAILED,
    REOPENED,
    FULL_SYNC_STAGED,
    FULL_SYNC_FAILED,
    INSTALLED,
    INSTALL_FAILED
  }

  /** SLAVEOF host port [force], also at start. */
  record SlaveOf(HostPort master, boolean force) implements ReplicaEvent {
    @Override
    public Kind kind() {
      return Kind.SLAVE_OF;
    }
  }

  /** SLAVEOF NO ONE, and the end of the process. */
  record SlaveOfNoOne() implements ReplicaEvent {
    @Override
    public Kind kind() {
      return Kind.SLAVE_OF_NO_ONE;
    }
  }

  /** DBSLAVEOF db [no one | force | filenum offset]. */
  record DbSlaveOf(int db, DbSlaveOfRequest request) implements ReplicaEvent {
    @Override
    public Kind kind() {
      return Kind.DB_SLAVE_OF;
    }
  }

  record SettingsChanged(ReplicaPolicy policy) implements ReplicaEvent {
    @Override
    public Kind kind() {
      return Kind.SETTINGS_CHANGED;
    }
  }

  /**
   * Time has passed.
   *
   * @param heardMs when anything was last read from the master; the time of the tick while reading
   *     is held back by ourselves
   * @param dbHeardMs the same for each DB; the least there is where what was heard does not count
   */
  record Tick(long heardMs, List<Long> dbHeardMs) implements ReplicaEvent {
    @Override
    public Kind kind() {
      return Kind.TICK;
    }
  }

  record Connected(long connectionId) implements ReplicaEvent {
    @Override
    public Kind kind() {
      return Kind.CONNECTED;
    }
  }

  /** The connection is gone, or could not be made. */
  record Disconnected(long connectionId, String why) implements ReplicaEvent {
    @Override
    public Kind kind() {
      return Kind.DISCONNECTED;
    }
  }

  /** The master sent what it must not send. */
  record ProtocolError(long connectionId, String why) implements ReplicaEvent {
    @Override
    public Kind kind() {
      return Kind.PROTOCOL_ERROR;
    }
  }

  /**
   * @param text of a refusal
   */
  record MetaSyncReply(
      long connectionId, Code code, String text, List<DbInfo> dbs, String replicationId)
      implements ReplicaEvent {
    public MetaSyncReply {
      dbs = List.copyOf(dbs);
    }

    enum Code {
      OK,
      /** kError: the password is wrong. */
      REFUSED,
      /** kOther: an earlier registration of ours is still held. */
      BUSY
    }

    /**
     * @param instances {@code db_instance_num}; a 3.5.x master gives none
     */
    record DbInfo(String name, OptionalInt instances) {}

    @Override
    public Kind kind() {
      return Kind.META_SYNC_REPLY;
    }
  }

  /**
   * @param masterEnd where the master's binlog ends; empty when it does not say
   */
  record TrySyncReply(
      long connectionId,
      int db,
      Verdict verdict,
      String text,
      int sessionId,
      Optional<BinlogOffset> masterEnd)
      implements ReplicaEvent {
    enum Verdict {
      OK,
      SYNC_POINT_BE_PURGED,
      SYNC_POINT_LARGER,
      /** Our offset is no border of an item there. */
      ERROR,
      /** The request as a whole was refused. */
      REFUSED
    }

    @Override
    public Kind kind() {
      return Kind.TRY_SYNC_REPLY;
    }
  }

  record DbSyncReply(long connectionId, int db, boolean isOk, String text, int sessionId)
      implements ReplicaEvent {
    @Override
    public Kind kind() {
      return Kind.DB_SYNC_REPLY;
    }
  }

  /** Items came with another session id than the one agreed on. */
  record WrongSession(long connectionId, int db, int sessionId) implements ReplicaEvent {
    @Override
    public Kind kind() {
      return Kind.WRONG_SESSION;
    }
  }

  /** The worker has nothing left of what it was handed. */
  record Drained(int db, long drainId) implements ReplicaEvent {
    @Override
    public Kind kind() {
      return Kind.DRAINED;
    }
  }

  /**
   * The worker dropped a batch.
   *
   * @param at END of the last item that was taken
   */
  record BatchFailed(int db, ReplicationException.Kind cause, String why, BinlogOffset at)
      implements ReplicaEvent {
    @Override
    public Kind kind() {
      return Kind.BATCH_FAILED;
    }
  }

  /**
   * A DB that had stopped was opened anew; it may stand elsewhere than before.
   *
   * @param fullSyncReason why it must be fetched whole, by what was found; empty when it need not
   */
  record Reopened(int db, String fullSyncReason) implements ReplicaEvent {
    @Override
    public Kind kind() {
      return Kind.REOPENED;
    }
  }

  /** The snapshot has arrived and is ready to be installed. */
  record FullSyncStaged(int db, long syncId) implements ReplicaEvent {
    @Override
    public Kind kind() {
      return Kind.FULL_SYNC_STAGED;
    }
  }

  record FullSyncFailed(int db, long syncId, String why, boolean retry) implements ReplicaEvent {
    @Override
    public Kind kind() {
      return Kind.FULL_SYNC_FAILED;
    }
  }

  record Installed(int db, long syncId) implements ReplicaEvent {
    @Override
    public Kind kind() {
      return Kind.INSTALLED;
    }
  }

  record InstallFailed(int db, long syncId, String why) implements ReplicaEvent {
    @Override
    public Kind kind() {
      return Kind.INSTALL_FAILED;
    }
  }
}
