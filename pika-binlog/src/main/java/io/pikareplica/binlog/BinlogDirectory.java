package io.pikareplica.binlog;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The folder of one DB's binlog: {@code manifest} and {@code write2file<N>}. Names only; holds no
 * state and no handle, so any thread may use it.
 *
 * @param folder Pika's {@code log_dbN}
 */
public record BinlogDirectory(Path folder) {
  private static final String PREFIX = "write2file";
  private static final String MANIFEST = "manifest";

  /** The file of a number, whether it exists or not. */
  public Path file(int filenum) {
    return folder.resolve(PREFIX + Integer.toUnsignedString(filenum));
  }

  public Path manifest() {
    return folder.resolve(MANIFEST);
  }

  public boolean has(int filenum) {
    return Files.isRegularFile(file(filenum));
  }

  /**
   * The number in a file's name, as PURGELOGSTO and INFO spell it.
   *
   * @return empty if the name is not that of a binlog file
   */
  public static Optional<Integer> filenumOf(String name) {
    if (!name.startsWith(PREFIX)) {
      return Optional.empty();
    }
    String digits = name.substring(PREFIX.length());
    boolean canonical = digits.matches("0|[1-9][0-9]{0,9}");
    if (!canonical || Long.parseLong(digits) > 0xFFFF_FFFFL) {
      return Optional.empty();
    }
    return Optional.of(Integer.parseUnsignedInt(digits));
  }

  /** The numbers of the files there are, ascending; empty when there is no folder. */
  public List<Integer> filenums() throws IOException {
    List<Integer> found = new ArrayList<>();
    if (!Files.isDirectory(folder)) {
      return found;
    }
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
      for (Path entry : entries) {
        filenumOf(entry.getFileName().toString()).ifPresent(found::add);
      }
    } catch (java.nio.file.DirectoryIteratorException e) {
      throw e.getCause();
    }
    found.sort(Integer::compareUnsigned);
    return found;
  }

  /** The bytes of all files together. */
  public long sizeBytes() throws IOException {
    long sum = 0;
    for (int filenum : filenums()) {
      sum += Files.size(file(filenum));
    }
    return sum;
  }

  /**
   * Deletes the oldest files, in ascending order, so that a crash leaves no gap.
   *
   * @param firstKept the lowest number that stays
   * @return the numbers deleted
   */
  public List<Integer> purgeBefore(int firstKept) throws IOException {
    List<Integer> deleted = new ArrayList<>();
    for (int filenum : filenums()) {
      if (Integer.compareUnsigned(filenum, firstKept) >= 0) {
        break;
      }
      Files.deleteIfExists(file(filenum));
      deleted.add(filenum);
    }
    return deleted;
  }
}
