package io.pikareplica.server.conf;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;

/**
 * Replaces a file so that after a crash at any moment either all of the old or of the new is there.
 */
final class AtomicFile {
  private AtomicFile() {}

  /**
   * Writes a file anew. Its access rights stay: it may hold passwords. A symbolic link stays one.
   *
   * @throws IOException when it could not; the old file is there then
   */
  static void replace(Path file, byte[] bytes) throws IOException {
    Path target = file.toRealPath();
    Path folder = target.getParent();
    // the folder of the file: a rename is atomic within one file system only
    Path temporary = Files.createTempFile(folder, target.getFileName() + ".", ".tmp");
    try {
      copyRights(target, temporary);
      try (FileChannel out = FileChannel.open(temporary, WRITE)) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        while (buffer.hasRemaining()) {
          out.write(buffer);
        }
        out.force(true);
      }
      Files.move(temporary, target, ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(temporary);
    }
    try (FileChannel entry = FileChannel.open(folder, READ)) {
      entry.force(true);
    }
  }

  private static void copyRights(Path from, Path to) throws IOException {
    PosixFileAttributeView source = Files.getFileAttributeView(from, PosixFileAttributeView.class);
    PosixFileAttributeView target = Files.getFileAttributeView(to, PosixFileAttributeView.class);
    if (source != null && target != null) {
      target.setPermissions(source.readAttributes().permissions());
    }
  }
}
