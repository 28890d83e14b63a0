package io.pikareplica.binlog;

import static io.pikareplica.binlog.BlockFormat.BLOCK_BYTES;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/**
 * Reads the items of a binlog in order, from an offset on and from file to file.
 *
 * <p>With a limit, which is a producer offset, it may read while a writer appends: it looks at
 * nothing behind the limit, everything before it must be whole, and at the limit it can be asked
 * again with a later one. Without a limit it reads what a folder at rest holds.
 *
 * <p>Not threadsafe; the one who opens it closes it.
 */
public final class BinlogReader implements AutoCloseable {
  /** Stands for "everything there is". */
  private static final BinlogOffset NO_LIMIT = new BinlogOffset(-1, BinlogOffset.MAX_OFFSET);

  /** More than any frame can carry. */
  private static final int MAX_ITEM_BYTES = 536_870_912;

  private static final byte[] NOTHING = {};

  /** What {@link #next} came upon. */
  public enum Kind {
    /** A whole item. */
    ITEM,
    /** No more items; the last one ended at the offset asked for. */
    END,
    /** Without a limit only: behind the last whole item stand the first bytes of another. */
    TORN_TAIL,
    /** Filler in front of the first item after a full sync. Reading on is possible. */
    PADDING
  }

  /**
   * One step.
   *
   * @param start where this step began: for an item the END of the one before it, even in the file
   *     before
   * @param end just behind the item or the filler; else equal to start
   * @param item the item's bytes; empty for the other kinds
   */
  @SuppressWarnings("ArrayRecordComponent") // bytes to pass on, compared nowhere
  public record Read(Kind kind, BinlogOffset start, BinlogOffset end, byte[] item) {
    /** An item with its END, as the wire carries it. */
    public BinlogRecord toRecord() {
      return new BinlogRecord(end, item);
    }
  }

  private final BinlogDirectory directory;
  private int filenum;
  private RecordFile file;

  private BinlogReader(BinlogDirectory directory, BinlogOffset from) throws IOException {
    this.directory = directory;
    this.filenum = from.filenum();
    this.file = fileAt(from, from.offset() - from.offset() % BLOCK_BYTES);
  }

  /**
   * Opens a binlog at rest.
   *
   * @throws BinlogOffsetException if no item and no filler begins there
   * @throws BinlogCorruptException if the block in question is damaged
   */
  public static BinlogReader open(BinlogDirectory directory, BinlogOffset from) throws IOException {
    return open(directory, from, NO_LIMIT);
  }

  /**
   * Opens a binlog that may be appended to.
   *
   * @param from the END of an item, or 0 of a file
   * @param limit the producer offset
   * @throws BinlogOffsetException if no item and no filler begins there
   * @throws BinlogCorruptException if the block in question is damaged
   */
  public static BinlogReader open(BinlogDirectory directory, BinlogOffset from, BinlogOffset limit)
      throws IOException {
    if (from.isAfter(limit)) {
      throw new BinlogOffsetException(from, BinlogOffsetException.Reason.AFTER_END);
    }
    BinlogReader reader = new BinlogReader(directory, from);
    try {
      reader.seek(from, limit);
      return reader;
    } catch (IOException | RuntimeException e) {
      reader.close();
      throw e;
    }
  }

  /** Where the next step begins. */
  public BinlogOffset offset() {
    return new BinlogOffset(filenum, file.offset());
  }

  /**
   * Whether the file being read is still part of the binlog. It is not after a purge, or when the
   * binlog was reset and another file took its name; then what is read on is of the past.
   */
  public boolean isCurrent() throws IOException {
    return file.isCurrent();
  }

  /**
   * The next step through a binlog at rest.
   *
   * @throws BinlogCorruptException if a record is damaged, or torn in a file that is not the last
   */
  public Read next() throws IOException {
    return next(NO_LIMIT);
  }

  /**
   * The next step up to a limit. May be called again after END, with the same or a later limit.
   *
   * @param limit a producer offset, not before {@link #offset}
   * @throws BinlogCorruptException if anything before the limit is damaged or missing
   * @throws BinlogOffsetException if the next file was purged
   */
  public Read next(BinlogOffset limit) throws IOException {
    BinlogOffset before = offset();
    while (true) {
      long readableEnd = readableEnd(limit);
      BinlogOffset start = offset();
      switch (file.next(readableEnd)) {
        case RECORD -> {
          if (file.type() == RecordType.BAD) {
            return new Read(Kind.PADDING, start, offset(), NOTHING);
          }
          Optional<byte[]> item = rest(readableEnd, limit);
          return item.isPresent()
              ? new Read(Kind.ITEM, before, offset(), item.get())
              : backTo(start, Kind.TORN_TAIL);
        }
        case TORN -> {
          requireLastFile(limit, "a whole record", "the end of the file");
          return backTo(start, Kind.TORN_TAIL);
        }
        case ZEROS -> {
          boolean rest = file.restIsZeros();
          if (!rest || endsHere(limit)) {
            requireLastFile(limit, "a record", "a header of zeros");
            return backTo(start, rest ? Kind.END : Kind.TORN_TAIL);
          }
          follow();
        }
        case END -> {
          if (endsHere(limit)) {
            return backTo(start, Kind.END);
          }
          follow();
        }
      }
    }
  }

