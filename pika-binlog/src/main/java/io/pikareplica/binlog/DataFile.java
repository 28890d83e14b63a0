package io.pikareplica.binlog;

import static io.pikareplica.binlog.BlockFormat.BLOCK_BYTES;
import static io.pikareplica.binlog.BlockFormat.HEADER_BYTES;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The end of one binlog file under construction. Items are laid out as records in a buffer and
 * reach the file in as few writes as possible. Not threadsafe, but for {@link #force}.
 */
final class DataFile implements AutoCloseable {
  /** Enough for a whole frame of ordinary commands; more is written in several pieces. */
  private static final int BUFFER_BYTES = 1 << 20;

  private static final byte FILLER = '*';

  private final FileChannel channel;
  private final ByteBuffer buffer;
  private long written;

  private DataFile(FileChannel channel, ByteBuffer buffer, long written) {
    this.channel = channel;
    this.buffer = buffer;
    this.written = written;
  }

  static ByteBuffer newBuffer() {
    return ByteBuffer.allocateDirect(BUFFER_BYTES);
  }

  /** A new, empty file in the place of whatever was there. */
  static DataFile create(Path path, ByteBuffer buffer) throws IOException {
    return new DataFile(
        FileChannel.open(
            path,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE),
        buffer,
        0);
  }

  /** A file that ends, from now on, at an offset. */
  static DataFile openAt(Path path, long offset, ByteBuffer buffer) throws IOException {
    FileChannel channel =
        FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      channel.truncate(offset);
      return new DataFile(channel, buffer, offset);
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  /** Where the next item begins. */
  long offset() {
    return written + buffer.position();
  }

  /**
   * Lays an item out. It is in the file after {@link #flush}.
   *
   * @param tail follows the head: a long item in two pieces need not be copied
   */
  void put(byte[] head, byte[] tail, int unixSeconds) throws IOException {
    int itemLength = Math.addExact(head.length, tail.length);
    int at = 0;
    boolean first = true; // not the same as at == 0: the first part may be empty
    boolean last;
    do {
      fillUp();
      int length = Math.min(itemLength - at, BlockFormat.leftInBlock(offset()) - HEADER_BYTES);
      last = at + length == itemLength;
      ensureRoom(HEADER_BYTES + length);
      header(length, unixSeconds, RecordType.ofPart(first, last));
      int ofHead = Math.max(0, Math.min(length, head.length - at));
      if (ofHead > 0) {
        buffer.put(head, at, ofHead);
      }
      if (ofHead < length) {
        buffer.put(tail, at + ofHead - head.length, length - ofHead);
      }
      at += length;
      first = false;
    } while (!last);
  }

  /**
   * Lays out the filler up to an offset, as Pika's {@code Binlog::AppendPadding}: a rest that is
   * too short for a header is left out.
   */
  void putFiller(long upTo, int unixSeconds) throws IOException {
    for (long left = upTo - offset(); left >= HEADER_BYTES; left = upTo - offset()) {
      int length = (int) Math.min(left, BLOCK_BYTES) - HEADER_BYTES;
      ensureRoom(HEADER_BYTES + length);
      header(length, unixSeconds, RecordType.BAD);
      for (int i = 0; i < length; i++) {
        buffer.put(FILLER);
      }
    }
  }

  private void fillUp() throws IOException {
    int left = BlockFormat.leftInBlock(offset());
    if (left < HEADER_BYTES) {
      ensureRoom(left);
      for (int i = 0; i < left; i++) {
        buffer.put((byte) 0);
      }
    }
  }

  private void header(int length, int unixSeconds, RecordType type) {
    buffer.put((byte) length).put((byte) (length >>> 8)).put((byte) (length >>> 16));
    buffer.put((byte) unixSeconds).put((byte) (unixSeconds >>> 8));
    buffer.put((byte) (unixSeconds >>> 16)).put((byte) (unixSeconds >>> 24));
    buffer.put((byte) type.code());
  }

  private void ensureRoom(int bytes) throws IOException {
    if (buffer.remaining() < bytes) {
      flush();
    }
  }

  void flush() throws IOException {
    buffer.flip();
    try {
      while (buffer.hasRemaining()) {
        written += channel.write(buffer, written);
      }
    } finally {
      buffer.clear();
    }
  }

  /** Makes what was flushed durable; any thread. */
  void force() throws IOException {
    channel.force(false);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
