package io.pikareplica.repl;

import io.pikareplica.binlog.BinlogOffset;
import io.pikareplica.repl.ReplicationException.Kind;
import io.pikareplica.repl.sync.SnapshotSwap;
import io.pikareplica.repl.sync.StagedSnapshot;
import io.pikareplica.storage.DbView;
import io.pikareplica.storage.Reply;
import io.pikareplica.storage.StorageException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One DB of this node: its data, its binlog and the one thread that writes both. Methods may be
 * called from any thread and do not wait, unless they say otherwise.
 */
public final class LocalDb implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(LocalDb.class);

  /** What may wait for the worker besides the bound on bytes. */
  private static final long MAILBOX_ITEMS = 50_000;

  private static final Reply BUSY =
      Reply.error("BUSY too many commands are waiting for this DB, try again");
  private static final Reply CLOSED = Reply.error("ERR the DB is closed");

  private final String name;
  private final OffsetTracker offsets;
  private final DbFiles files;
  private final FullSyncMark mark;
  private final DbStore store;
  private final Mailbox mailbox;
  private final ClientWork client;
  private final FlushAll flushAll;
  private final Upkeep upkeep;
  private final DbWorker worker;

  /** Held for writing while data is closed and opened again; readers are sent away then. */
  private final ReadWriteLock swapLock = new ReentrantReadWriteLock();

  private LocalDb(
      String name,
      ReplConfig config,
      Listener listener,
      LongSupplier clockMs,
      DbFiles files,
      FullSyncMark mark) {
    this.name = name;
    this.files = files;
    this.mark = mark;
    offsets = new OffsetTracker(name);
    store = new DbStore(name, config.fsync(), offsets, listener);
    mailbox = new Mailbox(config.mailboxBytes(), MAILBOX_ITEMS);
    Runnable wakeWorker = () -> mailbox.put(new WorkerTask.Control(() -> {}));
    flushAll = new FlushAll(name, files.data(), store, wakeWorker);
    client = new ClientWork(store, clockMs);
    upkeep = new Upkeep(name, store, config.fsync(), config.settings(), clockMs);
    worker = new DbWorker(name, mailbox, store, client, flushAll, upkeep, listener);
  }

  /** What happens in a DB. Called on its worker thread; must not wait. */
  public interface Listener {
    /**
     * Items of a batch are in the binlog and visible to readers: from the one that ends at {@code
     * firstEnd} to the one that ends at {@code lastEnd}. To be acknowledged.
     */
    void applied(ReplicatedBatch batch, BinlogOffset firstEnd, BinlogOffset lastEnd);

    /** A batch held pings only. To be answered. */
    void pinged(ReplicatedBatch batch);

    /**
     * A batch, or what remained of it after {@link #applied}, was dropped.
     *
     * <p>CONTINUITY: it does not follow {@link LocalDb#received()}; the link has to ask anew.
     * APPLY: an item that cannot be executed. STORAGE: the DB takes nothing more until it is opened
     * again or a snapshot is installed.
     */
    void failed(ReplicatedBatch batch, ReplicationException why);

    /** After {@link LocalDb#offer} had returned false: the mailbox is less than half full. */
    void mailboxHasRoom(String db);

    /** The local binlog now ends at {@code end}. */
    void appended(String db, BinlogOffset end);
  }

  /**
   * Opens a DB: finishes or undoes an interrupted swap, cuts the binlog's torn tail, applies what
   * the binlog has and the data lacks. Waits for all that.
   *
   * @param index 0 to 7
   * @throws ReplicationException when data or binlog do not open; nothing stays open then
   */
  public static LocalDb open(int index, ReplConfig config, Listener listener)
      throws ReplicationException {
    return open(index, config, listener, System::currentTimeMillis, step -> {});
  }

  static LocalDb open(
      int index,
      ReplConfig config,
      Listener listener,
      LongSupplier clockMs,
      Consumer<DbFiles.SwapStep> steps)
      throws ReplicationException {
    String name = "db" + index;
    FullSyncMark mark;
    try {
      mark = FullSyncMark.open(DbFiles.dataFolder(name, config));
    } catch (IOException e) {
      throw new ReplicationException(
          Kind.STORAGE, name + " cannot be opened: " + e.getMessage(), e);
    }
    DbFiles files = new DbFiles(name, config, mark, steps);
    LocalDb db = new LocalDb(name, config, listener, clockMs, files, mark);
    DbFiles.Opened opened = files.open();
    try {
      db.use(opened, "opened");
    } catch (IOException e) {
      db.store.close();
      throw new ReplicationException(
          Kind.STORAGE, name + " cannot be opened: " + e.getMessage(), e);
    }
    db.worker.start();
    return db;
  }

  /** Makes the DBs of a node known to one another, for FLUSHALL. Before anything is handed in. */
  public static void connect(List<LocalDb> dbs) {
    for (LocalDb db : dbs) {
      db.flushAll.others(
          dbs.stream().filter(other -> other != db).map(other -> other.flushAll).toList());
    }
  }

  /** {@code db0} to {@code db7}. */
  public String name() {
    return name;
  }

  /** END of the last item in the local binlog: Pika's producer offset. */
  public BinlogOffset received() {
    return offsets.received();
  }

  /** END of the last item that readers see. */
  public BinlogOffset applied() {
    return offsets.applied();
  }

  public OffsetTracker offsets() {
    return offsets;
  }

  /**
   * Why this DB cannot go on incrementally and must be fetched whole: a full sync was begun and not
   * finished, or binlog and data do not fit together. Empty when it can.
   */
  public Optional<String> needsFullSync() {
    return mark.reason();
  }

  /**
   * Remembers on disk that a full sync is to be done, until {@link #install} has done it.
   * Writes a small file and waits for the disk.
   *
   * @throws ReplicationException STORAGE when it could not be written
   */
  public void markFullSyncNeeded(String reason) throws ReplicationException {
    try {
      mark.set(reason);
    } catch (IOException e) {
      throw new ReplicationException(
          Kind.STORAGE, name + ": cannot note that a full sync is needed: " + e.getMessage(), e);
    }
  }

  /** Why the DB has stopped: the STORAGE failure it met. Empty while it runs. */
  public Optional<ReplicationException> failure() {
    return store.failure();
  }

  /**
   * Hands in a batch. It is always taken.
   *
   * @return false: stop reading from the master until {@link Listener#mailboxHasRoom}
   */
  public boolean offer(ReplicatedBatch batch) {
    return mailbox.put(new WorkerTask.Replicated(batch)) != Mailbox.Put.TAKEN_STOP;
  }

  /**
   * Runs a client's calls one after the other with nothing in between. A call that fails gives its
   * error reply. {@code -READONLY} for a writing call while not writable, {@code -BUSY} when the
   * mailbox is full.
   */
  public CompletionStage<List<Reply>> execute(List<Replication.Call> calls) {
    CompletableFuture<List<Reply>> replies = new CompletableFuture<>();
    switch (mailbox.putIfRoom(new WorkerTask.Client(calls, replies))) {
      case TAKEN, TAKEN_STOP -> {}
      case FULL -> replies.complete(Collections.nCopies(calls.size(), BUSY));
      case CLOSED -> replies.complete(Collections.nCopies(calls.size(), CLOSED));
    }
    return replies;
  }

  /**
   * Whether clients may write; takes effect after everything handed in so far.
   *
   * <p>A binlog that ends before the data (after a power loss, with nobody left to send the rest)
   * begins anew at the data's offset first: new items must not carry ENDs that the data takes for
   * known.
   */
  public void setWritable(boolean writable) {
    var unused =
        worker.call(
            () -> {
              if (writable) {
                store.closeGap();
              }
              client.writable(writable);
              return null;
            });
  }

  /** Completes when everything handed in so far is applied or has failed. */
  public CompletionStage<Void> drain() {
    return worker.call(() -> null);
  }

  /**
   * The data as it stands, for reading; the caller closes it soon. Never waits: event loops call
   * it.
   *
   * @throws StorageException while a snapshot is being swapped in, and when the data could not be
   *     opened again after a swap
   */
  public DbView view() {
    if (!swapLock.readLock().tryLock()) {
      throw new StorageException(name + " is being replaced by a snapshot");
    }
    try {
      return store.view();
    } finally {
      swapLock.readLock().unlock();
    }
  }

  /**
   * Puts a staged snapshot in place of data and binlog; it was imported and checked before.
   * Afterwards {@code received() == applied() == snapshot.offset()} and the full sync is no longer
   * needed. When it fails the old data is back, or the DB has stopped, see {@link #failure()}.
   */
  public CompletionStage<Void> install(StagedSnapshot snapshot) {
    return worker.call(
        () -> {
          swapLock.writeLock().lock();
          try {
            swapIn(snapshot);
            return null;
          } finally {
            swapLock.writeLock().unlock();
          }
        });
  }

  private void swapIn(StagedSnapshot snapshot) throws ReplicationException {
    SnapshotSwap swap = new SnapshotSwap(files.data(), snapshot);
    try {
      swap.begin();
    } catch (IOException e) {
      throw new ReplicationException(
          Kind.STORAGE, name + ": the snapshot cannot be put in place: " + e.getMessage(), e);
    }
    try {
      store.close();
      Optional<DbFiles.Opened> swapped = files.carryOn(swap);
      if (swapped.isPresent()) {
        use(swapped.get(), "snapshot " + snapshot.uuid());
        return;
      }
      use(files.open(), "snapshot " + snapshot.uuid() + " refused");
    } catch (IOException | RuntimeException e) {
      throw store.fail(e);
    }
    throw new ReplicationException(
        Kind.STORAGE, name + ": the snapshot does not open or stands at another offset");
  }

  private void use(DbFiles.Opened opened, String reason) throws IOException {
    store.use(opened, reason);
    upkeep.noteFirstRetained();
  }

  /**
   * Starts an empty binlog at an offset; the data stays and counts as applied up to there, and as
   * needing no full sync.
   */
  public CompletionStage<Void> resetBinlog(BinlogOffset offset) {
    return worker.call(
        () -> {
          // binlog and data change one after the other: a crash in between must not go unnoticed
          mark.set("the binlog was being reset to " + offset);
          store.resetBinlog(offset, "reset by hand");
          mark.clear();
          upkeep.noteFirstRetained();
          return null;
        });
  }

  /**
   * Writes a checkpoint of the data, in our layout, into a folder that does not exist yet.
   *
   * @return the applied offset that it belongs to
   */
  public CompletionStage<BinlogOffset> checkpoint(Path folder) {
    return worker.call(() -> store.checkpoint(folder));
  }

  /** Where {@code manifest} and {@code write2fileN} lie. */
  public Path binlogFolder() {
    return files.binlogFolder();
  }

  /** Start of the oldest binlog file that is kept. */
  public BinlogOffset firstRetained() {
    return upkeep.firstRetained();
  }

  /** The newest file that PURGELOGSTO may remove: {@code none} or {@code write2fileN}. */
  public String safetyPurge() {
    return upkeep.safetyPurge();
  }

  /** What replicas of this node still need: purging stops before the file of that offset. */
  public void keepBinlogFrom(Supplier<Optional<BinlogOffset>> floor) {
    upkeep.keepBinlogFrom(floor);
  }

  /** Takes over {@code expire-logs-nums} and {@code expire-logs-days}. */
  public void configure(ReplSettings settings) {
    upkeep.configure(settings);
  }

  /** Applies what was handed in, then closes binlog and data. Waits for it. */
  @Override
  public void close() {
    flushAll.close();
    worker.stop();
    store.close();
    log.info("db={} closed received={} applied={}", name, received(), applied());
  }
}
