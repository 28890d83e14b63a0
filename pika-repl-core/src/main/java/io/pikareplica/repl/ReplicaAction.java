package io.pikareplica.repl;

import io.pikareplica.binlog.BinlogOffset;
import java.util.Optional;

/**
 * What {@link ReplicaStateMachine} wants done, in this order; {@link ReplicaSession} does it.
 * {@code db} is the number of a DB.
 */
sealed interface ReplicaAction {
  Kind kind();

  enum Kind {
    CONNECT,
    DISCONNECT,
    SEND_META_SYNC,
    SEND_TRY_SYNC,
    SEND_DB_SYNC,
    SEND_REMOVE_SLAVE_NODE,
    START_STREAM,
    ANSWER_PINGS,
    STOP_STREAM,
    DRAIN,
    NOTE_DIVERGENCE,
    NOTE_FOLLOWED,
    MARK_FULL_SYNC,
    ADOPT_LINEAGE,
    START_FULL_SYNC,
    CANCEL_FULL_SYNC,
    INSTALL,
    RESET_BINLOG
  }

  /** Connect; answered by Connected or Disconnected. */
  record Connect(long connectionId, HostPort master) implements ReplicaAction {
    @Override
    public Kind kind() {
      return Kind.CONNECT;
    }
  }

  /** Close a connection that is being made or open; nothing of it is to be handled any more. */
  record Disconnect(long connectionId) implements ReplicaAction {
    @Override
    public Kind kind() {
      return Kind.DISCONNECT;
    }
  }

  record SendMetaSync(long connectionId) implements ReplicaAction {
    @Override
    public Kind kind() {
      return Kind.SEND_META_SYNC;
    }
  }

  record SendTrySync(long connectionId, int db) implements ReplicaAction {
    @Override
    public Kind kind() {
      return Kind.SEND_TRY_SYNC;
    }
  }

  record SendDbSync(long connectionId, int db) implements ReplicaAction {
    @Override
    public Kind kind() {
      return Kind.SEND_DB_SYNC;
    }
  }

  record SendRemoveSlaveNode(long connectionId, int db) implements ReplicaAction {
    @Override
    public Kind kind() {
      return Kind.SEND_REMOVE_SLAVE_NODE;
    }
  }

  /** Let items of this session through to the worker, then ask for them (first_send). */
  record StartStream(long connectionId, int db, int sessionId) implements ReplicaAction {
    @Override
    public Kind kind() {
      return Kind.START_STREAM;
    }
  }

  /** Answer pings of this session and drop its items. */
  record AnswerPings(long connectionId, int db, int sessionId) implements ReplicaAction {
    @Override
    public Kind kind() {
      return Kind.ANSWER_PINGS;
    }
  }

  /** Drop everything that comes for this DB. */
  record StopStream(int db) implements ReplicaAction {
    @Override
    public Kind kind() {
      return Kind.STOP_STREAM;
    }
  }

  /** Wait until the worker has nothing left; answered by Drained. */
  record Drain(int db, long drainId) implements ReplicaAction {
    @Override
    public Kind kind() {
      return Kind.DRAIN;
    }
  }

  /**
   * Remember on disk that this DB's history is not the master's.
   *
   * @param masterEnd where the master's binlog ends; empty when it did not say
   * @param isStopped whether nothing is done about it until a person decides
   */
  record NoteDivergence(
      int db,
      String reason,
      String replicationId,
      String masterReplicationId,
      Optional<BinlogOffset> masterEnd,
      boolean isStopped)
      implements ReplicaAction {
    @Override
    public Kind kind() {
      return Kind.NOTE_DIVERGENCE;
    }
  }

  /** A master agreed to go on from here: once its stream fits, a noted divergence is over. */
  record NoteFollowed(int db) implements ReplicaAction {
    @Override
    public Kind kind() {
      return Kind.NOTE_FOLLOWED;
    }
  }

  /** Remember on disk that this DB must be fetched whole. */
  record MarkFullSync(int db, String reason) implements ReplicaAction {
    @Override
    public Kind kind() {
      return Kind.MARK_FULL_SYNC;
    }
  }

  /** Remember on disk whose history is followed; comes after the marks that go with it. */
  record AdoptLineage(String replicationId) implements ReplicaAction {
    @Override
    public Kind kind() {
      return Kind.ADOPT_LINEAGE;
    }
  }

  /** Fetch the snapshot; answered by FullSyncStaged or FullSyncFailed. */
  record StartFullSync(int db, long syncId) implements ReplicaAction {
    @Override
    public Kind kind() {
      return Kind.START_FULL_SYNC;
    }
  }

  record CancelFullSync(int db, long syncId) implements ReplicaAction {
    @Override
    public Kind kind() {
      return Kind.CANCEL_FULL_SYNC;
    }
  }

  /** Swap the fetched snapshot in; answered by Installed or InstallFailed. */
  record Install(int db, long syncId) implements ReplicaAction {
    @Override
    public Kind kind() {
      return Kind.INSTALL;
    }
  }

  /** Start an empty binlog at an offset; before the next drain. */
  record ResetBinlog(int db, BinlogOffset offset) implements ReplicaAction {
    @Override
    public Kind kind() {
      return Kind.RESET_BINLOG;
    }
  }
}
