package io.pikareplica.repl;

/**
 * What CONFIG SET may change about replication at run time.
 *
 * @param masterAuth {@code masterauth}, sent in MetaSync; empty for none
 * @param announceHost {@code replica-announce-ip}; empty: the local address of the link
 * @param announcePort {@code replica-announce-port}; 0: the port that clients use
 * @param priority {@code slave-priority}, 0 to 2^31 - 1; 0 is never promoted
 * @param announced {@code replica-announced}
 * @param replTimeoutMs silence after which the link is given up; Pika's own is 20 s
 * @param throttleBytesPerSecond {@code throttle-bytes-per-second} of a full sync
 * @param rsyncTimeoutMs {@code rsync-timeout-ms}, the wait for one chunk
 * @param expireLogsNums {@code expire-logs-nums}, binlog files that are kept
 * @param expireLogsDays {@code expire-logs-days}
 * @param onDivergence {@code on-divergence}
 * @param divergenceKeep {@code divergence-keep}, per DB; 0 for none
 * @param pingReplicaMs {@code repl-ping-replica-period}: silence after which a replica of this node
 *     gets a ping
 * @param linkDownClock {@code link-down-clock}
 * @param offsetOrder {@code info-offset}
 */
public record ReplSettings(
    String masterAuth,
    String announceHost,
    int announcePort,
    int priority,
    boolean announced,
    long replTimeoutMs,
    long throttleBytesPerSecond,
    long rsyncTimeoutMs,
    int expireLogsNums,
    int expireLogsDays,
    ReplicaPolicy.OnDivergence onDivergence,
    int divergenceKeep,
    long pingReplicaMs,
    LinkDownClock linkDownClock,
    OffsetOrder offsetOrder) {

  /** {@code link-down-clock}: what {@code master_link_down_since_seconds} counts from. */
  public enum LinkDownClock {
    /** From when the link was lost, as in Redis: a silent one is lost after the timeout. */
    CONNECTION,
    /** From the last message of the master before that. */
    LAST_IO
  }

  public static final ReplSettings DEFAULT =
      new ReplSettings(
          "",
          "",
          0,
          100,
          true,
          20_000,
          207_200_000,
          1_000,
          10,
          7,
          ReplicaPolicy.OnDivergence.FULL_SYNC,
          1,
          2_000,
          LinkDownClock.CONNECTION,
          OffsetOrder.REDIS_ORDER);
}
