package io.pikareplica.server;

import io.pikareplica.binlog.BinlogOffset;
import io.pikareplica.repl.DbSlaveOfRequest;
import io.pikareplica.repl.HostPort;
import io.pikareplica.repl.LinkState;
import io.pikareplica.repl.OffsetOrder;
import io.pikareplica.repl.ReplSettings;
import io.pikareplica.repl.ReplState;
import io.pikareplica.repl.Replication;
import io.pikareplica.repl.ReplicationException;
import io.pikareplica.repl.ReplicationStatus;
import io.pikareplica.repl.ReplicationStatus.Db;
import io.pikareplica.repl.ReplicationStatus.Master;
import io.pikareplica.repl.ReplicationStatus.Role;
import io.pikareplica.storage.Command;
import io.pikareplica.storage.CommandException;
import io.pikareplica.storage.DbBatch;
import io.pikareplica.storage.DbOptions;
import io.pikareplica.storage.DbView;
import io.pikareplica.storage.PikaDb;
import io.pikareplica.storage.Reply;
import io.pikareplica.storage.StorageException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Real DBs in a folder of the test, one worker for all of them, and a role that the test sets. */
final class FakeReplication implements Replication, AutoCloseable {
  private final Path folder;
  private final int dbCount;
  private final Map<Integer, PikaDb> dbs = new ConcurrentHashMap<>();
  private final ExecutorService worker = Executors.newSingleThreadExecutor();
  private final AtomicInteger executions = new AtomicInteger();
  private volatile Optional<HostPort> master = Optional.empty();
  private volatile String ineligible = "";
  private volatile boolean isLoading;
  private final AtomicLong written = new AtomicLong();

  FakeReplication(Path folder, int dbCount) {
    this.folder = folder;
    this.dbCount = dbCount;
  }

  /** Makes it a replica that is attached. */
  FakeReplication follow(String host, int port) {
    master = Optional.of(new HostPort(host, port));
    return this;
  }

  void ineligible(String reason) {
    ineligible = reason;
  }

  void loading(boolean value) {
    isLoading = value;
  }

  /** As if a master had sent an item. */
  void replicated() {
    written.incrementAndGet();
  }

  /** How often {@link #execute} was called. */
  int executions() {
    return executions.get();
  }

  /** Holds the worker up until the latch is open. */
  void hold(CountDownLatch latch) {
    worker.execute(
        () -> {
          try {
            latch.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
  }

  @Override
  public ReplicationStatus status() {
    List<Db> all = new ArrayList<>();
    for (int i = 0; i < dbCount; i++) {
      BinlogOffset end = new BinlogOffset(0, i == 0 ? written.get() : 0);
      all.add(
          new Db(
              "db" + i,
              master.isPresent() ? ReplState.CONNECTED : ReplState.NO_CONNECT,
              end,
              end,
              BinlogOffset.ZERO,
              Optional.empty(),
              "none",
              false,
              "",
              Optional.empty()));
    }
    return new ReplicationStatus(
        master.isPresent() ? Role.SLAVE : Role.MASTER,
        "",
        master.map(address -> new Master(address, LinkState.META_SYNC_DONE, true, 0, 0, "")),
        all,
        List.of(),
        ineligible.isEmpty(),
        ineligible,
        100,
        true,
        true,
        100 << 20,
        ReplicationStatus.FileSizeSource.OWN,
        OffsetOrder.REDIS_ORDER,
        10);
  }

  @Override
  public int dbCount() {
    return dbCount;
  }

  @Override
  public DbView view(int db) {
    if (isLoading) {
      throw new StorageException("db" + db + " is being replaced by a snapshot");
    }
    return db(db).view();
  }

  @Override
  public CompletionStage<List<Reply>> execute(int db, List<Call> calls) {
    executions.incrementAndGet();
    return CompletableFuture.supplyAsync(() -> runBatch(db(db), calls), worker);
  }

  /** Opened when it is needed: many tests never touch data. */
  private PikaDb db(int index) {
    DbOptions options = new DbOptions(1, 1024, 4L << 20, false, false);
    return dbs.computeIfAbsent(index, i -> PikaDb.open(folder.resolve("db" + i), options));
  }

  private List<Reply> runBatch(PikaDb db, List<Call> calls) {
    List<Reply> replies = new ArrayList<>();
    try (DbBatch batch = db.newBatch()) {
      for (Call call : calls) {
        replies.add(run(batch, call));
      }
      if (calls.stream().anyMatch(call -> call.command() instanceof Command.Write)) {
        batch.commit(new BinlogOffset(0, written.incrementAndGet()));
      }
    }
    return replies;
  }

  private Reply run(DbBatch batch, Call call) {
    long now = System.currentTimeMillis();
    try {
      if (!call.command().spec().accepts(call.args().size())) {
        throw CommandException.arity(call.command().spec().name());
      }
      if (call.command() instanceof Command.Read read) {
        return batch.read(read, call.args(), now);
      }
      if (master.isPresent()) {
        return Reply.error("READONLY You can't write against a read only replica.");
      }
      return batch.execute((Command.Write) call.command(), call.args(), now).reply();
    } catch (CommandException e) {
      return Reply.error(e.getMessage());
    }
  }

  @Override
  public CompletionStage<Void> slaveOf(HostPort address, boolean force) {
    master = Optional.of(address);
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public CompletionStage<Void> slaveOfNoOne() {
    return CompletableFuture.runAsync(() -> master = Optional.empty(), worker);
  }

  @Override
  public CompletionStage<Void> dbSlaveOf(int db, DbSlaveOfRequest request) {
    return db == 0
        ? CompletableFuture.completedFuture(null)
        : CompletableFuture.failedFuture(
            new ReplicationException(
                ReplicationException.Kind.CONFIG, "db" + db + " is " + request.mode()));
  }

  @Override
  public void configure(ReplSettings settings) {
    throw new UnsupportedOperationException();
  }

  @Override
  public ReplSettings settings() {
    return ReplSettings.DEFAULT;
  }

  @Override
  public void close() {
    worker.shutdownNow();
    dbs.values().forEach(PikaDb::close);
  }
}
