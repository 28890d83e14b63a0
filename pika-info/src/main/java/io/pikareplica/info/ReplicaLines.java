package io.pikareplica.info;

import io.pikareplica.repl.ReplicationStatus;
import io.pikareplica.repl.ReplicationStatus.Replica;
import io.pikareplica.repl.ReplicationStatus.Sending;
import java.util.List;

/**
 * The nodes that follow this one: Redis's line and, as the value of another name, Pika's, so that
 * each reader finds its own (spec sentinel-info §4.5, C3 and C4).
 */
final class ReplicaLines {
  private ReplicaLines() {}

  static void render(ReplicationStatus status, InfoWriter out) {
    List<Replica> replicas = status.replicas();
    out.line("connected_slaves", replicas.size());
    for (int i = 0; i < replicas.size(); i++) {
      Replica replica = replicas.get(i);
      out.line(
          "slave" + i,
          address(replica)
              + ",state="
              + replica.state()
              + ",offset="
              + status.offsetOf(replica.acked())
              + ",lag="
              + replica.lagSeconds());
    }
    for (int i = 0; i < replicas.size(); i++) {
      Replica replica = replicas.get(i);
      out.line(
          "pika_replica" + i,
          "slave" + i + ":" + address(replica) + ",conn_fd=" + i + ",lag=" + lags(status, replica));
    }
  }

  private static String address(Replica replica) {
    return "ip=" + replica.address().host() + ",port=" + replica.address().port();
  }

  /** Per DB how much it was not sent yet, in Pika's words (PikaServer::GetSlaveListString). */
  private static String lags(ReplicationStatus status, Replica replica) {
    StringBuilder lags = new StringBuilder();
    for (int i = 0; i < status.dbs().size(); i++) {
      ReplicationStatus.Db db = status.dbs().get(i);
      Sending sending = replica.sending().get(i);
      String lag =
          switch (sending.kind()) {
            case NOTHING -> "not syncing";
            case SNAPSHOT -> "full syncing";
            case BINLOG -> {
              long behind =
                  status.offsetOf(List.of(db.received()))
                      - status.offsetOf(List.of(sending.sent()));
              // what was sent may have been read a moment later
              yield Long.toString(Math.max(0, behind));
            }
          };
      lags.append('(').append(db.name()).append(':').append(lag).append(')');
    }
    return lags.toString();
  }
}
