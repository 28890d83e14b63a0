package io.pikareplica.repl.sync;

import io.pikareplica.binlog.BinlogOffset;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts a staged snapshot in the place of a DB's data, in steps that a journal makes one:
 *
 * <ol>
 *   <li>{@link #begin}: the journal names snapshot and offset
 *   <li>{@link #moveIn}: {@code db0} becomes {@code db0_bak}, the staged folder becomes {@code db0}
 *   <li>the caller opens the new data, and either {@link #undo}es, or {@link #keepBinlog}s where
 *       the old history had diverged, and begins the binlog anew
 *   <li>{@link #keepData} does the same for {@code db0_bak}
 *   <li>{@link #finish}: the journal goes, then {@code db0_bak} if it is still there
 * </ol>
 *
 * After a crash at any point {@link #pending} finds the journal; the same steps, done again, carry
 * on where it stopped. Nothing is appended or applied while a journal exists. Owned by the DB's
 * worker, or by whoever opens the DB.
 */
public final class SnapshotSwap {
  private static final Logger log = LoggerFactory.getLogger(SnapshotSwap.class);
  private static final int MAX_JOURNAL_BYTES = 16_384;
  private static final int KEPT_DATA_LINE = 4;

  private final Path data;
  private final Path backup;
  private final Path journal;
  private final StagedSnapshot snapshot;
  private final Optional<DivergedFolder> kept;

  /**
   * @param data the DB's folder, which may not exist yet; the staged folder is on its file system
   * @param kept where old data and binlog go; empty to delete them
   */
  public SnapshotSwap(Path data, StagedSnapshot snapshot, Optional<DivergedFolder> kept) {
    this.data = data;
    this.backup = backupOf(data);
    this.journal = journalOf(data);
    this.snapshot = snapshot;
    this.kept = kept;
  }

  private static Path backupOf(Path data) {
    return data.resolveSibling(data.getFileName() + "_bak");
  }

  /** Deletes what a swap that was killed at its very end has left; no swap is pending. */
  public static void dropLeftOver(Path data) throws IOException {
    if (Files.isDirectory(data) && Files.isDirectory(backupOf(data))) {
      log.info("folder={} deleted: left over from a swap", backupOf(data));
      DurableFiles.deleteTree(backupOf(data));
    }
  }

  private static Path journalOf(Path data) {
    return data.resolveSibling(data.getFileName() + ".swap");
  }

  /**
   * A swap that was begun and not finished.
   *
   * @throws IOException when the journal cannot be read or makes no sense; a person must look
   */
  public static Optional<SnapshotSwap> pending(Path data) throws IOException {
    Optional<String> text = DurableFiles.read(journalOf(data), MAX_JOURNAL_BYTES);
    if (text.isEmpty()) {
      return Optional.empty();
    }
    try {
      String[] lines = SealedText.open(text.get()).split("\n", -1);
      StagedSnapshot snapshot =
          new StagedSnapshot(
              data.getFileName().toString(),
              lines[0],
              data.getFileSystem().getPath(lines[3]),
              new BinlogOffset(Integer.parseUnsignedInt(lines[1]), Long.parseLong(lines[2])));
      Optional<DivergedFolder> kept =
          lines[KEPT_DATA_LINE].isEmpty()
              ? Optional.empty()
              : Optional.of(
                  new DivergedFolder(
                      data.getFileSystem().getPath(lines[KEPT_DATA_LINE]),
                      data.getFileSystem().getPath(lines[KEPT_DATA_LINE + 1])));
      return Optional.of(new SnapshotSwap(data, snapshot, kept));
    } catch (IOException | IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
      throw new IOException(journalOf(data) + " is no journal of a swap: " + e.getMessage(), e);
    }
  }

  public StagedSnapshot snapshot() {
    return snapshot;
  }

  /** Where old data and binlog go; empty when they are deleted. */
  public Optional<DivergedFolder> kept() {
    return kept;
  }

  /** Writes the journal; from here on the swap is finished or undone even after a crash. */
  public void begin() throws IOException {
    if (!Files.isDirectory(snapshot.folder())) {
      throw new IOException("there is no snapshot in " + snapshot.folder());
    }
    // a left-over would be taken for the data that this swap moves aside
    DurableFiles.deleteTree(backup);
    BinlogOffset offset = snapshot.offset();
    DurableFiles.write(
        journal,
        SealedText.seal(
            String.join(
                "\n",
                snapshot.uuid(),
                Integer.toUnsignedString(offset.filenum()),
                Long.toString(offset.offset()),
                snapshot.folder().toAbsolutePath().toString(),
                kept.map(k -> k.folder() + "\n" + k.binlog() + "\n").orElse(""))));
    log.info("db={} swap begun uuid={} offset={}", snapshot.db(), snapshot.uuid(), offset);
  }

  /** Moves the old data aside, as far as that is still to be done. The data is closed. */
  public void moveAside() throws IOException {
    boolean stagedWaits = Files.isDirectory(snapshot.folder());
    if (stagedWaits && Files.isDirectory(data)) {
      DurableFiles.move(data, backup);
    }
  }

  /** Moves the snapshot to its place, as far as that is still to be done. */
  public void moveIn() throws IOException {
    if (Files.isDirectory(snapshot.folder())) {
      DurableFiles.move(snapshot.folder(), data);
    }
  }

  /**
   * Keeps the old binlog where that was asked for, as far as it is still to be done. There is no
   * way back but {@link #undo} any more.
   */
  public void keepBinlog(Path binlog) throws IOException {
    if (kept.isPresent()) {
      kept.get().takeBinlog(binlog);
    }
  }

  /**
   * Keeps the old data where that was asked for, as far as it is still to be done.
   *
   * @param note lies beside it, for a person
   */
  public void keepData(String note) throws IOException {
    if (kept.isPresent()) {
      kept.get().takeData(backup);
      kept.get().describe(note);
    }
  }

  /**
   * Puts the old data back, and the old binlog if it was kept, and drops the snapshot. The new ones
   * are closed.
   */
  public void undo(Path binlog) throws IOException {
    if (kept.isPresent()) {
      kept.get().giveBackBinlog(binlog);
    }
    if (Files.isDirectory(backup)) {
      DurableFiles.deleteTree(data);
      DurableFiles.move(backup, data);
    } else if (kept.isPresent()) {
      kept.get().giveBackData(data);
    }
    if (!Files.isDirectory(data)) {
      throw new IOException("neither " + data + " nor what it was before is there");
    }
    DurableFiles.delete(journal);
    log.warn("db={} swap undone uuid={}", snapshot.db(), snapshot.uuid());
  }

  /** The new data is open and the binlog stands at its offset: there is no way back any more. */
  public void finish() throws IOException {
    DurableFiles.delete(journal);
    log.info(
        "db={} swap done uuid={} offset={}", snapshot.db(), snapshot.uuid(), snapshot.offset());
  }

  /** Deletes the old data, after {@link #finish}. */
  public void dropBackup() throws IOException {
    DurableFiles.deleteTree(backup);
  }
}
