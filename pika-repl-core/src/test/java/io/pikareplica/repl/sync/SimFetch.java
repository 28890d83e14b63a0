package io.pikareplica.repl.sync;

import io.pikareplica.binlog.BinlogOffset;
import io.pikareplica.repl.ReplicationException;
import io.pikareplica.repl.ReplicationException.Kind;
import io.pikareplica.repl.ReplicationStatus.SyncProgress;
import io.pikareplica.storage.DbOptions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Optional;

/**
 * {@link FullSync} in steps of one thread: the same order of the same changes to the same {@link
 * StagingFolder}, with a model in the place of sockets, pool and import.
 */
public final class SimFetch implements SnapshotFetch {
  private static final int MAX_FAILURES = 30;
  private static final int MAX_CHANGES = 10;
  private static final long PAUSE_MS = 1_000;

  /** A snapshot as it is offered. */
  public record Offer(String uuid, BinlogOffset offset, Map<String, byte[]> files) {}

  /** Where the files come from, and what there is in the place of threads. */
  public interface Source {
    /**
     * @return empty while the master makes a snapshot
     * @throws IOException when there is no answer
     */
    Optional<Offer> offer() throws IOException;

    /** Of the snapshot that it offers now. */
    String uuid() throws IOException;

    void importSnapshot(Path folder, DbOptions options, BinlogOffset offset) throws IOException;

    void later(long delayMs, Runnable step);

    int random(int bound);
  }

  private interface Step {
    void run() throws IOException, ReplicationException;
  }

  private final FullSync.Request request;
  private final FullSync.Listener listener;
  private final Source source;
  private final Optional<SimFetch> before;
  private final StagingFolder staging;
  private final Deque<String> missing = new ArrayDeque<>();
  private Offer offer;
  private int failures;
  private int changes;
  private boolean isCancelled;
  private boolean isOver;

  /**
   * @param before the fetch of the same DB that this one has to wait for
   */
  public SimFetch(
      FullSync.Request request,
      FullSync.Listener listener,
      Source source,
      Optional<SimFetch> before) {
    this.request = request;
    this.listener = listener;
    this.source = source;
    this.before = before;
    staging = new StagingFolder(request.syncFolder(), request.db());
  }

  @Override
  public void cancel() {
    isCancelled = true;
  }

  @Override
  public SyncProgress progress() {
    return new SyncProgress(0, 0, 0);
  }

  /** Begins, once nobody else writes to the folder. */
  public void next() {
    if (before.isPresent() && !before.get().isOver) {
      source.later(10, this::next);
    } else {
      then(0, this::list);
    }
  }

  private void then(long delayMs, Step step) {
    source.later(delayMs, () -> run(step));
  }

  private void run(Step step) {
    if (isCancelled && source.random(2) == 0) {
      isOver = true;
      return;
    }
    try {
      step.run();
    } catch (ReplicationException e) {
      fail(e, e.kind() != Kind.CONFIG);
    } catch (IOException e) {
      fail(
          new ReplicationException(
              Kind.STORAGE, request.db() + ": cannot be stored: " + e.getMessage(), e),
          true);
    }
  }

  private void fail(ReplicationException why, boolean retry) {
    isOver = true;
    if (!isCancelled) {
      listener.failed(why, retry);
    }
  }

  private void tryAgain(Step step, String complaint) throws ReplicationException {
    if (++failures >= MAX_FAILURES) {
      throw new ReplicationException(Kind.PROTOCOL, request.db() + ": " + complaint);
    }
    then(PAUSE_MS, step);
  }

  private void list() throws IOException, ReplicationException {
    new DiskRoom(request.syncFolder(), DiskRoom.Disk.REAL).require(0, "a full sync");
    Optional<Offer> found;
    try {
      found = source.offer();
    } catch (IOException e) {
      tryAgain(this::list, "no snapshot: " + e.getMessage());
      return;
    }
    if (found.isEmpty()) {
      tryAgain(this::list, "no snapshot");
      return;
    }
    failures = 0;
    offer = found.get();
    missing.clear();
    FileList.check(offer.files().keySet(), request.dbOptions().instanceCount());
    staging.prepare(offer.uuid(), request.dbOptions().instanceCount());
    if (staging.isImporting()) {
      then(1, this::convert);
      return;
    }
    for (String file : offer.files().keySet()) {
      if (!file.equals(FileList.INFO) && !staging.has(file)) {
        missing.add(file);
      }
    }
    then(1, this::fetch);
  }

  private void fetch() throws IOException, ReplicationException {
    if (missing.isEmpty()) {
      staging.beginImport();
      then(1, this::convert);
      return;
    }
    String uuid;
    try {
      uuid = source.uuid();
    } catch (IOException e) {
      tryAgain(this::fetch, "no file: " + e.getMessage());
      return;
    }
    if (!uuid.equals(offer.uuid())) {
      if (++changes >= MAX_CHANGES) {
        throw new ReplicationException(Kind.PROTOCOL, request.db() + ": changed");
      }
      then(1, this::list);
      return;
    }
    failures = 0;
    String file = missing.remove();
    byte[] bytes = offer.files().get(file);
    try (FileChannel out = staging.create(file)) {
      int half = bytes.length / 2;
      write(out, bytes, 0, half);
      write(out, bytes, half, bytes.length);
      out.force(true);
    }
    staging.finish(file, bytes.length);
    then(1, this::fetch);
  }

  private static void write(FileChannel out, byte[] bytes, int from, int to) throws IOException {
    ByteBuffer part = ByteBuffer.wrap(bytes, from, to - from);
    int at = from;
    while (part.hasRemaining()) {
      at += out.write(part, at);
    }
  }

  private void convert() throws IOException {
    try {
      source.importSnapshot(staging.folder(), request.dbOptions(), offer.offset());
    } catch (IOException e) {
      staging.wipe();
      throw e;
    }
    staging.forget();
    isOver = true;
    if (!isCancelled) {
      listener.staged(
          new StagedSnapshot(request.db(), offer.uuid(), staging.folder(), offer.offset()));
    }
  }
}
