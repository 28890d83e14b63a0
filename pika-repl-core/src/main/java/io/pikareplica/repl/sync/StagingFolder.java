package io.pikareplica.repl.sync;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Where a snapshot arrives: the folder {@code db0}, and beside it {@code db0.files}, the list of
 * what is complete. A restart with the same snapshot fetches the rest only; with another one it
 * starts over. Threadsafe once prepared.
 */
final class StagingFolder {
  private static final int MAX_LIST_BYTES = 64 << 20;
  private static final String IMPORTING = "importing";

  private final Path folder;
  private final Path list;
  private final Map<String, Long> finished = new TreeMap<>();
  private boolean isImporting;

  StagingFolder(Path syncFolder, String db) {
    folder = syncFolder.resolve(db);
    list = syncFolder.resolve(db + ".files");
  }

  Path folder() {
    return folder;
  }

  /** Keeps what has arrived of this snapshot, and removes everything else. */
  synchronized void prepare(String uuid, int instanceCount) throws IOException {
    finished.clear();
    isImporting = false;
    Files.createDirectories(folder.getParent());
    List<String> lines = wholeLines();
    boolean isOfUse =
        !lines.isEmpty()
            && lines.get(0).equals(uuid)
            && lines.stream().skip(1).allMatch(this::take);
    if (!isOfUse) {
      finished.clear();
      isImporting = false;
      DurableFiles.delete(list);
      DurableFiles.deleteTree(folder);
      DurableFiles.write(list, uuid + "\n");
    }
    for (int i = 0; i < instanceCount; i++) {
      Files.createDirectories(folder.resolve(Integer.toString(i)));
    }
  }

  /** The lines that were written whole; the last one of a crash may not be. */
  private List<String> wholeLines() throws IOException {
    if (Files.exists(list) && Files.size(list) > MAX_LIST_BYTES) {
      return List.of();
    }
    String text = DurableFiles.read(list, MAX_LIST_BYTES).orElse("");
    List<String> lines = new ArrayList<>(List.of(text.split("\n", -1)));
    lines.remove(lines.size() - 1);
    return lines;
  }

  /** Whether a line is one of ours; what stands there else may have been {@code importing}. */
  private boolean take(String line) {
    if (line.equals(IMPORTING)) {
      isImporting = true;
      return true;
    }
    int space = line.indexOf(' ');
    if (space < 0
        || !line.substring(0, space).matches("[0-9]{1,18}")
        || !FileList.isName(line.substring(space + 1))) {
      return false;
    }
    finished.put(line.substring(space + 1), Long.parseLong(line.substring(0, space)));
    return true;
  }

  /**
   * Whether all files had arrived and their conversion was begun: they are no longer the master's.
   */
  synchronized boolean isImporting() {
    return isImporting;
  }

  /** Whether a file is here whole, by the list and by its length. */
  boolean has(String name) throws IOException {
    long expected = finishedLength(name);
    Path file = folder.resolve(name);
    return expected >= 0
        && Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
        && Files.size(file) == expected;
  }

  /** The length of a file that is complete; -1 for any other. */
  synchronized long finishedLength(String name) {
    return finished.getOrDefault(name, -1L);
  }

  /** Opens a file to be written from its beginning; a link in its place is not followed. */
  FileChannel create(String name) throws IOException {
    return FileChannel.open(
        folder.resolve(name),
        StandardOpenOption.CREATE,
        StandardOpenOption.TRUNCATE_EXISTING,
        StandardOpenOption.WRITE,
        LinkOption.NOFOLLOW_LINKS);
  }

  /** Notes that a file is complete; its bytes were forced to disk before. */
  synchronized void finish(String name, long length) throws IOException {
    append(length + " " + name + "\n");
    finished.put(name, length);
  }

  /**
   * Notes that the files are about to be changed: from here on they cannot be fetched one by one.
   */
  synchronized void beginImport() throws IOException {
    try (DirectoryStream<Path> instances = Files.newDirectoryStream(folder, Files::isDirectory)) {
      for (Path instance : instances) {
        DurableFiles.forceFolder(instance);
      }
    }
    append(IMPORTING + "\n");
    isImporting = true;
  }

  /** The folder is another's now, or of no use; the list goes first, so it never lies. */
  synchronized void forget() throws IOException {
    finished.clear();
    DurableFiles.delete(list);
  }

  /** Forgets, and deletes what has arrived. */
  void wipe() throws IOException {
    forget();
    DurableFiles.deleteTree(folder);
  }

  private void append(String line) throws IOException {
    try (FileChannel out =
        FileChannel.open(list, StandardOpenOption.WRITE, StandardOpenOption.APPEND)) {
      ByteBuffer bytes = UTF_8.encode(line);
      while (bytes.hasRemaining()) {
        out.write(bytes);
      }
      out.force(false);
    }
  }
}
