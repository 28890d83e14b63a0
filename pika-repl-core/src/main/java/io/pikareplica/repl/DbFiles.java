package io.pikareplica.repl;

import io.pikareplica.binlog.BinlogCorruptException;
import io.pikareplica.binlog.BinlogOffset;
import io.pikareplica.binlog.BinlogSettings;
import io.pikareplica.binlog.BinlogWriter;
import io.pikareplica.repl.ReplConfig.Fsync;
import io.pikareplica.repl.ReplicationException.Kind;
import io.pikareplica.repl.sync.DurableFiles;
import io.pikareplica.repl.sync.SnapshotSwap;
import io.pikareplica.storage.DbOptions;
import io.pikareplica.storage.PikaDb;
import io.pikareplica.storage.StorageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Comparator;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens the folders of one DB, data and binlog, so that the two fit together, and swaps a snapshot
 * in. Used by whoever opens the DB, then by its worker only.
 */
final class DbFiles {
  private static final Logger log = LoggerFactory.getLogger(DbFiles.class);

  private final String db;
  private final Path data;
  private final Path binlog;
  private final DbOptions options;
  private final BinlogSettings binlogSettings;
  private final FullSyncMark mark;
  private final Consumer<SwapStep> steps;

  /** What a swap has just done; tests end the process there. */
  enum SwapStep {
    BEGUN,
    MOVED_ASIDE,
    MOVED_IN,
    OPENED,
    BINLOG_BEGUN,
    MARK_CLEARED,
    FINISHED,
    BACKUP_DROPPED
  }

  /** Data and binlog, open. */
  record Opened(PikaDb data, BinlogWriter binlog) {}

  DbFiles(String db, ReplConfig config, FullSyncMark mark, Consumer<SwapStep> steps) {
    this.db = db;
    this.data = dataFolder(db, config);
    this.binlog = config.logPath().resolve("log_" + db);
    this.options = config.dbOptions();
    this.binlogSettings =
        new BinlogSettings(
            config.binlogFileSizeBytes(), config.fsync() != Fsync.NO, Clock.systemUTC());
    this.mark = mark;
    this.steps = steps;
  }

  static Path dataFolder(String db, ReplConfig config) {
    return config.dbPath().resolve(db);
  }

  static BinlogOffset lowest(PikaDb data) {
    return data.applied().stream().min(Comparator.naturalOrder()).orElse(BinlogOffset.ZERO);
  }

  Path data() {
    return data;
  }

  Path binlogFolder() {
    return binlog;
  }

  /**
   * Opens both. A swap that was interrupted is finished, or undone where the new data does not
   * open; a torn tail of the binlog is cut; items that the data lacks are applied. Where that
   * cannot be done the DB is marked for a full sync.
   *
   * @throws ReplicationException STORAGE when there is nothing to go on with; nothing stays open
   */
  Opened open() throws ReplicationException {
    try {
      Files.createDirectories(data.toAbsolutePath().getParent());
      Optional<SnapshotSwap> swap = SnapshotSwap.pending(data);
      if (swap.isPresent()) {
        log.warn("db={} a swap was interrupted, it goes on", db);
        Optional<Opened> swapped = carryOn(swap.get());
        if (swapped.isPresent()) {
          return swapped.get();
        }
      }
      SnapshotSwap.dropLeftOver(data);
      return openBoth();
    } catch (IOException | StorageException e) {
      throw new ReplicationException(Kind.STORAGE, db + " cannot be opened: " + e.getMessage(), e);
    }
  }

  /**
   * Does what is left of a swap that {@link SnapshotSwap#begin} has begun. Neither data nor binlog
   * is open.
   *
   * @return empty when the snapshot did not open and the old data is in its place again, closed
   */
  Optional<Opened> carryOn(SnapshotSwap swap) throws IOException {
    steps.accept(SwapStep.BEGUN);
    swap.moveAside();
    steps.accept(SwapStep.MOVED_ASIDE);
    swap.moveIn();
    steps.accept(SwapStep.MOVED_IN);
    Optional<PikaDb> opened = openSnapshot(swap);
    if (opened.isEmpty()) {
      swap.undo();
      return Optional.empty();
    }
    try {
      steps.accept(SwapStep.OPENED);
      BinlogWriter writer = BinlogWriter.createAt(binlog, swap.snapshot().offset(), binlogSettings);
      try {
        steps.accept(SwapStep.BINLOG_BEGUN);
        mark.clear();
        steps.accept(SwapStep.MARK_CLEARED);
        swap.finish();
        steps.accept(SwapStep.FINISHED);
        swap.dropBackup();
        steps.accept(SwapStep.BACKUP_DROPPED);
        return Optional.of(new Opened(opened.get(), writer));
      } catch (IOException | RuntimeException e) {
        writer.close();
        throw e;
      }
    } catch (IOException | RuntimeException e) {
      opened.get().close();
      throw e;
    }
  }

  /** The data that was moved in, if it is the snapshot and opens. */
  private Optional<PikaDb> openSnapshot(SnapshotSwap swap) {
    BinlogOffset offset = swap.snapshot().offset();
    try {
      PikaDb opened = PikaDb.open(data, options);
      if (opened.applied().stream().allMatch(offset::equals)) {
        return Optional.of(opened);
      }
      log.error("db={} snapshot stands at {}, not at {}", db, opened.applied(), offset);
      opened.close();
    } catch (StorageException e) {
      log.error("db={} snapshot does not open: {}", db, e.getMessage());
    }
    return Optional.empty();
  }

  private Opened openBoth() throws IOException {
    PikaDb opened = PikaDb.open(data, options);
    try {
      BinlogWriter writer = openBinlog(lowest(opened));
      try {
        Optional<String> misfit = new Reconciliation(db, opened, writer).run();
        if (misfit.isPresent()) {
          log.error("db={} needs a full sync: {}", db, misfit.get());
          mark.set(misfit.get());
        }
        return new Opened(opened, writer);
      } catch (IOException | RuntimeException e) {
        writer.close();
        throw e;
      }
    } catch (IOException | RuntimeException e) {
      opened.close();
      throw e;
    }
  }

  private BinlogWriter openBinlog(BinlogOffset applied) throws IOException {
    try {
      return BinlogWriter.open(binlog, binlogSettings);
    } catch (BinlogCorruptException e) {
      Path aside = binlog.resolveSibling(binlog.getFileName() + ".damaged");
      log.error("db={} binlog is damaged, kept in {}: {}", db, aside, e.getMessage());
      mark.set("the binlog was damaged: " + e.getMessage());
      DurableFiles.deleteTree(aside);
      DurableFiles.move(binlog, aside);
      return BinlogWriter.createAt(binlog, applied, binlogSettings);
    }
  }
}
