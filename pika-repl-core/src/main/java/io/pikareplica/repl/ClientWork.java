package io.pikareplica.repl;

import io.pikareplica.binlog.BinlogOffset;
import io.pikareplica.binlog.RespContent;
import io.pikareplica.storage.Args;
import io.pikareplica.storage.Command;
import io.pikareplica.storage.CommandException;
import io.pikareplica.storage.DbBatch;
import io.pikareplica.storage.Reply;
import io.pikareplica.storage.StorageException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs what clients ask for on the worker of a DB. Calls that wait together become one append and
 * one commit; each client is answered when its changes are in the binlog and visible. Owned by the
 * DB's worker.
 */
final class ClientWork {
  private static final Logger log = LoggerFactory.getLogger(ClientWork.class);
  private static final Reply READ_ONLY =
      Reply.error("READONLY You can't write against a read only replica.");

  private final DbStore store;
  private final LongSupplier clockMs;
  private boolean isWritable;

  ClientWork(DbStore store, LongSupplier clockMs) {
    this.store = store;
    this.clockMs = clockMs;
  }

  /** Whether clients' writes are taken from now on. */
  void writable(boolean writable) {
    isWritable = writable;
  }

  boolean isWritable() {
    return isWritable;
  }

  /** Runs the calls of several clients, each client's one after the other. */
  void run(List<WorkerTask.Client> tasks) {
    List<WorkerTask.Client> together = new ArrayList<>();
    for (WorkerTask.Client task : tasks) {
      boolean isAlone =
          task.calls().stream()
              .anyMatch(call -> call.command().spec().isBarrier(call.args().size()));
      if (isAlone) {
        runTogether(together);
        runTogether(List.of(task));
        together = new ArrayList<>();
      } else {
        together.add(task);
      }
    }
    runTogether(together);
  }

  private void runTogether(List<WorkerTask.Client> tasks) {
    if (tasks.isEmpty()) {
      return;
    }
    List<List<Reply>> replies;
    try (Group group = new Group()) {
      replies = new ArrayList<>();
      for (WorkerTask.Client task : tasks) {
        replies.add(calls(task.calls(), group));
      }
      group.flush();
    } catch (ReplicationException e) {
      tasks.forEach(task -> answer(task, Reply.error("ERR " + e.getMessage())));
      return;
    } catch (RuntimeException e) {
      // nothing of the group was written; whose call it was shows when each runs alone
      if (tasks.size() > 1) {
        tasks.forEach(task -> runTogether(List.of(task)));
      } else {
        log.error("a command broke off: {}", tasks.get(0).calls(), e);
        answer(tasks.get(0), Reply.error("ERR internal error: " + e));
      }
      return;
    }
    for (int i = 0; i < tasks.size(); i++) {
      tasks.get(i).replies().complete(replies.get(i));
    }
  }

  static void answer(WorkerTask.Client task, Reply reply) {
    task.replies().complete(task.calls().stream().map(call -> reply).toList());
  }

  private List<Reply> calls(List<Replication.Call> calls, Group group) throws ReplicationException {
    List<Reply> replies = new ArrayList<>(calls.size());
    for (Replication.Call call : calls) {
      try {
        replies.add(call(call.command(), call.args(), group));
      } catch (CommandException e) {
        replies.add(Reply.error(e.getMessage()));
      } catch (StorageException e) {
        throw store.fail(e);
      }
    }
    return replies;
  }

  private Reply call(Command command, Args args, Group group)
      throws CommandException, ReplicationException {
    if (!command.spec().accepts(args.size())) {
      throw CommandException.arity(command.spec().name());
    }
    if (command instanceof Command.Read read) {
      return group.batch.read(read, args, clockMs.getAsLong());
    }
    if (!isWritable) {
      return READ_ONLY;
    }
    boolean isAlone = command.spec().isBarrier(args.size());
    if (isAlone) {
      group.flush();
    }
    long nowMs = clockMs.getAsLong();
    DbBatch.Outcome outcome = group.batch.execute((Command.Write) command, args, nowMs);
    for (Args item : outcome.items()) {
      group.contents.add(RespContent.encode(item.from(0)));
    }
    if (isAlone) {
      group.flush();
    }
    return outcome.reply();
  }

  /** What was executed, but is neither in the binlog nor visible yet. */
  private final class Group implements AutoCloseable {
    private final List<byte[]> contents = new ArrayList<>();
    private DataBatch batch;

    Group() throws ReplicationException {
      batch = store.newBatch();
    }

    void flush() throws ReplicationException {
      if (!contents.isEmpty()) {
        long nowMs = clockMs.getAsLong();
        BinlogOffset end = store.appendOwn(contents, nowMs / 1000);
        store.commit(batch, end, nowMs);
        contents.clear();
        batch.close();
        batch = store.newBatch();
      }
    }

    @Override
    public void close() {
      batch.close();
    }
  }
}
