package io.pikareplica.server;

import io.pikareplica.repl.ReplState;
import io.pikareplica.repl.ReplicationStatus;
import io.pikareplica.repl.ReplicationStatus.Master;
import io.pikareplica.repl.ReplicationStatus.Replica;
import io.pikareplica.storage.Reply;
import java.util.List;
import java.util.Optional;

/** ROLE, with the types that Redis gives its elements. */
final class RoleReply {
  private RoleReply() {}

  static Reply of(ReplicationStatus status) {
    Optional<Master> master = status.master();
    if (status.role() == ReplicationStatus.Role.SLAVE && master.isPresent()) {
      return slave(status, master.get());
    }
    List<Reply> replicas =
        status.replicas().stream()
            .filter(replica -> replica.state().equals("online"))
            .map(replica -> replica(status, replica))
            .toList();
    return Reply.array(
        List.of(Reply.bulk("master"), Reply.of(status.appliedOffset()), Reply.array(replicas)));
  }

  private static Reply replica(ReplicationStatus status, Replica replica) {
    return Reply.array(
        List.of(
            Reply.bulk(replica.address().host()),
            Reply.bulk(Integer.toString(replica.address().port())),
            Reply.bulk(Long.toString(status.offsetOf(replica.acked())))));
  }

  private static Reply slave(ReplicationStatus status, Master master) {
    return Reply.array(
        List.of(
            Reply.bulk("slave"),
            Reply.bulk(master.address().host()),
            Reply.of(master.address().port()),
            Reply.bulk(state(status, master)),
            Reply.of(master.isUp() ? status.appliedOffset() : -1)));
  }

  /** Pika's states in Redis's words. */
  private static String state(ReplicationStatus status, Master master) {
    if (master.isUp()) {
      return "connected";
    }
    boolean isSyncing =
        status.dbs().stream()
            .anyMatch(
                db -> db.state() == ReplState.WAIT_DB_SYNC || db.state() == ReplState.TRY_DB_SYNC);
    if (isSyncing) {
      return "sync";
    }
    return switch (master.state()) {
      case NO_CONNECT, ERROR -> "connect";
      case SHOULD_META_SYNC -> "connecting";
      case META_SYNC_DONE -> "handshake";
    };
  }
}
