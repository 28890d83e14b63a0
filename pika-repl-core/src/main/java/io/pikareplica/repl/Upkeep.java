package io.pikareplica.repl;

import io.pikareplica.binlog.BinlogOffset;
import io.pikareplica.repl.ReplConfig.Fsync;
import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a DB's worker does between two groups: forces the binlog to disk once a second where that is
 * asked for, deletes binlog files that nobody needs and, when idle, records that have expired.
 * {@link #run} and {@link #sweep} belong to the worker, the rest to any thread.
 */
final class Upkeep {
  private static final Logger log = LoggerFactory.getLogger(Upkeep.class);
  private static final long FORCE_MS = 1000;
  private static final long PURGE_MS = 5000;

  /** About 10 ms of work: as long as a batch that arrives meanwhile may have to wait. */
  private static final int SWEEP_LOOKS = 4000;

  private static final long SWEEP_PAUSE_MS = 50;
  private static final long SWEEP_ROUND_MS = 60_000;

  private final String db;
  private final DbStore store;
  private final Fsync fsync;
  private final LongSupplier clockMs;
  private volatile ReplSettings settings;
  private volatile Supplier<Optional<BinlogOffset>> floor = Optional::empty;
  private volatile BinlogOffset firstRetained = BinlogOffset.ZERO;
  private long forcedMs;
  private long purgedMs;
  private long sweptMs;
  private boolean isSweeping;

  /**
   * @param clockMs ms since 1970
   */
  Upkeep(String db, DbStore store, Fsync fsync, ReplSettings settings, LongSupplier clockMs) {
    this.db = db;
    this.store = store;
    this.fsync = fsync;
    this.settings = settings;
    this.clockMs = clockMs;
  }

  void configure(ReplSettings newSettings) {
    settings = newSettings;
  }

  void keepBinlogFrom(Supplier<Optional<BinlogOffset>> newFloor) {
    floor = newFloor;
  }

  /** Start of the oldest binlog file. */
  BinlogOffset firstRetained() {
    return firstRetained;
  }

  /** How long the worker may wait for something to do, in ms. */
  long waitMs() {
    return isSweeping ? SWEEP_PAUSE_MS : FORCE_MS / 2;
  }

  /** When nothing waits: goes on with the round through the data, or begins the next. */
  void sweep() {
    long nowMs = clockMs.getAsLong();
    if (isSweeping || isDue(nowMs, sweptMs, SWEEP_ROUND_MS)) {
      sweptMs = nowMs;
      isSweeping = !store.sweep(SWEEP_LOOKS);
    }
  }

  void run() {
    long nowMs = clockMs.getAsLong();
    if (fsync == Fsync.EVERYSEC && isDue(nowMs, forcedMs, FORCE_MS)) {
      forcedMs = nowMs;
      store.force();
    }
    if (isDue(nowMs, purgedMs, PURGE_MS)) {
      purgedMs = nowMs;
      purge(nowMs);
    }
  }

  /** Also when the wall clock was set back. */
  private static boolean isDue(long nowMs, long lastMs, long periodMs) {
    return nowMs - lastMs >= periodMs || nowMs < lastMs;
  }

  private void purge(long nowMs) {
    if (store.failure().isPresent()) {
      return;
    }
    try {
      List<BinlogPurge.LogFile> files = BinlogPurge.files(store.binlogDirectory());
      Optional<Integer> kept =
          BinlogPurge.firstKept(
              files, BinlogPurge.newestDeletable(store.received(), needed()), settings, nowMs);
      if (kept.isPresent()) {
        List<Integer> gone = store.binlogDirectory().purgeBefore(kept.get());
        if (!gone.isEmpty()) {
          log.info("db={} purged binlog files={} first={}", db, gone, kept.get());
        }
      }
      noteFirstRetained();
    } catch (IOException e) {
      log.warn("db={} binlog files could not be purged: {}", db, e.toString());
    }
  }

  /** What replicas still have to fetch, or the data itself after a crash, whichever is older. */
  private Optional<BinlogOffset> needed() {
    return Stream.concat(floor.get().stream(), store.appliedByInstance().stream())
        .min(Comparator.naturalOrder());
  }

  /** Looks up which binlog file is the oldest; after an open, a reset or a purge. */
  void noteFirstRetained() throws IOException {
    List<Integer> filenums = store.binlogDirectory().filenums();
    firstRetained = filenums.isEmpty() ? BinlogOffset.ZERO : new BinlogOffset(filenums.get(0), 0);
  }

  /** Pika's word for the newest file that PURGELOGSTO may remove. */
  String safetyPurge() {
    return BinlogPurge.newestDeletable(store.received(), floor.get())
        .map(filenum -> "write2file" + Integer.toUnsignedString(filenum))
        .orElse("none");
  }
}
