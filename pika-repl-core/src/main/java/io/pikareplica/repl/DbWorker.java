package io.pikareplica.repl;

import io.pikareplica.storage.Reply;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread of one DB: takes what waits in its mailbox, a group at a time, and looks after binlog
 * and data in between. Everything that writes to the DB happens here, so it needs no lock.
 */
final class DbWorker {
  private static final Logger log = LoggerFactory.getLogger(DbWorker.class);

  /** What is appended and committed in one step, unless a single frame is larger. */
  private static final long GROUP_BYTES = 256 * 1024;

  private static final int GROUP_ITEMS = 1000;

  private final String db;
  private final Mailbox mailbox;
  private final DbStore store;
  private final ReplicatedWork replicated;
  private final ClientWork client;
  private final FlushAll flushAll;
  private final Upkeep upkeep;
  private final Reopening reopening;
  private final LocalDb.Listener listener;
  private final WorkerThreads threads;
  private WorkerThreads.Running running;

  DbWorker(
      String db,
      Mailbox mailbox,
      DbStore store,
      ClientWork client,
      FlushAll flushAll,
      Recheck recheck,
      Upkeep upkeep,
      Reopening reopening,
      LocalDb.Listener listener,
      WorkerThreads threads) {
    this.db = db;
    this.mailbox = mailbox;
    this.store = store;
    this.client = client;
    this.flushAll = flushAll;
    replicated = new ReplicatedWork(db, store, listener, flushAll, recheck);
    this.upkeep = upkeep;
    this.reopening = reopening;
    this.listener = listener;
    this.threads = threads;
  }

  void start() {
    running = threads.start(db + "-worker", this::turn);
  }

  /** Runs something on the worker, after what waits already. */
  <T> CompletionStage<T> call(Callable<T> body) {
    CompletableFuture<T> result = new CompletableFuture<>();
    Mailbox.Put put = mailbox.put(new WorkerTask.Control(() -> complete(result, body)));
    if (put == Mailbox.Put.CLOSED) {
      result.completeExceptionally(new IllegalStateException(db + " is closed"));
    }
    return result;
  }

  private static <T> void complete(CompletableFuture<T> result, Callable<T> body) {
    try {
      result.complete(body.call());
    } catch (Exception | Error e) {
      result.completeExceptionally(e);
    }
  }

  /** Works off what waits, takes nothing more, and returns when the thread has ended. */
  void stop() {
    mailbox.close();
    boolean interrupted = false;
    while (true) {
      try {
        running.join();
        break;
      } catch (InterruptedException e) {
        // the store may only be closed once nobody writes to it
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean turn(boolean mayWait) {
    try {
      long waitMs = mayWait ? upkeep.waitMs() : 0;
      List<WorkerTask> group = mailbox.take(waitMs, GROUP_BYTES, GROUP_ITEMS);
      if (group.isEmpty() && mailbox.isDone()) {
        return false;
      }
      turn(group);
    } catch (InterruptedException e) {
      log.warn("db={} worker was interrupted, which nobody may do; it goes on", db);
    }
    return true;
  }

  private void turn(List<WorkerTask> group) {
    try {
      flushAll.serve();
      if (group.isEmpty()) {
        upkeep.sweep();
      } else {
        work(group);
      }
      if (mailbox.takeRoomSignal()) {
        listener.mailboxHasRoom(db);
      }
      upkeep.run();
      reopening.ifDue();
    } catch (RuntimeException | Error e) {
      // a bug, or no memory: what is half done must not be built upon
      abandon(group, store.fail(e));
    }
  }

  private void work(List<WorkerTask> group) {
    switch (group.get(0).kind()) {
      case REPLICATED ->
          replicated.run(
              group.stream().map(task -> ((WorkerTask.Replicated) task).batch()).toList());
      case CLIENT -> client.run(group.stream().map(WorkerTask.Client.class::cast).toList());
      case CONTROL -> ((WorkerTask.Control) group.get(0)).body().run();
    }
  }

  /** Nobody is left waiting for tasks that broke off. */
  private void abandon(List<WorkerTask> group, ReplicationException why) {
    for (WorkerTask task : group) {
      switch (task.kind()) {
        case REPLICATED -> listener.failed(((WorkerTask.Replicated) task).batch(), why);
        case CLIENT -> ClientWork.answer((WorkerTask.Client) task, Reply.error("ERR " + why));
        case CONTROL -> {}
      }
    }
  }
}
