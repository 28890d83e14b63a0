package io.pikareplica.repl;

import io.pikareplica.binlog.BinlogOffset;
import io.pikareplica.repl.sync.StagedSnapshot;
import io.pikareplica.storage.DbView;
import io.pikareplica.storage.Reply;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * One DB of this node: its data, its binlog and the one thread that writes both. Methods may be
 * called from any thread and do not wait, unless they say otherwise.
 */
public final class LocalDb implements AutoCloseable {
  private LocalDb() {}

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
   * @throws ReplicationException when data or binlog do not open; nothing stays open then
   */
  public static LocalDb open(int index, ReplConfig config, Listener listener)
      throws ReplicationException {
    throw new UnsupportedOperationException();
  }

  /** {@code db0} to {@code db7}. */
  public String name() {
    throw new UnsupportedOperationException();
  }

  /** END of the last item in the local binlog: Pika's producer offset. */
  public BinlogOffset received() {
    return offsets().received();
  }

  /** END of the last item that readers see. */
  public BinlogOffset applied() {
    return offsets().applied();
  }

  public OffsetTracker offsets() {
    throw new UnsupportedOperationException();
  }

  /**
   * Why this DB cannot go on incrementally and must be fetched whole: a full sync was begun and not
   * finished, or binlog and data do not fit together. Empty when it can.
   */
  public Optional<String> needsFullSync() {
    throw new UnsupportedOperationException();
  }

  /**
   * Remembers on disk that a full sync is to be done, until {@link #install} has done it.
   * Writes a small file; may be called from a thread that may wait a few ms.
   */
  public void markFullSyncNeeded(String reason) throws ReplicationException {
    throw new UnsupportedOperationException();
  }

  /** Why the worker has stopped: the STORAGE failure it met. Empty while it runs. */
  public Optional<ReplicationException> failure() {
    throw new UnsupportedOperationException();
  }

  /**
   * Hands in a batch. It is always taken.
   *
   * @return false: stop reading from the master until {@link Listener#mailboxHasRoom}
   */
  public boolean offer(ReplicatedBatch batch) {
    throw new UnsupportedOperationException();
  }

  /**
   * Runs a client's calls one after the other with nothing in between. A call that fails gives its
   * error reply. {@code -READONLY} for a writing call while not writable, {@code -BUSY} when the
   * mailbox is full.
   */
  public CompletionStage<List<Reply>> execute(List<Replication.Call> calls) {
    throw new UnsupportedOperationException();
  }

  /** Whether clients may write; takes effect after everything handed in so far. */
  public void setWritable(boolean writable) {
    throw new UnsupportedOperationException();
  }

  /** Completes when everything handed in so far is applied or has failed. */
  public CompletionStage<Void> drain() {
    throw new UnsupportedOperationException();
  }

  /** The data as it stands, for reading; the caller closes it soon. */
  public DbView view() {
    throw new UnsupportedOperationException();
  }

  /**
   * Puts a staged snapshot in place of data and binlog; it was imported and checked before.
   * Afterwards {@code received() == applied() == snapshot.offset()} and the full sync is no longer
   * needed. When it fails the old data is back, or the DB has stopped, see {@link #failure()}.
   */
  public CompletionStage<Void> install(StagedSnapshot snapshot) {
    throw new UnsupportedOperationException();
  }

  /** Starts an empty binlog at an offset; the data stays and counts as applied up to there. */
  public CompletionStage<Void> resetBinlog(BinlogOffset offset) {
    throw new UnsupportedOperationException();
  }

  /**
   * Writes a checkpoint of the data, in our layout, into a folder that does not exist yet.
   *
   * @return the applied offset that it belongs to
   */
  public CompletionStage<BinlogOffset> checkpoint(Path folder) {
    throw new UnsupportedOperationException();
  }

  /** Where {@code manifest} and {@code write2fileN} lie. */
  public Path binlogFolder() {
    throw new UnsupportedOperationException();
  }

  /** Start of the oldest binlog file that is kept. */
  public BinlogOffset firstRetained() {
    throw new UnsupportedOperationException();
  }

  /** What replicas of this node still need: purging stops before the file of that offset. */
  public void keepBinlogFrom(Supplier<Optional<BinlogOffset>> floor) {
    throw new UnsupportedOperationException();
  }

  /** Takes over {@code expire-logs-nums} and {@code expire-logs-days}. */
  public void configure(ReplSettings settings) {
    throw new UnsupportedOperationException();
  }

  /** Applies what was handed in, then closes binlog and data. Waits for it. */
  @Override
  public void close() {
    throw new UnsupportedOperationException();
  }
}
