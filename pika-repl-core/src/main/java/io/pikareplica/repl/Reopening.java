package io.pikareplica.repl;

import io.pikareplica.storage.StorageException;
import java.io.IOException;
import java.util.concurrent.locks.Lock;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings a DB that has stopped back by itself: once the disk takes writes again, binlog and, where
 * it was concerned, data are opened anew, which cuts what is torn and applies what is missing.
 * Tried now and then, more and more rarely, and whenever somebody waits for the worker. Owned by
 * the DB's worker.
 */
final class Reopening {
  private static final Logger log = LoggerFactory.getLogger(Reopening.class);
  private static final long FIRST_PAUSE_MS = 1_000;
  private static final long MAX_PAUSE_MS = 10_000;

  /** A DB that ran for so long since counts as well again. */
  private static final long STEADY_MS = 60_000;

  private final String db;
  private final DbStore store;
  private final DbFiles files;
  private final Lock readersAway;
  private final After after;
  private final LongSupplier clockMs;
  private long pauseMs = FIRST_PAUSE_MS;
  private long triedMs;
  private long reopenedMs;
  private boolean isNoted;
  private String complaint = "";

  /** What has to be done before the DB goes on. */
  interface After {
    void reopened() throws IOException, ReplicationException;
  }

  /**
   * @param readersAway held while data is closed
   * @param clockMs ms since 1970
   */
  Reopening(
      String db,
      DbStore store,
      DbFiles files,
      Lock readersAway,
      After after,
      LongSupplier clockMs) {
    this.db = db;
    this.store = store;
    this.files = files;
    this.readersAway = readersAway;
    this.after = after;
    this.clockMs = clockMs;
  }

  /** Tries if the DB has stopped and it is time. */
  void ifDue() {
    if (store.failure().isEmpty()) {
      isNoted = false;
      return;
    }
    long nowMs = clockMs.getAsLong();
    if (!isNoted) {
      noteStop(nowMs);
    }
    // also when the clock was set back
    if (nowMs - triedMs >= pauseMs || nowMs < triedMs) {
      tryIt(nowMs);
    }
  }

  private void noteStop(long nowMs) {
    isNoted = true;
    triedMs = nowMs;
    if (nowMs - reopenedMs >= STEADY_MS || nowMs < reopenedMs) {
      pauseMs = FIRST_PAUSE_MS;
    }
  }

  /**
   * Tries if the DB has stopped.
   *
   * @throws ReplicationException STORAGE while it stays so
   */
  void now() throws ReplicationException {
    if (store.failure().isPresent()) {
      tryIt(clockMs.getAsLong());
      if (store.failure().isPresent()) {
        throw store.failure().get();
      }
    }
  }

  private void tryIt(long nowMs) {
    triedMs = nowMs;
    isNoted = true;
    pauseMs = Math.min(2 * pauseMs, MAX_PAUSE_MS);
    try {
      files.probe();
      if (store.isDataSound()) {
        store.reopenBinlog(files);
      } else {
        reopenBoth();
      }
      after.reopened();
      reopenedMs = nowMs;
      complaint = "";
      log.warn(
          "db={} goes on, opened anew received={} applied={}",
          db,
          store.received(),
          store.applied());
    } catch (IOException | ReplicationException | StorageException e) {
      boolean isNew = !complaint.equals(String.valueOf(e.getMessage()));
      complaint = String.valueOf(e.getMessage());
      if (isNew) {
        log.warn("db={} cannot be opened anew yet: {}", db, complaint);
      } else {
        log.debug("db={} cannot be opened anew yet: {}", db, complaint);
      }
    }
  }

  private void reopenBoth() throws ReplicationException {
    readersAway.lock();
    try {
      store.close();
      store.use(files.open(), "opened anew");
    } finally {
      readersAway.unlock();
    }
  }
}
