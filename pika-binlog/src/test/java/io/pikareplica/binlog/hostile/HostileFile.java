package io.pikareplica.binlog.hostile;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Writes the same file thousands of times. */
public final class HostileFile {
  private HostileFile() {}

  /** Replaces what a file holds, in place: ext4 flushes a file that is emptied and written. */
  public static void write(Path file, byte[] bytes) throws IOException {
    try (FileChannel out =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      ByteBuffer left = ByteBuffer.wrap(bytes);
      while (left.hasRemaining()) {
        out.write(left, left.position());
      }
      out.truncate(bytes.length);
    }
  }
}
