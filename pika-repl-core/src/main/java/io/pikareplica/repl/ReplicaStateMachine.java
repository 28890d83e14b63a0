package io.pikareplica.repl;

import io.pikareplica.repl.ReplicaEvent.BatchFailed;
import io.pikareplica.repl.ReplicaEvent.Connected;
import io.pikareplica.repl.ReplicaEvent.DbSlaveOf;
import io.pikareplica.repl.ReplicaEvent.DbSyncReply;
import io.pikareplica.repl.ReplicaEvent.Disconnected;
import io.pikareplica.repl.ReplicaEvent.Drained;
import io.pikareplica.repl.ReplicaEvent.FullSyncFailed;
import io.pikareplica.repl.ReplicaEvent.FullSyncStaged;
import io.pikareplica.repl.ReplicaEvent.InstallFailed;
import io.pikareplica.repl.ReplicaEvent.Installed;
import io.pikareplica.repl.ReplicaEvent.MetaSyncReply;
import io.pikareplica.repl.ReplicaEvent.ProtocolError;
import io.pikareplica.repl.ReplicaEvent.Reopened;
import io.pikareplica.repl.ReplicaEvent.SettingsChanged;
import io.pikareplica.repl.ReplicaEvent.SlaveOf;
import io.pikareplica.repl.ReplicaEvent.Tick;
import io.pikareplica.repl.ReplicaEvent.TrySyncReply;
import io.pikareplica.repl.ReplicaEvent.WrongSession;

/**
 * What a replica does about whatever happens, as a pure function: no clock, no socket, no file. The
 * states are Pika's (src/pika_server.cc, src/pika_rm.cc); what differs from Pika:
 *
 * <ul>
 *   <li>Every state that waits for the master has a timeout.
 *   <li>An answer counts only on the connection and in the state that asked for it (R-2a).
 *   <li>No error is final: where a person must act it is tried again slowly, since the person may
 *       act on the master.
 *   <li>That a full sync is needed is remembered until one is done.
 *   <li>TrySync and DBSync wait until the worker has nothing left of an earlier stream, so that
 *       what is asked for follows what is there.
 *   <li>A history that is not ours leads to a full sync, or to an error, as {@link
 *       ReplicaPolicy.OnDivergence} says.
 * </ul>
 *
 * <p>Legal moves of a DB while the link is META_SYNC_DONE; a lost link takes every DB but one in
 * DB_NO_CONNECT to NO_CONNECT, and a DB may fall into ERROR from every state that has a worker or a
 * master involved:
 *
 * <pre>
 *   NO_CONNECT   -> TRY_CONNECT | TRY_DB_SYNC    MetaSync agreed
 *   TRY_CONNECT  -> WAIT_REPLY                   worker drained, TrySync sent
 *   TRY_DB_SYNC  -> WAIT_REPLY                   worker drained, DBSync sent
 *   WAIT_REPLY   -> CONNECTED | TRY_DB_SYNC | WAIT_DB_SYNC | TRY_CONNECT | ERROR
 *   WAIT_DB_SYNC -> TRY_CONNECT                  snapshot installed
 *                -> TRY_DB_SYNC                  fetch failed or master silent
 *   CONNECTED    -> TRY_CONNECT                  silence, other session, items that do not follow
 *   ERROR        -> TRY_CONNECT | TRY_DB_SYNC    slow retry, DBSLAVEOF
 *   any          -> DB_NO_CONNECT                DBSLAVEOF db NO ONE; back by DBSLAVEOF, SLAVEOF
 * </pre>
 */
final class ReplicaStateMachine {
  private ReplicaStateMachine() {}

  /**
   * @param nowMs a clock that never goes back, the same for all events
   */
  static Transition next(ReplicaState state, ReplicaEvent event, long nowMs) {
    LinkStep link = new LinkStep(state, nowMs);
    switch (event.kind()) {
      case SLAVE_OF -> link.slaveOf((SlaveOf) event);
      case SLAVE_OF_NO_ONE -> link.slaveOfNoOne();
      case DB_SLAVE_OF -> link.dbSlaveOf((DbSlaveOf) event);
      case SETTINGS_CHANGED -> link.settingsChanged((SettingsChanged) event);
      case TICK -> link.tick((Tick) event);
      case CONNECTED -> link.connected((Connected) event);
      case DISCONNECTED -> link.disconnected((Disconnected) event);
      case PROTOCOL_ERROR -> link.protocolError((ProtocolError) event);
      case META_SYNC_REPLY -> link.metaSyncReply((MetaSyncReply) event);
      case TRY_SYNC_REPLY -> {
        TrySyncReply reply = (TrySyncReply) event;
        if (link.isOnConnection(reply.connectionId())) {
          link.db(reply.db()).trySyncReply(reply);
        }
      }
      case DB_SYNC_REPLY -> {
        DbSyncReply reply = (DbSyncReply) event;
        if (link.isOnConnection(reply.connectionId())) {
          link.db(reply.db()).dbSyncReply(reply);
        }
      }
      case WRONG_SESSION -> {
        WrongSession wrong = (WrongSession) event;
        if (link.isOnConnection(wrong.connectionId())) {
          link.db(wrong.db()).wrongSession(wrong);
        }
      }
      case DRAINED -> link.db(((Drained) event).db()).drained((Drained) event);
      case BATCH_FAILED -> link.db(((BatchFailed) event).db()).batchFailed((BatchFailed) event);
      case REOPENED -> link.db(((Reopened) event).db()).reopened((Reopened) event);
      case FULL_SYNC_STAGED ->
          link.db(((FullSyncStaged) event).db()).fullSyncStaged((FullSyncStaged) event);
      case FULL_SYNC_FAILED ->
          link.db(((FullSyncFailed) event).db()).fullSyncFailed((FullSyncFailed) event);
      case INSTALLED -> link.db(((Installed) event).db()).installed((Installed) event);
      case INSTALL_FAILED ->
          link.db(((InstallFailed) event).db()).installFailed((InstallFailed) event);
    }
    return link.finish();
  }
}