  /** Whether there is nothing to follow to: the limit, or the last file, is this one. */
  private boolean endsHere(BinlogOffset limit) {
    return limit.equals(NO_LIMIT) ? !directory.has(filenum + 1) : limit.filenum() == filenum;
  }

  private long readableEnd(BinlogOffset limit) throws IOException {
    BinlogOffset here = offset();
    if (here.isAfter(limit)) {
      throw new IllegalArgumentException("limit " + limit + " is before the reader's " + here);
    }
    if (limit.filenum() != filenum) {
      return file.size();
    }
    if (!limit.equals(NO_LIMIT) && file.size() < limit.offset()) {
      throw new BinlogCorruptException(
          file.path(), file.size(), "a file of " + limit.offset() + " bytes", "its end");
    }
    return Math.min(file.size(), limit.offset());
  }

  /** The item that the current record begins; empty if it is torn. */
  private Optional<byte[]> rest(long readableEnd, BinlogOffset limit) throws IOException {
    require(file.type().startsItem(), "the first record of an item");
    if (file.type() == RecordType.FULL) {
      return Optional.of(copy(file.payload()));
    }
    // parts first: a buffer that grows would be there three times at the end of a long item
    Deque<byte[]> parts = new ArrayDeque<>();
    parts.add(copy(file.payload()));
    int length = parts.element().length;
    while (true) {
      RecordFile.Found found = file.next(readableEnd);
      if (found != RecordFile.Found.RECORD) {
        requireLastFile(limit, "the rest of an item", found.toString());
        return Optional.empty();
      }
      require(
          file.type() == RecordType.MIDDLE || file.type() == RecordType.LAST,
          "the next record of an item");
      require(length <= MAX_ITEM_BYTES, "an item of at most " + MAX_ITEM_BYTES + " bytes");
      parts.add(copy(file.payload()));
      length += file.payload().remaining();
      if (file.type() == RecordType.LAST) {
        return Optional.of(joined(parts, length));
      }
    }
  }

  private static byte[] joined(Deque<byte[]> parts, int length) {
    byte[] all = new byte[length];
    int at = 0;
    while (!parts.isEmpty()) {
      byte[] part = parts.remove();
      System.arraycopy(part, 0, all, at, part.length);
      at += part.length;
    }
    return all;
  }

  private static byte[] copy(ByteBuffer payload) {
    byte[] bytes = new byte[payload.remaining()];
    payload.get(bytes);
    return bytes;
  }

  private void require(boolean holds, String expected) throws IOException {
    if (!holds) {
      throw new BinlogCorruptException(
          file.path(),
          file.offset(),
          expected,
          "a record of type " + file.type() + " that ends there");
    }
  }

  private void requireLastFile(BinlogOffset limit, String expected, String found)
      throws IOException {
    if (!limit.equals(NO_LIMIT) || directory.has(filenum + 1)) {
      throw new BinlogCorruptException(file.path(), file.offset(), expected, found);
    }
  }

  /** Stands where it stood before, so that the next call looks again. */
  private Read backTo(BinlogOffset start, Kind kind) throws IOException {
    if (!start.equals(offset())) {
      replaceFile(fileAt(start, start.offset()));
    }
    return new Read(kind, start, start, NOTHING);
  }

  private void follow() throws IOException {
    BinlogOffset next = new BinlogOffset(filenum + 1, 0);
    replaceFile(fileAt(next, 0));
    filenum = next.filenum();
  }

  private void replaceFile(RecordFile next) throws IOException {
    file.close();
    file = next;
  }

  private RecordFile fileAt(BinlogOffset offset, long from) throws IOException {
    try {
      return new RecordFile(directory.file(offset.filenum()), from);
    } catch (NoSuchFileException e) {
      throw new BinlogOffsetException(offset, BinlogOffsetException.Reason.NO_FILE);
    }
  }

  /** Steps from the start of the block to the offset, and checks that an item may begin there. */
  private void seek(BinlogOffset from, BinlogOffset limit) throws IOException {
    long readableEnd = readableEnd(limit);
    if (from.offset() > readableEnd) {
      throw new BinlogOffsetException(from, BinlogOffsetException.Reason.AFTER_END);
    }
    RecordType last = RecordType.ZERO;
    while (file.offset() < from.offset()) {
      RecordFile.Found found = file.next(readableEnd);
      if (found != RecordFile.Found.RECORD) {
        throw new BinlogOffsetException(from, BinlogOffsetException.Reason.AFTER_END);
      }
      last = file.type();
    }
    if (file.offset() > from.offset() || last == RecordType.FIRST || last == RecordType.MIDDLE) {
      throw new BinlogOffsetException(
          from,
          last == RecordType.BAD
              ? BinlogOffsetException.Reason.IN_PADDING
              : BinlogOffsetException.Reason.NOT_A_BORDER);
    }
    // At the start of a block nothing was stepped over: what comes next tells.
    boolean record = file.next(readableEnd) == RecordFile.Found.RECORD;
    if (record && last == RecordType.ZERO && continuesItem(file.type())) {
      require(from.offset() != 0, "the first record of an item"); // no item reaches over two files
      throw new BinlogOffsetException(from, BinlogOffsetException.Reason.NOT_A_BORDER);
    }
    replaceFile(fileAt(from, from.offset()));
  }

  private static boolean continuesItem(RecordType type) {
    return type == RecordType.MIDDLE || type == RecordType.LAST;
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
