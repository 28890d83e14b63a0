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
 *   <li>the caller opens the new data, and either {@link #undo}es, or begins the binlog anew
 *   <li>{@link #finish}: the journal goes, then {@code db0_bak}
 * </ol>
 *
 * After a crash at any point {@link #pending} finds the journal; the same steps, done again, carry
 * on where it stopped. Nothing is appended or applied while a journal exists. Owned by the DB's
 * worker, or by whoever opens the DB.
 */
public final class SnapshotSwap {
  private static final Logger log = LoggerFactory.getLogger(SnapshotSwap.class);
  private static final int MAX_JOURNAL_BYTES = 16_384;

  private final Path data;
  private final Path backup;
  private final Path journal;
  private final StagedSnapshot snapshot;

  /**
   * @param data the DB's folder, which may not exist yet; the staged folder is on its file system
   */
  public SnapshotSwap(Path data, StagedSnapshot snapshot) {
    this.data = data;
    this.backup = backupOf(data);
    this.journal = journalOf(data);
    this.snapshot = snapshot;
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
    String[] lines = text.get().split("\n", -1);
    try {
      StagedSnapshot snapshot =
          new StagedSnapshot(
              data.getFileName().toString(),
              lines[0],
              Path.of(lines[3]),
              new BinlogOffset(Integer.parseUnsignedInt(lines[1]), Long.parseLong(lines[2])));
      return Optional.of(new SnapshotSwap(data, snapshot));
    } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
      throw new IOException(journalOf(data) + " is no journal of a swap", e);
    }
  }

  public StagedSnapshot snapshot() {
    return snapshot;
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
        String.join(
            "\n",
            snapshot.uuid(),
            Integer.toUnsignedString(offset.filenum()),
            Long.toString(offset.offset()),
            snapshot.folder().toAbsolutePath().toString(),
            ""));
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
    if (!Files.isDirectory(data)) {
      throw new IOException(
          "neither " + data + " nor the snapshot in " + snapshot.folder() + " is there");
    }
  }

  /** Puts the old data back and drops the snapshot. The new data is closed. */
  public void undo() throws IOException {
    if (Files.isDirectory(backup)) {
      DurableFiles.deleteTree(data);
      DurableFiles.move(backup, data);
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
