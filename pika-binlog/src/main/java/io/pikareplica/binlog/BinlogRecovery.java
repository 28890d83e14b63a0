package io.pikareplica.binlog;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Finds out where a binlog really ends before a writer goes on with it.
 *
 * <ul>
 *   <li>The manifest fits: kept. So after an orderly end, and after kill -9 between two appends.
 *   <li>Whole items follow the manifest's offset: kept, when each says in its header that it
 *       belongs there. So after kill -9 between the write of an append and that of the manifest.
 *       With {@link BinlogSettings.Force#EACH} they are cut off: a power loss may have left holes
 *       in them that nothing shows.
 *   <li>Part of an item, Pika's zeros, or anything else follows: cut off. So after kill -9 within a
 *       write, and with a folder that Pika was killed on.
 *   <li>The data ends, or is damaged, before the manifest's offset: the end is that of the last
 *       whole item in the manifest's file, or in the newest file below it. So after a power loss.
 *       The binlog then lacks items that may have been applied: {@link Result#lostItems}.
 *   <li>No manifest but files: as if it named the end of the newest file.
 *   <li>The end is the start of a file behind another one, as after a kill in a roll: it is that of
 *       the last whole item in the one before instead. The start of a file would say nothing of
 *       what the file before holds, which may have lost its last items if it was not forced.
 * </ul>
 *
 * Only looks; the writer cuts.
 */
final class BinlogRecovery {
  /** How the end compares with what the manifest said. */
  record Result(BinlogManifest end, boolean lostItems, List<Integer> unusedFiles) {}

  private final BinlogDirectory directory;
  private final BinlogSettings.Force force;
  private final List<Integer> filenums;

  private BinlogRecovery(BinlogDirectory directory, BinlogSettings.Force force) throws IOException {
    this.directory = directory;
    this.force = force;
    this.filenums = directory.filenums();
  }

  static Result run(BinlogDirectory directory, BinlogSettings.Force force) throws IOException {
    return new BinlogRecovery(directory, force).run();
  }

  private Result run() throws IOException {
    Optional<BinlogManifest> manifest = BinlogManifest.read(directory.manifest());
    if (manifest.isEmpty() && filenums.isEmpty()) {
      return new Result(new BinlogManifest(BinlogOffset.ZERO, 0, 0), false, List.of());
    }
    if (manifest.isPresent()) {
      Optional<BinlogManifest> end = itemsFrom(manifest.get());
      if (end.isPresent() && !isStartOfNextFile(end.get().producer())) {
        return result(end.get(), false);
      }
    }
    int newest =
        manifest.map(m -> m.producer().filenum()).orElse(filenums.isEmpty() ? 0 : last(filenums));
    int term = manifest.map(BinlogManifest::term).orElse(0);
    long logicId = manifest.map(BinlogManifest::logicId).orElse(0L);
    BinlogOffset lastWhole = lastWhole(newest);
    while (isStartOfNextFile(lastWhole)) {
      lastWhole = lastWhole(lastWhole.filenum() - 1);
    }
    BinlogManifest end = new BinlogManifest(lastWhole, logicId, term);
    return result(end, manifest.isPresent() && manifest.get().producer().isAfter(end.producer()));
  }

  private boolean isStartOfNextFile(BinlogOffset end) {
    return end.offset() == 0 && end.filenum() != 0 && directory.has(end.filenum() - 1);
  }

  /** The end when the manifest's offset is good; empty when it is not. */
  private Optional<BinlogManifest> itemsFrom(BinlogManifest manifest) throws IOException {
    BinlogManifest end = manifest;
    try (BinlogReader reader = BinlogReader.open(directory, manifest.producer())) {
      BinlogReader.Read read = reader.next();
      if (read.kind() == BinlogReader.Kind.PADDING) {
        return Optional.empty(); // killed in a reset, between its new file and its new manifest
      }
      while (read.kind() == BinlogReader.Kind.ITEM && isTrusted() && belongsThere(read)) {
        end = new BinlogManifest(read.end(), end.logicId() + 1, end.term());
        read = reader.next();
      }
    } catch (BinlogOffsetException e) {
      return end.equals(manifest) ? Optional.empty() : Optional.of(end);
    } catch (BinlogCorruptException e) {
      // Behind the manifest's offset only the manifest counts; before it, something is missing.
      return manifest.producer().offset() > e.offset() ? Optional.empty() : Optional.of(end);
    }
    return Optional.of(end);
  }

  /** Whether an item that the manifest does not know is as whole as it looks. */
  private boolean isTrusted() {
    return force != BinlogSettings.Force.EACH;
  }

  private static boolean belongsThere(BinlogReader.Read read) {
    try {
      RespContent.parseItem(read.item());
      BinlogItem item = BinlogItemCodec.decode(read.item());
      BinlogOffset start = read.start();
      boolean rolled = start.offset() == 0 && item.filenum() == start.filenum() - 1;
      return rolled || (item.filenum() == start.filenum() && item.offset() == start.offset());
    } catch (MalformedItemException e) {
      return false;
    }
  }

  /** END of the last whole item in a file, or, if it does not exist, in the newest below it. */
  private BinlogOffset lastWhole(int filenum) throws IOException {
    int newest = filenum;
    for (int existing : filenums) {
      if (Integer.compareUnsigned(existing, filenum) <= 0) {
        newest = existing;
      }
    }
    BinlogOffset end = new BinlogOffset(newest, 0);
    if (!directory.has(newest)) {
      throw new BinlogCorruptException(
          directory.file(filenum), 0, "the file that the manifest names", "no file");
    }
    try (BinlogReader reader = BinlogReader.open(directory, end)) {
      BinlogReader.Read read = reader.next();
      while (isStep(read) && read.end().filenum() == newest) {
        end = read.end();
        read = reader.next();
      }
    } catch (BinlogCorruptException e) {
      return end; // all of it up to there is whole
    }
    return end;
  }

  private static boolean isStep(BinlogReader.Read read) {
    return read.kind() == BinlogReader.Kind.ITEM || read.kind() == BinlogReader.Kind.PADDING;
  }

  private Result result(BinlogManifest end, boolean lostItems) throws IOException {
    int current = end.producer().filenum();
    boolean reset = directory.has(current) && beginsWithFiller(current);
    List<Integer> unused = new ArrayList<>();
    for (int filenum : filenums) {
      int order = Integer.compareUnsigned(filenum, current);
      // What is older than a reset is another history: a reset that was killed left it.
      if (order > 0 || (order < 0 && reset)) {
        unused.add(filenum);
      }
    }
    return new Result(end, lostItems, unused);
  }

  private boolean beginsWithFiller(int filenum) throws IOException {
    try (RecordFile file = new RecordFile(directory.file(filenum), 0)) {
      return file.next(file.size()) == RecordFile.Found.RECORD && file.type() == RecordType.BAD;
    } catch (BinlogCorruptException e) {
      return false;
    }
  }

  private static int last(List<Integer> list) {
    return list.get(list.size() - 1);
  }
}
