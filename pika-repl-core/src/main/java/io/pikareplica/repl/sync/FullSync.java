package io.pikareplica.repl.sync;

import io.netty.channel.EventLoopGroup;
import io.pikareplica.proto.RsyncService.RsyncResponse;
import io.pikareplica.proto.RsyncService.StatusCode;
import io.pikareplica.repl.ReplicationException;
import io.pikareplica.repl.ReplicationException.Kind;
import io.pikareplica.repl.ReplicationStatus.SyncProgress;
import io.pikareplica.repl.net.FrameException;
import io.pikareplica.storage.CheckpointImporter;
import io.pikareplica.storage.DamagedDataException;
import io.pikareplica.storage.DbOptions;
import io.pikareplica.storage.StorageException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fetches the snapshot that a master has made for one DB into a staging folder, checks and imports
 * it. Old data and binlog are not touched. Has threads of its own, one and one more per file that
 * is fetched at the same time; they end with it. Ends with exactly one call of its listener, unless
 * cancelled. Methods: any thread.
 */
public final class FullSync implements SnapshotFetch {
  private static final Logger log = LoggerFactory.getLogger(FullSync.class);

  /** A master that makes one snapshot after the other is given up for now. */
  private static final int MAX_CHANGES = 10;

  private static final int MAX_UUID_LENGTH = 64;

  /** A sync that was cancelled may still be writing when the next one of its DB starts. */
  private static final Map<Path, Semaphore> FOLDERS = new ConcurrentHashMap<>();

  private final Request request;
  private final Listener listener;
  private final Pace pace;
  private final StagingFolder staging;
  private final DiskRoom room;
  private final RsyncChannel channel;
  private final FetchProgress progress = new FetchProgress();
  private final Thread thread;
  private volatile boolean isCancelled;

  /**
   * What to fetch from whom.
   *
   * @param db {@code db0} to {@code db7}
   * @param port the master's file port, its client port + 10001 by default
   * @param syncFolder {@code db-sync-path}; the files arrive in {@code db} below it
   * @param parallelFiles 1 to 4
   * @param chunkTimeoutMs {@code rsync-timeout-ms}, may change while it runs
   * @param throttle shared by all DBs
   */
  public record Request(
      String db,
      String host,
      int port,
      Path syncFolder,
      DbOptions dbOptions,
      int parallelFiles,
      LongSupplier chunkTimeoutMs,
      Throttle throttle) {
    public Request {
      if (parallelFiles < 1 || parallelFiles > RsyncChannel.MAX_READERS) {
        throw new IllegalArgumentException("max-rsync-parallel-num " + parallelFiles);
      }
    }
  }

  /** How it ended; called on a thread of the sync's own, which may wait. */
  public interface Listener {
    void staged(StagedSnapshot snapshot);

    /**
     * @param retry whether starting again later may help; what has arrived is kept for it. False
     *     where a person has to change something first
     */
    void failed(ReplicationException why, boolean retry);
  }

  /**
   * How patient it is.
   *
   * @param pauseMs between two tries
   * @param maxFailures tries for one part of a file before the sync fails
   */
  record Pace(long pauseMs, int maxFailures) {
    static final Pace DEFAULT = new Pace(1000, 30);
  }

  /** A snapshot as the master lists it; {@code files} without {@code info}. */
  private record Listing(String uuid, List<String> files) {}

  private FullSync(
      Request request,
      EventLoopGroup eventLoops,
      Listener listener,
      Pace pace,
      DiskRoom.Disk disk) {
    this.request = request;
    this.listener = listener;
    this.pace = pace;
    staging = new StagingFolder(request.syncFolder(), request.db());
    room = new DiskRoom(request.syncFolder(), disk);
    channel = new RsyncChannel(request.db(), request.host(), request.port(), eventLoops);
    thread = new Thread(this::run, request.db() + "-full-sync");
    thread.setDaemon(true);
  }

  /**
   * Starts to fetch.
   *
   * @param eventLoops the connection's; stay open afterwards
   */
  public static FullSync start(Request request, EventLoopGroup eventLoops, Listener listener) {
    return start(request, eventLoops, listener, Pace.DEFAULT, DiskRoom.Disk.REAL);
  }

  static FullSync start(
      Request request,
      EventLoopGroup eventLoops,
      Listener listener,
      Pace pace,
      DiskRoom.Disk disk) {
    FullSync sync = new FullSync(request, eventLoops, listener, pace, disk);
    sync.thread.start();
    return sync;
  }

  @Override
  public void cancel() {
    isCancelled = true;
    channel.close();
    thread.interrupt();
  }

