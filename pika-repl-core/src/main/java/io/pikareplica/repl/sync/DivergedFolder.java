package io.pikareplica.repl.sync;

import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where data and binlog of a DB go that a snapshot replaces although their history had diverged:
 * {@code <db-path>/diverged/<db>-<time>-<uuid>}, with {@code data} and {@code binlog} in it. Where
 * {@code log-path} is on another file system the binlog stays there, in a folder of the same name:
 * everything is moved by renaming, which takes no time, needs no room and is whole or not at all.
 * Used by the DB's worker, or by whoever opens the DB.
 *
 * @param folder holds {@code data}
 * @param binlog the binlog itself
 */
public record DivergedFolder(Path folder, Path binlog) {
  private static final Logger log = LoggerFactory.getLogger(DivergedFolder.class);
  private static final String ROOT = "diverged";
  private static final String NOTE = "divergence";
  private static final int UUID_CHARS = 8;
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

  /** A name that is free. */
  public static DivergedFolder choose(
      String db, Path dbPath, Path logPath, Instant now, String uuid) throws IOException {
    boolean isTogether = Files.getFileStore(dbPath).equals(Files.getFileStore(logPath));
    return choose(db, dbPath, logPath, isTogether, now, uuid);
  }

  static DivergedFolder choose(
      String db, Path dbPath, Path logPath, boolean isTogether, Instant now, String uuid) {
    String name =
        db + "-" + TIME.format(now) + "-" + uuid.substring(0, Math.min(uuid.length(), UUID_CHARS));
    for (int i = 1; ; i++) {
      String free = i == 1 ? name : name + "-" + i;
      Path folder = dbPath.resolve(ROOT).resolve(free);
      Path besideLog = logPath.resolve(ROOT).resolve(free);
      if (!Files.exists(folder) && !Files.exists(besideLog)) {
        return new DivergedFolder(
            folder.toAbsolutePath(),
            (isTogether ? folder : besideLog).toAbsolutePath().resolve("binlog"));
      }
    }
  }

  Path data() {
    return folder.resolve("data");
  }

  /** Takes the binlog in, unless it is here already. It is closed. */
  void takeBinlog(Path from) throws IOException {
    take(from, binlog);
  }

  /** Takes the data in, unless it is here already. It is closed. */
  void takeData(Path from) throws IOException {
    take(from, data());
  }

  private static void take(Path from, Path to) throws IOException {
    if (!Files.isDirectory(to) && Files.isDirectory(from)) {
      create(to.getParent());
      DurableFiles.move(from, to);
    }
  }

  private static void create(Path folder) throws IOException {
    Files.createDirectories(folder);
    DurableFiles.forceFolder(folder.getParent());
    DurableFiles.forceFolder(folder.getParent().getParent());
  }

  /** Writes what had happened beside the data. */
  void describe(String text) throws IOException {
    create(folder);
    DurableFiles.write(folder.resolve(NOTE), text);
  }

  /** Puts the binlog back, in place of what is there by now. */
  void giveBackBinlog(Path to) throws IOException {
    giveBack(binlog, to);
  }

  /** Puts the data back, where there is none any more. */
  void giveBackData(Path to) throws IOException {
    Files.deleteIfExists(folder.resolve(NOTE));
    giveBack(data(), to);
  }

  private static void giveBack(Path from, Path to) throws IOException {
    if (Files.isDirectory(from)) {
      DurableFiles.deleteTree(to);
      DurableFiles.move(from, to);
      deleteIfEmpty(from.getParent());
    }
  }

  private static void deleteIfEmpty(Path folder) throws IOException {
    try {
      Files.deleteIfExists(folder);
    } catch (DirectoryNotEmptyException e) {
      log.debug("folder={} holds something still", folder);
    }
  }

  /**
   * Deletes all but the newest folders of a DB.
   *
   * @param keep 0 or more
   * @param newest stays where {@code keep} is at least 1, whatever the clock says
   */
  public static void prune(
      String db, Path dbPath, Path logPath, int keep, Optional<DivergedFolder> newest)
      throws IOException {
    TreeSet<String> names = new TreeSet<>(Comparator.reverseOrder());
    for (Path root : List.of(dbPath, logPath)) {
      if (Files.isDirectory(root.resolve(ROOT))) {
        try (DirectoryStream<Path> folders =
            Files.newDirectoryStream(root.resolve(ROOT), db + "-*")) {
          folders.forEach(each -> names.add(each.getFileName().toString()));
        }
      }
    }
    int kept = 0;
    if (newest.isPresent() && keep > 0) {
      names.remove(newest.get().folder().getFileName().toString());
      kept = 1;
    }
    for (String name : names) {
      if (++kept > keep) {
        log.info("db={} folder={} deleted: divergence-keep is {}", db, name, keep);
        DurableFiles.deleteTree(logPath.resolve(ROOT).resolve(name));
        DurableFiles.deleteTree(dbPath.resolve(ROOT).resolve(name));
      }
    }
  }
}
