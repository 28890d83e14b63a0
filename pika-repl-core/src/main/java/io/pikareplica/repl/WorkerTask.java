package io.pikareplica.repl;

import io.pikareplica.storage.Reply;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** What a DB's worker is given to do. */
sealed interface WorkerTask {
  Kind kind();

  /** What the task weighs while it waits, in bytes. */
  long sizeBytes();

  /** Items, calls or steps in it. */
  int count();

  /** Tasks of one kind that follow each other may be done as one group. */
  enum Kind {
    REPLICATED,
    CLIENT,
    CONTROL
  }

  /** Items from a master. */
  record Replicated(ReplicatedBatch batch, long sizeBytes) implements WorkerTask {
    Replicated(ReplicatedBatch batch) {
      this(batch, batch.sizeBytes());
    }

    @Override
    public Kind kind() {
      return Kind.REPLICATED;
    }

    @Override
    public int count() {
      return batch.entries().size();
    }
  }

  /** One client's calls; the replies go to its future. */
  record Client(
      List<Replication.Call> calls, CompletableFuture<List<Reply>> replies, long sizeBytes)
      implements WorkerTask {
    Client(List<Replication.Call> calls, CompletableFuture<List<Reply>> replies) {
      this(calls, replies, calls.stream().mapToLong(call -> 64 + call.args().sizeBytes()).sum());
    }

    @Override
    public Kind kind() {
      return Kind.CLIENT;
    }

    @Override
    public int count() {
      return calls.size();
    }
  }

  /** Anything else that belongs on the worker's thread; done alone. */
  record Control(Runnable body) implements WorkerTask {
    @Override
    public Kind kind() {
      return Kind.CONTROL;
    }

    @Override
    public long sizeBytes() {
      return 0;
    }

    @Override
    public int count() {
      return 1;
    }
  }
}
