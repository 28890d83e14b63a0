package io.pikareplica.repl;

import io.pikareplica.binlog.BinlogOffset;
import io.pikareplica.repl.Divergence.Outcome;
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
  private final LongSupplier clockMs;
  private final Listener listener;
  private final OffsetTracker offsets;
  private final DbFiles files;
  private final FullSyncMark mark;
  private final DivergenceFile divergence;
  private final DbStore store;
  private final Mailbox mailbox;
  private final ClientWork client;
  private final FlushAll flushAll;
  private final Recheck recheck;
  private final Upkeep upkeep;
  private final Reopening reopening;
  private final DbWorker worker;

  /** Held for writing while data is closed and opened again; readers are sent away then. */
  private final ReadWriteLock swapLock = new ReentrantReadWriteLock();

  private LocalDb(
      String name,
      ReplConfig config,
      Listener listener,
      DbEnvironment environment,
      DbFiles files,
      FullSyncMark mark,
      DivergenceFile divergence) {
    this.name = name;
    clockMs = environment.clock()::millis;
    this.listener = listener;
    this.files = files;
    this.mark = mark;
    this.divergence = divergence;
    offsets = new OffsetTracker(name);
    store = new DbStore(name, config.fsync(), offsets, listener);
    mailbox = new Mailbox(config.mailboxBytes(), MAILBOX_ITEMS);
    Runnable wakeWorker = () -> mailbox.put(new WorkerTask.Control(() -> {}));
    flushAll = new FlushAll(name, files.data(), store, wakeWorker);
    recheck = new Recheck(name, store);
    client = new ClientWork(store, clockMs);
    upkeep = new Upkeep(name, store, config.fsync(), config.settings(), clockMs);
    reopening = new Reopening(name, store, files, swapLock.writeLock(), this::reopened, clockMs);
    worker =
        new DbWorker(
            name,
            mailbox,
            store,
            client,
            flushAll,
            recheck,
            upkeep,
            reopening,
            listener,
            environment.workers());
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
     * APPLY: an item that cannot be executed. STORAGE: the DB takes nothing more until it was
     * opened anew or a snapshot is installed.
     */
    void failed(ReplicatedBatch batch, ReplicationException why);

    /** After {@link LocalDb#offer} had returned false: the mailbox is less than half full. */
    void mailboxHasRoom(String db);

    /** A DB that had stopped goes on, perhaps from elsewhere than where it stopped. */
    void reopened(String db);

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
    return open(index, config, listener, DbEnvironment.REAL);
  }

  static LocalDb open(int index, ReplConfig config, Listener listener, DbEnvironment environment)
      throws ReplicationException {
    return open(index, config, listener, environment, step -> {});
  }

  static LocalDb open(
      int index,
      ReplConfig config,
      Listener listener,
      DbEnvironment environment,
      Consumer<DbFiles.SwapStep> steps)
      throws ReplicationException {
    String name = "db" + index;
    FullSyncMark mark;
    DivergenceFile divergence;
    try {
      mark = FullSyncMark.open(DbFiles.dataFolder(name, config));
      divergence = DivergenceFile.open(DbFiles.dataFolder(name, config));
    } catch (IOException e) {
      throw new ReplicationException(
          Kind.STORAGE, name + " cannot be opened: " + e.getMessage(), e);
    }
    DbFiles files = new DbFiles(name, config, mark, divergence, environment, steps);
    LocalDb db = new LocalDb(name, config, listener, environment, files, mark, divergence);
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

  /** As {@link #received}, or, after a power loss, what the data holds beyond that. */
  BinlogOffset reached() {
    BinlogOffset received = received();
    BinlogOffset held = store.highest();
    return held.isAfter(received) ? held : received;
  }

  /** END of the last item that readers see. */
  public BinlogOffset applied() {
    return offsets.applied();
  }

  /** Both of them at one moment. */
  OffsetTracker.Reach reach() {
    return offsets.reach();
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

  /** The last time that this DB's history was not its master's; survives a restart. Any thread. */
  public Optional<Divergence> lastDivergence() {
    return divergence.last();
  }

  /**
   * Puts on record, in the log and on disk, that this DB's history is not the master's. From now on
   * a snapshot does not delete the data that it replaces (see {@code divergence-keep}). Does
   * nothing when the same is on record already.
   *
   * @param replicationId ours
   * @param masterEnd where the master's binlog ends; empty when unknown
   * @param outcome STOPPED or SYNCING
   * @throws ReplicationException STORAGE when it could not be written; it is remembered until the
   *     process ends
   */
  void diverged(
      String reason,
      String replicationId,
      HostPort master,
      String masterReplicationId,
      Optional<BinlogOffset> masterEnd,
      Outcome outcome)
      throws ReplicationException {
    Divergence found =
        new Divergence(
            clockMs.getAsLong(),
            reason,
            replicationId,
            received(),
            applied(),
            master,
            masterReplicationId,
            masterEnd,
            outcome,
            Optional.empty());
    try {
      if (divergence.note(found)) {
        log.warn(
            "db={} diverged reason=\"{}\" ours={} received={} applied={} master={} theirs={} end={}"
                + " action=\"{}\"",
            name,
            reason,
            replicationId,
            found.received(),
            found.applied(),
            master,
            masterReplicationId,
            masterEnd.map(BinlogOffset::toString).orElse("unknown"),
            outcome.text());
      }
    } catch (IOException e) {
      throw new ReplicationException(
          Kind.STORAGE, name + ": cannot note a divergence: " + e.getMessage(), e);
    }
  }

  /**
   * A master has agreed to go on from where this DB is. Once its stream shows that it is the same
   * history, a divergence that is open is over.
   */
  void followed() {
    var unused =
        worker.call(
            () -> {
              recheck.whenOver(this::settleDivergence);
              return null;
            });
  }

  private void settleDivergence() {
    try {
      divergence.settle(Outcome.FOLLOWED, Optional.empty());
    } catch (IOException e) {
      log.warn("db={} cannot note the end of a divergence: {}", name, e.getMessage());
    }
  }

  /**
   * Why the DB has stopped: the STORAGE failure it met. Empty while it runs, and again once it was
   * opened anew, which the worker tries by itself.
   */
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
   * begins anew first: new items must not carry ENDs that the data takes for known. It begins at
   * the data's offset; but where instances lack what others hold, the data is that of no offset,
   * and it begins with a file of its own, so that no replica goes on over it. Then this DB must be
   * fetched whole if the node ever follows a master again.
   */
  public void setWritable(boolean writable) {
    var unused =
        worker.call(
            () -> {
              client.writable(writable);
              closeGap();
              return null;
            });
  }

  private void closeGap() throws ReplicationException {
    Optional<BinlogOffset> gap = client.isWritable() ? store.gap() : Optional.empty();
    if (gap.isEmpty()) {
      return;
    }
    BinlogOffset reached = gap.get();
    if (!store.isEven()) {
      markFullSyncNeeded("a power failure took items of a master, " + reached + " is not whole");
      reached = new BinlogOffset(reached.filenum() + 1, 0);
    }
    store.resetBinlog(reached, "the binlog had lost items that the data holds");
  }

  /**
   * Completes when everything handed in so far is applied or has failed. A DB that has stopped is
   * opened anew first, if that is possible by now.
   *
   * @return fails with a STORAGE {@link ReplicationException} while the DB stays stopped
   */
  public CompletionStage<Void> drain() {
    return worker.call(
        () -> {
          reopening.now();
          return null;
        });
  }

  /**
   * As {@link #drain}; then {@link #streamFrom} says where a master's stream is to begin, and what
   * of that stream is in the local binlog already is compared with it. Nothing may be handed in
   * between this and that stream.
   */
  CompletionStage<Void> drainForStream() {
    return worker.call(
        () -> {
          reopening.now();
          recheck.begin();
          return null;
        });
  }

  /** Not after {@link #received}. */
  BinlogOffset streamFrom() {
    return recheck.from();
  }

  /** The master has nothing in front of {@link #received}: there is nothing to compare. */
  void streamFromEnd() {
    recheck.giveUp();
  }

  /** Whether a stream that was asked for has yet to show that it is this DB's history. */
  boolean isRecheckDue() {
    return recheck.isDue();
  }

  /** Likewise, and the items for that have yet to come. */
  boolean isRecheckOwed() {
    return recheck.isDue() && mailbox.isEmpty();
  }

  private void reopened() throws IOException, ReplicationException {
    closeGap();
    upkeep.noteFirstRetained();
    listener.reopened(name);
  }

  /**
   * The data as it stands, for reading; the caller closes it soon. Never waits: event loops call
   * it.
   *
   * @throws StorageException while a snapshot is being swapped in or the data is opened anew, and
   *     when it could not be opened
   */
  public DbView view() {
    if (!swapLock.readLock().tryLock()) {
      throw new StorageException(name + " is being opened anew");
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
    SnapshotSwap swap;
    try {
      swap = files.swap(snapshot);
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
          divergence.settle(Outcome.OVERRULED, Optional.empty());
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

  /** Takes over what the settings say about binlog files and diverged data. */
  public void configure(ReplSettings settings) {
    upkeep.configure(settings);
    files.configure(settings);
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
