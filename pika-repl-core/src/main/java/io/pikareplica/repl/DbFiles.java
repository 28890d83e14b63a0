package io.pikareplica.repl;

import io.pikareplica.binlog.BinlogCorruptException;
import io.pikareplica.binlog.BinlogOffset;
import io.pikareplica.binlog.BinlogSettings;
import io.pikareplica.binlog.BinlogWriter;
import io.pikareplica.repl.Divergence.Outcome;
import io.pikareplica.repl.ReplConfig.Fsync;
import io.pikareplica.repl.ReplicationException.Kind;
import io.pikareplica.repl.sync.DivergedFolder;
import io.pikareplica.repl.sync.DurableFiles;
import io.pikareplica.repl.sync.SnapshotSwap;
import io.pikareplica.repl.sync.StagedSnapshot;
import io.pikareplica.storage.DbOptions;
import io.pikareplica.storage.StorageException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.util.Comparator;
import java.util.List;
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

  private static final String PROBE = ".probe";

  /** Less room than this is none. */
  private static final int PROBE_BYTES = 1 << 20;

  private final String db;
  private final Path data;
  private final Path binlog;
  private final DbOptions options;
  private final BinlogSettings binlogSettings;
  private final Clock clock;
  private final DbData.Opener opener;
  private final FullSyncMark mark;
  private final DivergenceFile divergence;
  private final Consumer<SwapStep> steps;
  private volatile int divergenceKeep;

  /** What a swap has just done; tests end the process there. */
  enum SwapStep {
    BEGUN,
    MOVED_ASIDE,
    MOVED_IN,
    OPENED,
    BINLOG_KEPT,
    BINLOG_BEGUN,
    MARK_CLEARED,
    DATA_KEPT,
    DIVERGENCE_SETTLED,
    FINISHED,
    BACKUP_DROPPED
  }

  /** Data and binlog, open. */
  record Opened(DbData data, BinlogWriter binlog) {}

  DbFiles(
      String db,
      ReplConfig config,
      FullSyncMark mark,
      DivergenceFile divergence,
      DbEnvironment environment,
      Consumer<SwapStep> steps) {
    this.db = db;
    this.data = dataFolder(db, config);
    this.binlog = config.logPath().resolve("log_" + db);
    this.options = config.dbOptions();
    this.binlogSettings =
        new BinlogSettings(
            config.binlogFileSizeBytes(), force(config.fsync()), environment.clock());
    clock = environment.clock();
    opener = environment.data();
    this.mark = mark;
    this.divergence = divergence;
    divergenceKeep = config.settings().divergenceKeep();
    this.steps = steps;
  }

  private static BinlogSettings.Force force(Fsync fsync) {
    return switch (fsync) {
      case NO -> BinlogSettings.Force.NEVER;
      case EVERYSEC -> BinlogSettings.Force.ON_ROLL;
      case ALWAYS -> BinlogSettings.Force.EACH;
    };
  }

  static Path dataFolder(String db, ReplConfig config) {
    return config.dbPath().resolve(db);
  }

  static BinlogOffset lowest(DbData data) {
    return data.applied().stream().min(Comparator.naturalOrder()).orElse(BinlogOffset.ZERO);
  }

  Path data() {
    return data;
  }

  Path binlogFolder() {
    return binlog;
  }

  /** Takes over {@code divergence-keep}; any thread. */
  void configure(ReplSettings settings) {
    divergenceKeep = settings.divergenceKeep();
  }

  /** The swap of a snapshot: old data and binlog are kept if their history had diverged. */
  SnapshotSwap swap(StagedSnapshot snapshot) throws IOException {
    boolean isKept = divergenceKeep > 0 && divergence.last().filter(Divergence::isOpen).isPresent();
    return new SnapshotSwap(
        data,
        snapshot,
        isKept
            ? Optional.of(
                DivergedFolder.choose(
                    db, data.getParent(), binlog.getParent(), clock.instant(), snapshot.uuid()))
            : Optional.empty());
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
      prune(Optional.empty());
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
    Optional<DbData> opened = openSnapshot(swap);
    if (opened.isEmpty()) {
      undo(swap);
      return Optional.empty();
    }
    try {
      steps.accept(SwapStep.OPENED);
      swap.keepBinlog(binlog);
      steps.accept(SwapStep.BINLOG_KEPT);
      BinlogWriter writer = BinlogWriter.createAt(binlog, swap.snapshot().offset(), binlogSettings);
      try {
        steps.accept(SwapStep.BINLOG_BEGUN);
        mark.clear();
        steps.accept(SwapStep.MARK_CLEARED);
        swap.keepData(divergence.last().map(DivergenceFile::text).orElse(""));
        steps.accept(SwapStep.DATA_KEPT);
        divergence.settle(Outcome.REPLACED, swap.kept().map(DivergedFolder::folder));
        steps.accept(SwapStep.DIVERGENCE_SETTLED);
        swap.finish();
        steps.accept(SwapStep.FINISHED);
        swap.dropBackup();
        prune(swap.kept());
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

  /** The old data is back and is as unfit as it was. */
  private void undo(SnapshotSwap swap) throws IOException {
    if (mark.reason().isEmpty()) {
      mark.set("the snapshot that was to replace the data does not open");
    }
    if (swap.kept().isPresent()) {
      divergence.reopen();
    }
    swap.undo(binlog);
  }

  private void prune(Optional<DivergedFolder> newest) throws IOException {
    DivergedFolder.prune(db, data.getParent(), binlog.getParent(), divergenceKeep, newest);
  }

  /** The data that was moved in, if it is the snapshot and opens. */
  private Optional<DbData> openSnapshot(SnapshotSwap swap) {
    if (!Files.isDirectory(data)) {
      log.error("db={} neither data nor snapshot is in its place", db);
      return Optional.empty();
    }
    BinlogOffset offset = swap.snapshot().offset();
    try {
      DbData opened = opener.open(data, options);
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
    DbData opened = opener.open(data, options);
    try {
      return new Opened(opened, openBinlog(opened));
    } catch (IOException | RuntimeException e) {
      opened.close();
      throw e;
    }
  }

  /**
   * Opens the binlog beside data that is open: its torn tail is cut, items that the data lacks are
   * applied. Where that cannot be done the DB is marked for a full sync.
   */
  BinlogWriter openBinlog(DbData opened) throws IOException {
    BinlogWriter writer = openBinlog(lowest(opened));
    try {
      Optional<String> misfit = new Reconciliation(db, opened, writer).run();
      if (misfit.isPresent()) {
        log.error("db={} needs a full sync: {}", db, misfit.get());
        mark.set(misfit.get());
      }
      return writer;
    } catch (IOException | RuntimeException e) {
      writer.close();
      throw e;
    }
  }

  /**
   * Finds out whether the disk takes writes, for binlog and for data, without touching either.
   *
   * @throws IOException while it does not
   */
  void probe() throws IOException {
    for (Path folder : List.of(binlog, data)) {
      Path file = folder.resolveSibling(folder.getFileName() + PROBE);
      try (FileChannel out =
          FileChannel.open(
              file,
              StandardOpenOption.CREATE,
              StandardOpenOption.TRUNCATE_EXISTING,
              StandardOpenOption.WRITE)) {
        ByteBuffer bytes = ByteBuffer.allocate(PROBE_BYTES);
        while (bytes.hasRemaining()) {
          out.write(bytes);
        }
        out.force(true);
      } finally {
        Files.deleteIfExists(file);
      }
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