  @Override
  public SyncProgress progress() {
    return progress.status();
  }

  private void run() {
    Semaphore folder =
        FOLDERS.computeIfAbsent(
            staging.folder().toAbsolutePath().normalize(), path -> new Semaphore(1));
    try (channel) {
      folder.acquire();
      StagedSnapshot snapshot;
      try {
        snapshot = fetchAndImport();
      } finally {
        folder.release();
      }
      log.info("db={} snapshot staged uuid={}", request.db(), snapshot.uuid());
      if (!isCancelled) {
        listener.staged(snapshot);
      }
    } catch (InterruptedException e) {
      log.info("db={} full sync cancelled", request.db());
    } catch (ReplicationException e) {
      fail(e, e.kind() != Kind.CONFIG && !isDiskFull(e));
    } catch (NoRoomException e) {
      fail(storage(e.getMessage(), e), false);
    } catch (IOException e) {
      fail(storage("the snapshot cannot be stored: " + e.getMessage(), e), !isDiskFull(e));
    } catch (RuntimeException e) {
      log.error("db={} full sync broke off", request.db(), e);
      fail(storage("the full sync broke off: " + e, e), true);
    }
  }

  private void fail(ReplicationException why, boolean retry) {
    if (!isCancelled) {
      log.warn("db={} full sync failed retry={}: {}", request.db(), retry, why.getMessage());
      listener.failed(why, retry);
    }
  }

  private ReplicationException storage(String message, Throwable cause) {
    return new ReplicationException(Kind.STORAGE, request.db() + ": " + message, cause);
  }

  private StagedSnapshot fetchAndImport()
      throws IOException, ReplicationException, InterruptedException {
    for (int changes = 0; changes <= MAX_CHANGES; changes++) {
      try {
        return fetchAndImport(list());
      } catch (SnapshotChangedException e) {
        log.warn("db={} full sync starts over: {}", request.db(), e.getMessage());
      }
    }
    throw new ReplicationException(
        Kind.PROTOCOL, request.db() + ": the master's snapshot changed while it was fetched");
  }

  private StagedSnapshot fetchAndImport(Listing listing)
      throws IOException, ReplicationException, SnapshotChangedException, InterruptedException {
    // first, for it deletes what is of no use
    staging.prepare(listing.uuid(), request.dbOptions().instanceCount());
    room.require(0, "a full sync");
    SnapshotInfo info = fetchInfo(listing.uuid());
    if (!staging.isImporting()) {
      fetchFiles(listing);
      staging.beginImport();
    }
    try {
      CheckpointImporter.run(
          staging.folder(), request.dbOptions(), info.offset(), rows -> progress.read(0));
    } catch (StorageException e) {
      if (isCancelled || Thread.interrupted()) {
        throw new InterruptedException();
      }
      // damaged or half converted: whoever tries again needs them anew
      staging.wipe();
      throw refusal(e);
    }
    staging.forget();
    return new StagedSnapshot(request.db(), listing.uuid(), staging.folder(), info.offset());
  }

  /** What is damaged may come whole the next time; another layout stays another layout. */
  private ReplicationException refusal(StorageException e) {
    if (e instanceof DamagedDataException) {
      return new ReplicationException(
          Kind.PROTOCOL,
          request.db() + ": the snapshot is damaged and is fetched again: " + e.getMessage(),
          e);
    }
    Kind kind = isDiskFull(e) ? Kind.STORAGE : Kind.CONFIG;
    return new ReplicationException(
        kind, request.db() + ": the snapshot cannot be used: " + e.getMessage(), e);
  }

  private static boolean isDiskFull(Throwable e) {
    return String.valueOf(e.getMessage()).contains("No space left");
  }

  /** Asks until the master has made its snapshot; it refuses while it is at it. */
  private Listing list() throws ReplicationException, InterruptedException {
    int failures = 0;
    String complaint = "it has none";
    while (failures < pace.maxFailures()) {
      try {
        RsyncResponse response = channel.askForList(request.chunkTimeoutMs().getAsLong());
        String uuid = response.getSnapshotUuid();
        if (response.getCode() != StatusCode.kOk) {
          failures = 0;
          progress.read(0);
        } else if (uuid.isEmpty()) {
          // nobody has asked this master, since it started, to make one
          failures++;
        } else if (!uuid.matches("[0-9a-zA-Z-]{1," + MAX_UUID_LENGTH + "}")) {
          throw new ReplicationException(Kind.PROTOCOL, "the snapshot's uuid is none");
        } else {
          return new Listing(
              uuid,
              FileList.check(
                  response.getMetaResp().getFilenamesList(), request.dbOptions().instanceCount()));
        }
      } catch (TimeoutException e) {
        complaint = "no answer";
        failures++;
        channel.disconnect();
      } catch (FrameException e) {
        throw new ReplicationException(
            Kind.PROTOCOL, "the master's file port does not speak Pika: " + e.getMessage(), e);
      } catch (IOException e) {
        complaint = String.valueOf(e.getMessage());
        failures++;
      }
      Thread.sleep(pace.pauseMs());
    }
    throw new ReplicationException(
        Kind.PROTOCOL, request.db() + ": no snapshot from the master: " + complaint);
  }

