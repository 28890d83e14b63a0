package io.pikareplica.repl.master;

import io.pikareplica.binlog.BinlogOffset;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The snapshots that replicas fetch: at most one current one per DB, and older ones as long as a
 * connection still reads them. Owned by the event loop; {@link #floor} is for any thread. Copying
 * and listing happen on the worker it is given.
 */
final class Snapshots {
  /** As Pika: a replica so many files ahead of the snapshot has come from elsewhere. */
  private static final long MAX_FILES_AHEAD = 50;

  private static final long RETRY_MS = 10_000;
  private static final Logger LOG = LoggerFactory.getLogger(Snapshots.class);

  private enum Phase {
    NONE,
    MAKING,
    READY,
    FAILED
  }

  /** What is known of one DB. */
  private static final class Slot {
    final MasterDb db;
    volatile Phase phase = Phase.NONE;
    Snapshot snapshot;
    long changedMs;
    int generation;

    Slot(MasterDb db) {
      this.db = db;
    }
  }

  private final MasterConfig config;
  private final Executor loop;
  private final Executor worker;
  private final Map<String, Slot> slots = new HashMap<>();
  private final Map<Snapshot, Integer> users = new HashMap<>();
  private final Map<String, BinlogOffset> floors = new ConcurrentHashMap<>();
  private int made;

  Snapshots(MasterConfig config, List<MasterDb> dbs, Executor loop, Executor worker) {
    this.config = config;
    this.loop = loop;
    this.worker = worker;
    dbs.forEach(db -> slots.put(db.name(), new Slot(db)));
  }

  /** Removes what an earlier process left. Waits for the disk. */
  void clear() throws IOException {
    deleteTree(config.snapshotPath());
    Files.createDirectories(config.snapshotPath());
  }

  /**
   * A replica needs a snapshot: makes one, unless there is one or it is being made.
   *
   * @param replicaFilenum from its DBSync
   * @return an offset that the snapshot does not lie before
   */
  BinlogOffset want(String db, int replicaFilenum, long nowMs) {
    Slot slot = slots.get(db);
    if (slot.phase == Phase.READY && isFarAhead(replicaFilenum, slot.snapshot)) {
      discard(db);
    }
    if (slot.phase == Phase.NONE || slot.phase == Phase.FAILED) {
      make(slot, nowMs);
    }
    slot.changedMs = nowMs;
    return floors.get(db);
  }

  private static boolean isFarAhead(int replicaFilenum, Snapshot snapshot) {
    return Integer.toUnsignedLong(replicaFilenum)
            - Integer.toUnsignedLong(snapshot.offset().filenum())
        > MAX_FILES_AHEAD;
  }

  /**
   * The current snapshot of a DB.
   *
   * @return empty while it is being made, when nobody wants one, and for an unknown DB
   */
  Optional<Snapshot> current(String db, long nowMs) {
    Slot slot = slots.get(db);
    if (slot == null) {
      return Optional.empty();
    }
    if (slot.phase == Phase.FAILED && nowMs - slot.changedMs > RETRY_MS) {
      make(slot, nowMs);
    }
    if (slot.phase != Phase.READY) {
      return Optional.empty();
    }
    slot.changedMs = nowMs;
    return Optional.of(slot.snapshot);
  }

  boolean isReady(String db) {
    Slot slot = slots.get(db);
    return slot != null && slot.phase == Phase.READY;
  }

  /** What the binlog must be kept from for the sake of a snapshot. Any thread. */
  Optional<BinlogOffset> floor(String db) {
    return Optional.ofNullable(floors.get(db));
  }

  /** Keeps the files of a snapshot until {@link #release}. */
  void acquire(Snapshot snapshot) {
    users.merge(snapshot, 1, Integer::sum);
  }

  void release(Snapshot snapshot) {
    if (users.merge(snapshot, -1, Integer::sum) == 0) {
      users.remove(snapshot);
      if (!snapshot.equals(slots.get(snapshot.db()).snapshot)) {
        delete(snapshot.folder());
      }
    }
  }

  /** A replica is in full sync of that DB: its snapshot is not to go for want of requests. */
  void touch(String db, long nowMs) {
    slots.get(db).changedMs = nowMs;
  }

  /** Drops snapshots that nobody has asked for in a while. */
  void tick(long nowMs) {
    for (Slot slot : slots.values()) {
      boolean isIdle = nowMs - slot.changedMs > config.snapshotKeepMs();
      if (isIdle && (slot.phase == Phase.READY || slot.phase == Phase.FAILED)) {
        discard(slot.db.name());
      }
    }
  }

  /** Forgets a DB's snapshot, also one that is being made. */
  void discard(String db) {
    Slot slot = slots.get(db);
    Snapshot old = slot.snapshot;
    slot.generation++;
    slot.phase = Phase.NONE;
    slot.snapshot = null;
    floors.remove(db);
    if (old != null && !users.containsKey(old)) {
      delete(old.folder());
    }
  }

  private void make(Slot slot, long nowMs) {
    String db = slot.db.name();
    int generation = ++slot.generation;
    Path folder = config.snapshotPath().resolve(db + "-" + ++made);
    slot.phase = Phase.MAKING;
    slot.changedMs = nowMs;
    floors.put(db, slot.db.applied());
    LOG.info("db={} snapshot begins folder={}", db, folder);
    long began = System.nanoTime();
    slot.db
        .snapshot(folder)
        .thenApplyAsync(
            offset -> {
              try {
                long tookMs = (System.nanoTime() - began) / 1_000_000;
                return Snapshot.complete(
                    config, db, folder, offset, tookMs, System.currentTimeMillis());
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            },
            worker)
        .whenComplete(
            (snapshot, error) -> onLoop(() -> done(slot, generation, snapshot, folder, error)));
  }

  private void done(Slot slot, int generation, Snapshot snapshot, Path folder, Throwable error) {
    String db = slot.db.name();
    if (slot.generation != generation) {
      delete(folder);
      return;
    }
    if (error != null) {
      Throwable cause = error instanceof CompletionException ? error.getCause() : error;
      LOG.error("db={} snapshot failed, replicas wait: {}", db, cause.toString());
      slot.phase = Phase.FAILED;
      floors.remove(db);
      delete(folder);
      return;
    }
    slot.phase = Phase.READY;
    slot.snapshot = snapshot;
    floors.put(db, snapshot.offset());
    LOG.info(
        "db={} snapshot ready uuid={} offset={} files={}",
        db,
        snapshot.uuid(),
        snapshot.offset(),
        snapshot.files().size());
  }

  private void onLoop(Runnable task) {
    try {
      loop.execute(task);
    } catch (RejectedExecutionException e) {
      LOG.debug("closed while a snapshot was made");
    }
  }

  private void delete(Path folder) {
    try {
      worker.execute(
          () -> {
            try {
              deleteTree(folder);
            } catch (IOException e) {
              LOG.warn("folder={} not deleted", folder, e);
            }
          });
    } catch (RejectedExecutionException e) {
      LOG.debug("closed; the next start deletes {}", folder);
    }
  }

  private static void deleteTree(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> paths = Files.walk(folder)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
