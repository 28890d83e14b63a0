package io.pikareplica.repl;

import java.util.OptionalLong;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * F, the master's {@code binlog-file-size}: what turns an offset into the one number that Sentinel
 * compares. Asked for on the master's client port after each connect, since a restart may have
 * changed it; again while there is no answer; and remembered. Owned by the session's thread.
 */
final class MasterFileSize {
  private static final Logger log = LoggerFactory.getLogger(MasterFileSize.class);
  private static final long ASK_AGAIN_MS = 10_000;

  private final Network network;
  private final ReplicationStore store;
  private final Supplier<ReplSettings> settings;
  private final Executor session;

  /** Whether the master of this connection has answered, or was given the time to. */
  private volatile boolean isAnswered;

  /** Whether the number comes from the master itself and in this process. */
  private volatile boolean isFresh;

  private boolean hasWarned;
  private boolean isAsked;
  private long askedAtMs;

  /** Counts connections: an answer to an earlier one's question says nothing of this one's. */
  private long round;

  MasterFileSize(
      Network network, ReplicationStore store, Supplier<ReplSettings> settings, Executor session) {
    this.network = network;
    this.store = store;
    this.settings = settings;
    this.session = session;
  }

  /** Another connection, perhaps to another master: what it has is to be learnt anew. */
  void forget() {
    round++;
    isFresh = false;
    isAsked = false;
    isAnswered = false;
  }

  void askIfDue(HostPort master, long nowMs) {
    if (isFresh || (isAsked && nowMs - askedAtMs < ASK_AGAIN_MS)) {
      return;
    }
    isAsked = true;
    askedAtMs = nowMs;
    long asked = round;
    String password = settings.get().masterAuth();
    var unused =
        network
            .binlogFileSizeBytes(master, password)
            .thenAcceptAsync(bytes -> learn(asked, master, bytes), session);
  }

  private void learn(long asked, HostPort master, OptionalLong bytes) {
    if (asked != round) {
      return;
    }
    if (bytes.isPresent()) {
      isFresh = true;
      try {
        store.fileSizeBytes(bytes.getAsLong());
      } catch (ReplicationException e) {
        log.error("{}", e.getMessage());
      }
    } else if (!hasWarned && store.content().fileSizeBytes().isEmpty()) {
      hasWarned = true;
      log.warn(
          "master={} does not tell its binlog-file-size; ours is assumed until it does", master);
    }
    isAnswered = true;
  }

  /**
   * Whether the number in use holds for offsets of the connection that is followed: while a master
   * that was just connected to has not been heard on it, it may be another one's. Any thread.
   *
   * @param isFollowing whether there is such a connection
   */
  boolean isSettled(boolean isFollowing) {
    return !isFollowing || isAnswered;
  }

  /** Where the number in use comes from. Any thread. */
  ReplicationStatus.FileSizeSource source() {
    if (isFresh) {
      return ReplicationStatus.FileSizeSource.MASTER;
    }
    return store.content().fileSizeBytes().isPresent()
        ? ReplicationStatus.FileSizeSource.REMEMBERED
        : ReplicationStatus.FileSizeSource.OWN;
  }
}
