package io.pikareplica.repl;

import io.pikareplica.binlog.BinlogOffset;
import io.pikareplica.repl.ReplicationException.Kind;
import io.pikareplica.repl.sync.DurableFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * FLUSHALL as a 4.0.0 master logs it: in the binlog of one DB, meant for all. The worker that comes
 * upon it has the workers of the other DBs empty theirs, and waits; meanwhile it serves the same
 * wish of theirs, so two that meet do not wait for each other for ever.
 *
 * <p>A DB notes the last item that emptied it in a small file before it goes on. When that item
 * comes again after a crash, the DB stays as it is. One object per DB; {@link #request} and {@link
 * #close} are for any thread, the rest belongs to that DB's worker.
 */
final class FlushAll {
  private static final int MAX_NOTE_BYTES = 256;
  private static final long TURN_MS = 10;

  private final String db;
  private final Path note;
  private final DbStore store;
  private final Runnable wakeWorker;
  private final Queue<Request> requests = new ConcurrentLinkedQueue<>();
  private volatile List<FlushAll> others = List.of();
  private volatile boolean isClosed;

  private record Request(String item, CompletableFuture<Void> done) {}

  /**
   * @param data the DB's folder; the note lies beside it
   * @param wakeWorker makes the worker call {@link #serve} soon
   */
  FlushAll(String db, Path data, DbStore store, Runnable wakeWorker) {
    this.db = db;
    this.note = data.resolveSibling(data.getFileName() + ".flushall");
    this.store = store;
    this.wakeWorker = wakeWorker;
  }

  void others(List<FlushAll> otherDbs) {
    others = List.copyOf(otherDbs);
  }

  /**
   * Returns when all other DBs are empty.
   *
   * @param end END of the item
   * @throws ReplicationException STORAGE when one of them could not be emptied
   */
  void flushOthers(BinlogOffset end, long timeMs) throws ReplicationException {
    String item = db + " " + end + " " + timeMs + "\n";
    CompletableFuture<Void> all =
        CompletableFuture.allOf(
            others.stream().map(other -> other.request(item)).toArray(CompletableFuture[]::new));
    while (true) {
      serve();
      try {
        all.get(TURN_MS, TimeUnit.MILLISECONDS);
        return;
      } catch (TimeoutException e) {
        if (isClosed) {
          throw new ReplicationException(Kind.STORAGE, db + " is closing, FLUSHALL is put off", e);
        }
      } catch (ExecutionException e) {
        throw new ReplicationException(
            Kind.STORAGE, db + ": FLUSHALL failed in another DB: " + e.getCause().getMessage(), e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new ReplicationException(Kind.STORAGE, db + ": FLUSHALL was interrupted", e);
      }
    }
  }

  private CompletableFuture<Void> request(String item) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    requests.add(new Request(item, done));
    if (isClosed) {
      refuseAll();
    } else {
      wakeWorker.run();
    }
    return done;
  }

  /** Empties this DB if another one asks for it; nothing of it may be pending. */
  void serve() {
    for (Request request = requests.poll(); request != null; request = requests.poll()) {
      try {
        flush(request.item());
        request.done().complete(null);
      } catch (ReplicationException | RuntimeException e) {
        request.done().completeExceptionally(e);
      }
    }
  }

  private void flush(String item) throws ReplicationException {
    try {
      if (DurableFiles.read(note, MAX_NOTE_BYTES).orElse("").equals(item)) {
        return;
      }
      store.flushData();
      DurableFiles.write(note, item);
    } catch (IOException e) {
      throw store.fail(e);
    }
  }

  void close() {
    isClosed = true;
    refuseAll();
  }

  private void refuseAll() {
    for (Request request = requests.poll(); request != null; request = requests.poll()) {
      request.done().completeExceptionally(new IllegalStateException(db + " is closed"));
    }
  }
}
