package io.pikareplica.server;

import io.pikareplica.info.InfoSource.KeyScan;
import io.pikareplica.info.InfoSource.ScannedDb;
import io.pikareplica.info.InfoSource.TypeCount;
import io.pikareplica.repl.Replication;
import io.pikareplica.storage.DbView;
import io.pikareplica.storage.StorageException;
import io.pikareplica.storage.cmd.KeyCounter;
import io.pikareplica.storage.codec.DataType;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code INFO keyspace 1}: counts the keys of every DB on a thread of its own, one count at a time.
 * Methods: any thread, none waits but {@link #close}. Closed before replication is.
 */
final class KeyspaceScan implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(KeyspaceScan.class);
  private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss");
  private static final long CLOSE_WITHIN_MS = 5_000;

  /** About 50 ms of work: as long as a full sync may have to wait for it. */
  private static final int SLICE_ROWS = 50_000;

  /** Pika's names in Pika's order (src/pika_admin.cc, InfoCmd::InfoKeyspace). */
  private static final List<Map.Entry<String, DataType>> TYPES =
      List.of(
          Map.entry("Strings", DataType.STRING),
          Map.entry("Hashes", DataType.HASH),
          Map.entry("Lists", DataType.LIST),
          Map.entry("Zsets", DataType.ZSET),
          Map.entry("Sets", DataType.SET),
          Map.entry("Streams", DataType.STREAM));

  private final Replication replication;
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread scan = new Thread(task, "keyspace-scan");
            scan.setDaemon(true);
            return scan;
          });
  private final AtomicBoolean isRunning = new AtomicBoolean();
  private volatile boolean isStopped;
  private volatile Optional<KeyScan> last = Optional.empty();

  KeyspaceScan(Replication replication) {
    this.replication = replication;
  }

  /** The count that was started last, as far as it is; empty before the first. */
  Optional<KeyScan> last() {
    return last;
  }

  /** Starts to count, unless that is under way. */
  void start() {
    if (isRunning.compareAndSet(false, true)) {
      isStopped = false;
      last =
          Optional.of(
              new KeyScan(LocalDateTime.now(ZoneId.systemDefault()).format(TIME), -1, List.of()));
      try {
        thread.execute(this::run);
      } catch (RejectedExecutionException e) {
        isRunning.set(false);
      }
    }
  }

  /** Gives up a count that is under way; what was counted so far stays. */
  void stop() {
    isStopped = true;
  }

  private void run() {
    long startNanos = System.nanoTime();
    String startedAt = last.orElseThrow().startedAt();
    List<ScannedDb> dbs = new ArrayList<>();
    try {
      for (int db = 0; db < replication.dbCount() && !isStopped; db++) {
        dbs.add(count(db));
        last = Optional.of(new KeyScan(startedAt, -1, List.copyOf(dbs)));
      }
    } catch (StorageException | IllegalStateException e) {
      LOG.warn("keys were not counted: {}", e.getMessage());
    } finally {
      long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - startNanos);
      last = Optional.of(new KeyScan(startedAt, seconds, List.copyOf(dbs)));
      isRunning.set(false);
    }
  }

  private ScannedDb count(int db) {
    KeyCounter counter = new KeyCounter();
    boolean isAtEnd = false;
    while (!isAtEnd && !isStopped) {
      try (DbView view = replication.view(db)) {
        isAtEnd = counter.step(view, SLICE_ROWS);
      }
    }
    return new ScannedDb("db" + db, TYPES.stream().map(type -> row(type, counter)).toList());
  }

  private static TypeCount row(Map.Entry<String, DataType> type, KeyCounter counter) {
    KeyCounter.Count count = counter.of(type.getValue());
    return new TypeCount(type.getKey(), count.keys(), count.expires(), count.invalid());
  }

  /** Waits for a count to end, which it does soon: it holds a view of the data. */
  @Override
  public void close() {
    stop();
    thread.shutdownNow();
    try {
      if (!thread.awaitTermination(CLOSE_WITHIN_MS, TimeUnit.MILLISECONDS)) {
        LOG.warn("the count of keys does not stop");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