  private SnapshotInfo fetchInfo(String uuid)
      throws ReplicationException, SnapshotChangedException, InterruptedException {
    PartFetcher.Part part = fetcher(0, uuid).fetch(FileList.INFO, 0, SnapshotInfo.MAX_BYTES);
    byte[] bytes = part.data().toByteArray();
    if (!part.isLast() || !SnapshotInfo.uuidOf(bytes).equals(uuid)) {
      throw new ReplicationException(
          Kind.PROTOCOL, request.db() + ": the snapshot's info does not have its uuid " + uuid);
    }
    return SnapshotInfo.parse(bytes);
  }

  private PartFetcher fetcher(int reader, String uuid) {
    return new PartFetcher(channel, reader, uuid, request.chunkTimeoutMs(), pace);
  }

  private void fetchFiles(Listing listing)
      throws IOException, ReplicationException, SnapshotChangedException, InterruptedException {
    List<String> missing = new ArrayList<>();
    long presentBytes = 0;
    for (String file : listing.files()) {
      if (staging.has(file)) {
        presentBytes += staging.finishedLength(file);
      } else {
        missing.add(file);
      }
    }
    progress.reset(presentBytes);
    log.info(
        "db={} fetching snapshot uuid={} files={} present={}",
        request.db(),
        listing.uuid(),
        listing.files().size(),
        listing.files().size() - missing.size());
    fetchAll(listing.uuid(), missing.stream().filter(SnapshotSize::isHead).toList());
    missing.removeIf(SnapshotSize::isHead);
    Optional<SnapshotSize> size =
        SnapshotSize.read(staging.folder(), request.dbOptions().instanceCount());
    if (size.isPresent()) {
      progress.expect(size.get().bytesOf(listing.files()));
      room.require(
          size.get().bytesOf(missing) + size.get().rewriteBytes(), "the master's snapshot");
    }
    fetchAll(listing.uuid(), missing);
    for (String file : listing.files()) {
      if (!staging.has(file)) {
        throw storage(file + " was received but is not whole in " + staging.folder(), null);
      }
    }
  }

  private void fetchAll(String uuid, List<String> files)
      throws IOException, ReplicationException, SnapshotChangedException, InterruptedException {
    Queue<String> queue = new ConcurrentLinkedQueue<>(files);
    ExecutorService pool =
        Executors.newFixedThreadPool(
            request.parallelFiles(), body -> new Thread(body, request.db() + "-fetch"));
    try {
      ExecutorCompletionService<Void> fetches = new ExecutorCompletionService<>(pool);
      for (int i = 0; i < request.parallelFiles(); i++) {
        FileFetcher fetcher =
            new FileFetcher(fetcher(i, uuid), staging, room, request.throttle(), progress);
        fetches.submit(
            () -> {
              for (String file = queue.poll(); file != null; file = queue.poll()) {
                fetcher.fetch(file);
              }
              return null;
            });
      }
      for (int i = 0; i < request.parallelFiles(); i++) {
        rethrow(fetches.take());
      }
    } finally {
      stop(pool);
    }
  }

  private static void rethrow(Future<Void> fetch)
      throws IOException, ReplicationException, SnapshotChangedException, InterruptedException {
    try {
      fetch.get();
    } catch (ExecutionException e) {
      Throwable cause = e.getCause();
      if (cause instanceof IOException io) {
        throw io;
      }
      if (cause instanceof ReplicationException refused) {
        throw refused;
      }
      if (cause instanceof SnapshotChangedException changed) {
        throw changed;
      }
      throw new IllegalStateException(cause);
    }
  }

  /** Nobody writes into the staging folder any more when this returns. */
  private static void stop(ExecutorService pool) {
    pool.shutdownNow();
    boolean interrupted = false;
    while (!pool.isTerminated()) {
      try {
        pool.awaitTermination(1, TimeUnit.MINUTES);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
