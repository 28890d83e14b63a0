package io.pikareplica.server;

import io.pikareplica.info.InfoSource;
import io.pikareplica.repl.Replication;
import io.pikareplica.storage.DbView;
import io.pikareplica.storage.InstanceStatistics;
import io.pikareplica.storage.StorageException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at RocksDB and at the binlog folder every other second on a thread of its own, so that INFO
 * waits for neither. Closed before replication is.
 */
final class StorageSampler implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(StorageSampler.class);

  private static final long EVERY_MS = 2_000;
  private static final long CLOSE_WITHIN_MS = 5_000;

  /**
   * What was seen last; sizes in bytes.
   *
   * @param failures instances with background errors, as Pika names them: {@code db0/1}
   */
  record Sample(
      List<InfoSource.RocksDb> rocksDb,
      List<InfoSource.Keyspace> keyspace,
      long memtables,
      long tableReaders,
      long blockCache,
      long sstFiles,
      long binlogFiles,
      List<String> failures) {
    static final Sample NONE = new Sample(List.of(), List.of(), 0, 0, 0, 0, 0, List.of());
  }

  private final Replication replication;
  private final Path logPath;
  private final ScheduledExecutorService thread;
  private volatile Sample last = Sample.NONE;

  private StorageSampler(Replication replication, Path logPath) {
    this.replication = replication;
    this.logPath = logPath;
    thread =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread sampler = new Thread(task, "storage-sampler");
              sampler.setDaemon(true);
              return sampler;
            });
  }

  static StorageSampler start(Replication replication, Path logPath) {
    StorageSampler sampler = new StorageSampler(replication, logPath);
    var unused =
        sampler.thread.scheduleWithFixedDelay(sampler::run, 0, EVERY_MS, TimeUnit.MILLISECONDS);
    return sampler;
  }

  Sample last() {
    return last;
  }

  private void run() {
    try {
      last = sample();
    } catch (StorageException | IllegalStateException | UncheckedIOException | IOException e) {
      LOG.debug("no sample this time", e); // a DB being swapped, a file being purged
    }
  }

  private Sample sample() throws IOException {
    List<InfoSource.RocksDb> rocksDb = new ArrayList<>();
    List<InfoSource.Keyspace> keyspace = new ArrayList<>();
    List<String> failures = new ArrayList<>();
    long memtables = 0;
    long tableReaders = 0;
    long blockCache = 0;
    long sstFiles = 0;
    for (int db = 0; db < replication.dbCount(); db++) {
      String name = "db" + db;
      long keys = 0;
      for (InstanceStatistics one : statistics(db)) {
        rocksDb.add(row(name, one));
        keys += one.estimatedKeys();
        memtables += one.memtableBytes();
        tableReaders += one.tableReaderBytes();
        blockCache += one.blockCacheBytes();
        sstFiles += one.sstBytes();
        if (one.backgroundErrors() > 0) {
          failures.add(name + "/" + one.index());
        }
      }
      keyspace.add(new InfoSource.Keyspace(name, keys));
    }
    return new Sample(
        List.copyOf(rocksDb),
        List.copyOf(keyspace),
        memtables,
        tableReaders,
        blockCache,
        sstFiles,
        bytesIn(logPath),
        List.copyOf(failures));
  }

  private List<InstanceStatistics> statistics(int db) {
    try (DbView view = replication.view(db)) {
      return view.statistics();
    }
  }

  private static InfoSource.RocksDb row(String db, InstanceStatistics one) {
    Map<String, Long> lines = new LinkedHashMap<>(one.properties());
    lines.put("num_live_sst_files", one.sstFiles());
    lines.put("is_write_stopped", one.isWriteStopped() ? 1L : 0L);
    return new InfoSource.RocksDb(
        "instance" + one.index() + "_" + db, Collections.unmodifiableMap(lines));
  }

  private static long bytesIn(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      long bytes = 0;
      for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
        bytes += Files.size(file);
      }
      return bytes;
    }
  }

  /** Waits for a look that is under way: it holds a view of the data. */
  @Override
  public void close() {
    thread.shutdownNow();
    try {
      if (!thread.awaitTermination(CLOSE_WITHIN_MS, TimeUnit.MILLISECONDS)) {
        LOG.warn("the storage sampler does not stop");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
