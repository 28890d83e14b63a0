package io.pikareplica.binlog;

import static io.pikareplica.binlog.BlockFormat.BLOCK_BYTES;
import static io.pikareplica.binlog.BlockFormat.HEADER_BYTES;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;

/**
 * The physical records of one binlog file in order. Reads a block at a time, and of a block that
 * still grows only what is new. Not threadsafe; closed by the reader that opened it.
 */
final class RecordFile implements AutoCloseable {
  /** What was found at the current offset. */
  enum Found {
    /** A whole record: see {@link #type()} and {@link #payload()}. */
    RECORD,
    /** Nothing: the readable part of the file ends here. */
    END,
    /** A header of zeros: space that Pika allocates ahead of its writes. */
    ZEROS,
    /** The first bytes of a record whose rest is not there. */
    TORN
  }

  private static final int ZERO_SCAN_BYTES = 65_536;

  private final Path path;
  private final FileChannel channel;
  private final Object key;
  private final ByteBuffer block = ByteBuffer.allocate(BLOCK_BYTES);
  private long blockStart = -1;
  private int filled;
  private long readableEnd;
  private long offset;
  private RecordType type = RecordType.ZERO;
  private int payloadAt;
  private int payloadBytes;

  /**
   * Opens a file for reading.
   *
   * @throws java.nio.file.NoSuchFileException if it does not exist
   */
  RecordFile(Path path, long offset) throws IOException {
    this.path = path;
    this.key = key(path);
    this.channel = FileChannel.open(path, StandardOpenOption.READ);
    this.offset = offset;
  }

  Path path() {
    return path;
  }

  /** Whether the file of that name is still the one that was opened. */
  boolean isCurrent() throws IOException {
    try {
      return Objects.equals(key, key(path));
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  private static Object key(Path path) throws IOException {
    return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
  }

  long size() throws IOException {
    return channel.size();
  }

  /** Just behind the last record returned. */
  long offset() {
    return offset;
  }

  RecordType type() {
    return type;
  }

  /** The bytes of the last record returned; good until the next call. */
  ByteBuffer payload() {
    return block.slice(payloadAt, payloadBytes);
  }

  /**
   * Steps over one record.
   *
   * @param readableEnd bytes from there on are not looked at: they may still be in the writing
   * @throws BinlogCorruptException if the header is none that a writer makes
   */
  Found next(long readableEnd) throws IOException {
    this.readableEnd = readableEnd;
    if (offset >= readableEnd) {
      return Found.END;
    }
    long start = BlockFormat.recordStart(offset);
    long skipEnd = Math.min(start, readableEnd);
    if (!load(offset, skipEnd)) {
      return Found.TORN;
    }
    requireZeros(offset, skipEnd);
    if (start >= readableEnd) {
      return Found.END;
    }
    if (start + HEADER_BYTES > readableEnd || !load(start, start + HEADER_BYTES)) {
      return Found.TORN;
    }
    int at = (int) (start - blockStart);
    if (block.getLong(at) == 0) {
      return Found.ZEROS;
    }
    int length =
        (block.get(at) & 0xff) | (block.get(at + 1) & 0xff) << 8 | (block.get(at + 2) & 0xff) << 16;
    RecordType found = checkedType(start, block.get(at + 7) & 0xff, length);
    long end = start + HEADER_BYTES + length;
    if (end > readableEnd || !load(start, end)) {
      return Found.TORN;
    }
    type = found;
    payloadAt = at + HEADER_BYTES;
    payloadBytes = length;
    offset = end;
    return Found.RECORD;
  }

  /** Whether nothing but zeros follows from the current offset to the end of the file. */
  boolean restIsZeros() throws IOException {
    ByteBuffer part = ByteBuffer.allocate(ZERO_SCAN_BYTES);
    long at = offset;
    while (channel.read(part.clear(), at) > 0) {
      part.flip();
      at += part.remaining();
      while (part.hasRemaining()) {
        if (part.get() != 0) {
          return false;
        }
      }
    }
    return true;
  }

  private RecordType checkedType(long start, int code, int length) throws IOException {
    int room = BlockFormat.leftInBlock(start) - HEADER_BYTES;
    if (length > room) {
      throw new BinlogCorruptException(
          path, start, "a record of at most " + room + " bytes", length + " bytes");
    }
    RecordType found = RecordType.of(code).orElse(RecordType.ZERO);
    boolean fits =
        switch (found) {
          case FULL, LAST -> length > 0;
          case FIRST, MIDDLE -> length == room; // an item goes on only where its block ends
          case BAD -> true;
          case ZERO, EOF, OLD -> false;
        };
    if (!fits) {
      throw new BinlogCorruptException(
          path, start, "a record header", "type " + code + " with length " + length);
    }
    return found;
  }

  private void requireZeros(long from, long to) throws IOException {
    for (long at = from; at < to; at++) {
      int found = block.get((int) (at - blockStart)) & 0xff;
      if (found != 0) {
        throw new BinlogCorruptException(path, at, "a zero at the end of the block", "" + found);
      }
    }
  }

  /** Makes the bytes of one block up to an offset available; false if the file is shorter. */
  private boolean load(long from, long to) throws IOException {
    long wanted = from - from % BLOCK_BYTES;
    if (wanted != blockStart) {
      blockStart = wanted;
      filled = 0;
    }
    while (blockStart + filled < to) {
      block.clear().position(filled).limit((int) Math.min(BLOCK_BYTES, readableEnd - blockStart));
      int read = channel.read(block, blockStart + filled);
      if (read <= 0) {
        return false;
      }
      filled += read;
    }
    return true;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
