package io.pikareplica.binlog;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** The open manifest of a writer: each update is one small write at the same place. */
final class ManifestFile implements AutoCloseable {
  private final FileChannel channel;
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(BinlogManifest.USED_BYTES);

  /** Opens or creates the file, brings it to its full length and saves. */
  ManifestFile(Path path, BinlogManifest manifest) throws IOException {
    channel = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      long missing = BinlogManifest.FILE_BYTES - channel.size();
      if (missing > 0) {
        writeAll(ByteBuffer.allocate((int) missing), channel.size());
      }
      save(manifest);
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  void save(BinlogManifest manifest) throws IOException {
    buffer.clear();
    manifest.put(buffer);
    writeAll(buffer.flip(), 0);
  }

  private void writeAll(ByteBuffer bytes, long at) throws IOException {
    long to = at;
    while (bytes.hasRemaining()) {
      to += channel.write(bytes, to);
    }
  }

  void force() throws IOException {
    channel.force(false);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
