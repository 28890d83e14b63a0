package io.pikareplica.binlog;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What Pika's {@code manifest} file says: where the binlog ends. 24 bytes, little-endian, at the
 * start of a file of 64 KiB.
 *
 * @param producer END of the last item
 * @param logicId the number of items appended since the binlog began or was reset
 * @param term 0 in classic mode
 */
public record BinlogManifest(BinlogOffset producer, long logicId, int term) {
  /** The part of the file that is used. */
  static final int USED_BYTES = 24;

  static final int FILE_BYTES = 65_536;

  /**
   * Reads a manifest.
   *
   * @return empty if there is none, or none was written whole
   * @throws BinlogCorruptException if the offset in it is none
   */
  public static Optional<BinlogManifest> read(Path file) throws IOException {
    if (!Files.isRegularFile(file) || Files.size(file) < USED_BYTES) {
      return Optional.empty();
    }
    ByteBuffer in;
    try (var stream = Files.newInputStream(file)) {
      in = ByteBuffer.wrap(stream.readNBytes(USED_BYTES)).order(ByteOrder.LITTLE_ENDIAN);
    }
    int filenum = in.getInt();
    long offset = in.getLong();
    if (offset < 0 || offset > BinlogOffset.MAX_OFFSET) {
      throw new BinlogCorruptException(
          file, 4, "an offset up to " + BinlogOffset.MAX_OFFSET, Long.toUnsignedString(offset));
    }
    return Optional.of(
        new BinlogManifest(new BinlogOffset(filenum, offset), in.getLong(), in.getInt()));
  }

  /** Fills a buffer with the used part. */
  void put(ByteBuffer out) {
    out.order(ByteOrder.LITTLE_ENDIAN)
        .putInt(producer.filenum())
        .putLong(producer.offset())
        .putLong(logicId)
        .putInt(term);
  }
}
