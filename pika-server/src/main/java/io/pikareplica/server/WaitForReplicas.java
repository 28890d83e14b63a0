package io.pikareplica.server;

import io.pikareplica.binlog.BinlogOffset;
import io.pikareplica.repl.ReplicationStatus;
import io.pikareplica.repl.ReplicationStatus.Db;
import io.pikareplica.repl.ReplicationStatus.Replica;
import io.pikareplica.storage.CommandException;
import io.pikareplica.storage.Reply;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/** WAIT: answers once enough replicas have acknowledged what the DBs hold now, or time is up. */
final class WaitForReplicas {
  private static final long LOOK_EVERY_MS = 10;

  private final ServerCall call;
  private final long wantedCount;
  private final long deadlineNanos;
  private final List<BinlogOffset> wanted;
  private final CompletableFuture<Reply> result = new CompletableFuture<>();

  private WaitForReplicas(ServerCall call, long wantedCount, long timeoutMs) {
    this.call = call;
    this.wantedCount = wantedCount;
    long timeout = timeoutMs == 0 ? Long.MAX_VALUE / 2 : TimeUnit.MILLISECONDS.toNanos(timeoutMs);
    deadlineNanos = System.nanoTime() + Math.min(timeout, Long.MAX_VALUE / 2);
    wanted = status().dbs().stream().map(Db::applied).toList();
  }

  static CompletionStage<Reply> run(ServerCall call) throws CommandException {
    if (call.server().replication().isReplica()) {
      throw new CommandException(
          "ERR WAIT cannot be used with replica instances. Please also note that since Redis 4.0 if"
              + " a replica is configured to be writable (which is not the default) writes to"
              + " replicas are just local and are not propagated.");
    }
    long count = call.args().int64(1);
    long timeoutMs = timeoutMs(call);
    if (timeoutMs < 0) {
      throw new CommandException("ERR timeout is negative");
    }
    WaitForReplicas waiting = new WaitForReplicas(call, count, timeoutMs);
    waiting.look();
    return waiting.result;
  }

  private static long timeoutMs(ServerCall call) throws CommandException {
    try {
      return call.args().int64(2);
    } catch (CommandException e) {
      throw new CommandException("ERR timeout is not an integer or out of range");
    }
  }

  /** A client that has gone waits for nothing. */
  private void look() {
    long count = status().replicas().stream().filter(this::hasAll).count();
    if (count >= wantedCount
        || System.nanoTime() - deadlineNanos >= 0
        || !call.client().channel().isActive()) {
      result.complete(Reply.of(count));
      return;
    }
    call.server().after(LOOK_EVERY_MS, this::look);
  }

  private boolean hasAll(Replica replica) {
    if (replica.acked().size() != wanted.size()) {
      return false;
    }
    for (int i = 0; i < wanted.size(); i++) {
      if (wanted.get(i).isAfter(replica.acked().get(i))) {
        return false;
      }
    }
    return true;
  }

  private ReplicationStatus status() {
    return call.server().replication().status();
  }
}
