package io.pikareplica.repl;

import io.netty.channel.EventLoopGroup;
import io.pikareplica.repl.net.MasterProbe;
import java.util.OptionalLong;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * F, the master's {@code binlog-file-size}: what turns an offset into the one number that Sentinel
 * compares. Asked for on the master's client port after each connect, again while there is no
 * answer, and remembered. Owned by the session's thread.
 */
final class MasterFileSize {
  private static final Logger log = LoggerFactory.getLogger(MasterFileSize.class);
  private static final long ASK_AGAIN_MS = 10_000;

  private final EventLoopGroup loops;
  private final ReplicationStore store;
  private final Supplier<ReplSettings> settings;
  private final Executor session;
  private volatile boolean isAssumed;
  private boolean isFresh;
  private boolean isAsked;
  private long askedAtMs;

  /** Counts connections: an answer to an earlier one's question says nothing of this one's. */
  private long round;

  MasterFileSize(
      EventLoopGroup loops,
      ReplicationStore store,
      Supplier<ReplSettings> settings,
      Executor session) {
    this.loops = loops;
    this.store = store;
    this.settings = settings;
    this.session = session;
  }

  /** Another connection, perhaps to another master: what it has is to be learnt anew. */
  void forget() {
    round++;
    isFresh = false;
    isAsked = false;
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
        MasterProbe.binlogFileSizeBytes(loops.next(), master.host(), master.port(), password)
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
    } else if (!isAssumed && store.content().fileSizeBytes().isEmpty()) {
      isAssumed = true;
      log.warn(
          "master={} does not tell its binlog-file-size; ours is assumed until it does", master);
    }
  }

  /** Whether F is known, or the master was asked for it in vain. Any thread. */
  boolean isSettled() {
    return isAssumed || store.content().fileSizeBytes().isPresent();
  }
}
