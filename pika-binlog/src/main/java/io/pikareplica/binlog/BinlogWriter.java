package io.pikareplica.binlog;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Appends to the binlog of one DB. Its files are Pika's to the byte.
 *
 * <p>One thread owns it: that of the DB. {@link #producer} and {@link #force} are for any thread.
 * An append returns when the operating system has the data, so it survives kill -9; power loss only
 * after {@link #force}. The manifest is written after the data; what {@link #open} makes of any
 * difference between the two is in {@link BinlogRecovery}.
 *
 * <p>After an {@code IOException} other than {@link BinlogContinuityException} the writer takes
 * nothing more: how much of the append is on disk is unknown until it is opened again.
 */
public final class BinlogWriter implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(BinlogWriter.class);
  private static final String RESET_FILE = "reset.tmp";
  private static final byte[] NOTHING = {};

  private final BinlogDirectory directory;
  private final BinlogSettings settings;
  private final ManifestFile manifestFile;
  private final ByteBuffer buffer = DataFile.newBuffer();
  private final boolean lostItems;
  private volatile DataFile file;
  private volatile BinlogManifest manifest;
  // The end as it will be once what is laid out is flushed.
  private int filenum;
  private long logicId;
  private boolean failed;

  private BinlogWriter(
      BinlogDirectory directory, BinlogSettings settings, BinlogManifest end, boolean lostItems)
      throws IOException {
    this.directory = directory;
    this.settings = settings;
    this.lostItems = lostItems;
    this.manifest = end;
    this.filenum = end.producer().filenum();
    this.logicId = end.logicId();
    this.file = DataFile.openAt(directory.file(filenum), end.producer().offset(), buffer);
    try {
      this.manifestFile = new ManifestFile(directory.manifest(), end);
      if (settings.forcesOnRoll()) {
        forceFolder();
      }
    } catch (IOException e) {
      file.close();
      throw e;
    }
  }

  /**
   * Opens a binlog, or begins one at 0:0 in an empty folder. Cuts off what {@link BinlogRecovery}
   * finds to be no part of it.
   *
   * @throws BinlogCorruptException if the manifest names a file and neither it nor an older one
   *     exists; then only {@link #createAt} helps
   */
  public static BinlogWriter open(Path folder, BinlogSettings settings) throws IOException {
    Files.createDirectories(folder);
    BinlogDirectory directory = new BinlogDirectory(folder);
    BinlogRecovery.Result found = BinlogRecovery.run(directory, settings.force());
    if (found.lostItems()) {
      LOG.warn("folder={} binlog ends before its manifest, at={}", folder, found.end());
    }
    for (int unused : found.unusedFiles()) {
      LOG.warn("file={} deleted: not part of this binlog", directory.file(unused));
      Files.delete(directory.file(unused));
    }
    Files.deleteIfExists(folder.resolve(RESET_FILE));
    return new BinlogWriter(directory, settings, found.end(), found.lostItems());
  }

  /**
   * Begins a binlog at an offset, whatever the folder held before. A kill on the way leaves an
   * empty binlog at 0:0 or none.
   *
   * @param offset as for {@link #reset}
   */
  public static BinlogWriter createAt(Path folder, BinlogOffset offset, BinlogSettings settings)
      throws IOException {
    Files.createDirectories(folder);
    BinlogDirectory directory = new BinlogDirectory(folder);
    Files.deleteIfExists(directory.manifest());
    for (int filenum : directory.filenums()) {
      Files.delete(directory.file(filenum));
    }
    BinlogWriter writer =
        new BinlogWriter(directory, settings, new BinlogManifest(BinlogOffset.ZERO, 0, 0), false);
    try {
      writer.reset(offset);
      return writer;
    } catch (IOException e) {
      writer.close();
      throw e;
    }
  }

  /** END of the last item. Any thread; what is before it can be read. */
  public BinlogOffset producer() {
    return manifest.producer();
  }

  /** The number that the last item has in this binlog's count. Any thread. */
  public long logicId() {
    return manifest.logicId();
  }

  /**
   * Whether the binlog was found, at {@link #open}, to end before its manifest said: items that may
   * have been applied are missing.
   */
  public boolean lostItems() {
    return lostItems;
  }

  public BinlogDirectory directory() {
    return directory;
  }

  /**
   * Appends items of a master as they came, with as few writes as possible. A file is left where
   * the master left it, whatever its length.
   *
   * @return the new producer offset
   * @throws BinlogContinuityException if an announced END is not the one its item gets here; then
   *     nothing was appended
   */
  public BinlogOffset append(List<BinlogRecord> records) throws IOException {
    requireContinuity(records);
    return guarded(
        () -> {
          for (BinlogRecord record : records) {
            put(record.item(), NOTHING, record.end().filenum() != filenum);
          }
        });
  }

  /**
   * Appends commands of this node as items of its own; begins the next file when the current one is
   * longer than the setting.
   *
   * @param contents each one canonical RESP array
   * @param execTimeSeconds unix seconds, unsigned 32 bit
   * @return the new producer offset
   */
  public BinlogOffset appendOwn(List<byte[]> contents, int execTimeSeconds) throws IOException {
    return guarded(
        () -> {
          for (byte[] content : contents) {
            // The header names the file that the item found, even when the item begins the next.
            BinlogItem item =
                new BinlogItem(
                    execTimeSeconds, manifest.term(), logicId + 1, filenum, file.offset(), content);
            put(BinlogItemCodec.header(item), content, file.offset() > settings.fileBytes());
          }
        });
  }

  /**
   * Gives up all that there is and begins anew at an offset, as Pika's {@code SetProducerStatus}:
   * with filler in front, and with no other file left. All of it is durable afterwards.
   *
   * @param offset where the next item goes; below 4 counts as 0
   * @return the offset in effect: lower by the 1 to 7 bytes that filler cannot fill, if any
   */
  public BinlogOffset reset(BinlogOffset offset) throws IOException {
    return guarded(
        () -> {
          // In this order, a kill at any point leaves a folder that opens at the old offset or at
          // the new one.
          Path temporary = directory.folder().resolve(RESET_FILE);
          file.close();
          file = DataFile.create(temporary, buffer);
          file.putFiller(offset.offset() < 4 ? 0 : offset.offset(), now());
          file.flush();
          file.force();
          Files.move(
              temporary, directory.file(offset.filenum()), StandardCopyOption.REPLACE_EXISTING);
          filenum = offset.filenum();
          logicId = 0;
          publish(new BinlogManifest(new BinlogOffset(filenum, file.offset()), 0, 0));
          manifestFile.force();
          deleteAllBut(filenum);
          forceFolder();
        });
  }

  /**
   * Makes everything appended so far survive a power loss. Any thread; waits for the disk.
   *
   * @return the producer offset up to which that holds
   */
  public BinlogOffset force() throws IOException {
    while (true) {
      BinlogOffset upTo = producer();
      DataFile current = file;
      try {
        current.force();
        manifestFile.force();
        return upTo;
      } catch (ClosedChannelException e) {
        if (current == file) {
          throw e;
        }
        // Rolled meanwhile: the old file was forced before it was closed.
      }
    }
  }

  private void requireContinuity(List<BinlogRecord> records) throws BinlogContinuityException {
    BinlogOffset at = producer();
    for (BinlogRecord record : records) {
      BinlogOffset end = record.end();
      int length = record.item().length;
      boolean rolls = end.filenum() == at.filenum() + 1;
      if (length == 0 || (end.filenum() != at.filenum() && !rolls)) {
        throw new BinlogContinuityException(at, end, length, "no such file");
      }
      long expected = BlockFormat.endOf(rolls ? 0 : at.offset(), length);
      if (end.offset() != expected) {
        throw new BinlogContinuityException(at, end, length, String.valueOf(expected));
      }
      at = end;
    }
  }

  /** Lays an item out at the end, in the next file if it is to. */
  private void put(byte[] head, byte[] tail, boolean rolls) throws IOException {
    if (rolls) {
      roll();
    }
    file.put(head, tail, now());
    logicId++;
  }

  private void roll() throws IOException {
    file.flush();
    if (settings.forcesOnRoll()) {
      file.force();
    }
    DataFile old = file;
    int next = filenum + 1;
    file = DataFile.create(directory.file(next), buffer);
    if (settings.forcesOnRoll()) {
      forceFolder(); // forcing a file does not make its name survive
    }
    old.close();
    filenum = next;
    manifestFile.save(new BinlogManifest(new BinlogOffset(next, 0), logicId, manifest.term()));
    LOG.info("folder={} rolled to filenum={}", directory.folder(), Integer.toUnsignedString(next));
  }

  private interface Change {
    void run() throws IOException;
  }

  private BinlogOffset guarded(Change change) throws IOException {
    if (failed) {
      throw new IOException("an earlier append to " + directory.folder() + " failed");
    }
    failed = true;
    change.run();
    file.flush();
    if (settings.force() == BinlogSettings.Force.EACH) {
      file.force();
    }
    publish(new BinlogManifest(new BinlogOffset(filenum, file.offset()), logicId, manifest.term()));
    failed = false;
    return producer();
  }

  private void publish(BinlogManifest next) throws IOException {
    if (!next.equals(manifest)) {
      manifestFile.save(next);
      manifest = next;
    }
  }

  private void deleteAllBut(int kept) throws IOException {
    for (int existing : directory.filenums()) {
      if (existing != kept) {
        Files.delete(directory.file(existing));
      }
    }
  }

  private void forceFolder() throws IOException {
    try (FileChannel folder = FileChannel.open(directory.folder(), StandardOpenOption.READ)) {
      folder.force(true);
    }
  }

  private int now() {
    return (int) (settings.clock().millis() / 1000);
  }

  @Override
  public void close() throws IOException {
    try (manifestFile) {
      file.close();
    }
  }
}
