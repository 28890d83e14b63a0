package io.pikareplica.server;

import io.pikareplica.repl.Replication.Call;
import io.pikareplica.storage.Reply;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Sends neighbouring data commands of one client to the worker together, and counts. One use. */
final class TimedRun {
  /** As much as may wait for a client before no more of its requests is looked at. */
  private static final long MAX_REPLY_BYTES = 1 << 20;

  private final ServerContext server;
  private final ClientConnection client;
  private final List<Call> calls;
  private final ReplyBudget budget = ReplyBudget.stoppingAt(MAX_REPLY_BYTES);
  private final long startNanos = System.nanoTime();

  TimedRun(ServerContext server, ClientConnection client, List<Call> calls) {
    this.server = server;
    this.client = client;
    this.calls = calls;
  }

  /**
   * One reply per call, in their order; fewer when those are large: the calls behind were not run.
   * The future never fails.
   */
  CompletableFuture<List<Reply>> start() {
    client.ranCommand(calls.get(calls.size() - 1).command().spec().name());
    CompletableFuture<List<Reply>> running;
    try {
      running = server.data().write(client.db(), budget.around(calls)).toCompletableFuture();
    } catch (RuntimeException e) {
      running = CompletableFuture.failedFuture(e);
    }
    return running.handle(this::finish);
  }

  private List<Reply> finish(List<Reply> found, Throwable error) {
    int count = error == null ? Math.min(calls.size(), budget.stoppedAt()) : calls.size();
    long each = (System.nanoTime() - startNanos) / count;
    List<Reply> replies = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      Call call = calls.get(i);
      String name = call.command().spec().name();
      Reply reply = error == null ? found.get(i) : Timed.failure(name, error);
      replies.add(reply);
      Timed.count(server, client, name, call.args(), each, Replies.isFailure(reply));
    }
    return replies;
  }
}
