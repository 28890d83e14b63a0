package io.pikareplica.repl;

import io.pikareplica.binlog.BinlogDirectory;
import io.pikareplica.binlog.BinlogOffset;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Which binlog files may go, by Pika's rules (src/pika_stable_log.cc) made safe (W-15). */
final class BinlogPurge {
  /** Files in front of the current one that always stay. */
  private static final int KEPT_BEFORE_CURRENT = 10;

  private static final long DAY_MS = 24L * 3600 * 1000;

  private BinlogPurge() {}

  /** A binlog file and when it was last written to, ms since 1970. */
  record LogFile(int filenum, long modifiedMs) {}

  /** The files of a folder, ascending. */
  static List<LogFile> files(BinlogDirectory directory) throws IOException {
    List<LogFile> files = new ArrayList<>();
    for (int filenum : directory.filenums()) {
      long modifiedMs = Files.getLastModifiedTime(directory.file(filenum)).toMillis();
      files.add(new LogFile(filenum, modifiedMs));
    }
    return files;
  }

  /**
   * The newest file that may go if someone wants it gone.
   *
   * @param producer the end of the binlog
   * @param needed what someone still has to read: nothing from that file on may go
   * @return empty when none may go
   */
  static Optional<Integer> newestDeletable(BinlogOffset producer, Optional<BinlogOffset> needed) {
    long newest = Integer.toUnsignedLong(producer.filenum()) - KEPT_BEFORE_CURRENT;
    if (needed.isPresent()) {
      newest = Math.min(newest, Integer.toUnsignedLong(needed.get().filenum()) - 1);
    }
    return newest < 0 ? Optional.empty() : Optional.of((int) newest);
  }

  /**
   * The first file that stays when the old ones go by number and age.
   *
   * @param files ascending
   * @param newestDeletable as {@link #newestDeletable} says
   */
  static Optional<Integer> firstKept(
      List<LogFile> files, Optional<Integer> newestDeletable, ReplSettings settings, long nowMs) {
    long oldestMs = nowMs - settings.expireLogsDays() * DAY_MS;
    int left = files.size();
    for (LogFile file : files) {
      boolean isTooMany = left > settings.expireLogsNums();
      boolean isTooOld = left > KEPT_BEFORE_CURRENT && file.modifiedMs() < oldestMs;
      boolean mayGo =
          newestDeletable.isPresent()
              && Integer.compareUnsigned(file.filenum(), newestDeletable.get()) <= 0;
      if (!mayGo || !(isTooMany || isTooOld)) {
        return Optional.of(file.filenum());
      }
      left--;
    }
    return Optional.empty();
  }
}
