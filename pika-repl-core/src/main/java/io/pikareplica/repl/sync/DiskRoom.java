package io.pikareplica.repl.sync;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Sees to it that a full sync leaves some room on the disk that it shares with the data. Any
 * thread.
 */
final class DiskRoom {
  /** What a full sync never takes: binlog and data need some to go on. */
  static final long RESERVE_BYTES = 64L << 20;

  private final Path folder;
  private final Disk disk;

  /** The file system that a folder is on. */
  @FunctionalInterface
  interface Disk {
    Disk REAL = folder -> Files.getFileStore(folder).getUsableSpace();

    /** Bytes that are left for us. */
    long usableBytes(Path folder) throws IOException;
  }

  /**
   * @param folder exists, or is made by the first call
   */
  DiskRoom(Path folder, Disk disk) {
    this.folder = folder;
    this.disk = disk;
  }

  /**
   * Looks whether so much more can be written and the reserve is still there.
   *
   * @throws NoRoomException when it is not
   */
  void require(long bytes, String what) throws IOException {
    Files.createDirectories(folder);
    long usable = disk.usableBytes(folder);
    if (usable - RESERVE_BYTES < bytes) {
      throw new NoRoomException(
          "no room for "
              + what
              + ": "
              + bytes
              + " bytes are needed and "
              + RESERVE_BYTES
              + " to spare, "
              + usable
              + " are free for "
              + folder);
    }
  }
}
