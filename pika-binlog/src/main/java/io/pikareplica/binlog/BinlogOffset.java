package io.pikareplica.binlog;

/**
 * A binlog offset as Pika counts it: the number of a {@code write2file} and a byte offset in it.
 *
 * <p>Ordered by file, then by offset. Both parts fit one {@code long}, so that an offset can be
 * published to other threads in one atomic write.
 *
 * @param filenum the number of the binlog file; unsigned 32 bit
 * @param offset bytes from the start of that file; 0 to 2^32 - 1
 */
public record BinlogOffset(int filenum, long offset) implements Comparable<BinlogOffset> {
  /** The start of a binlog that has no item yet. Never the END of an item. */
  public static final BinlogOffset ZERO = new BinlogOffset(0, 0);

  /** The largest offset inside a file: files end at 1 GiB plus one item. */
  public static final long MAX_OFFSET = 0xFFFF_FFFFL;

  public BinlogOffset {
    if (offset < 0 || offset > MAX_OFFSET) {
      throw new IllegalArgumentException(
          "binlog offset " + offset + " is outside 0.." + MAX_OFFSET);
    }
  }

  /** Both parts in one value that compares, unsigned, like the offset itself. */
  public long packed() {
    return ((long) filenum << 32) | offset;
  }

  public static BinlogOffset ofPacked(long packed) {
    return new BinlogOffset((int) (packed >>> 32), packed & MAX_OFFSET);
  }

  public boolean isAfter(BinlogOffset other) {
    return compareTo(other) > 0;
  }

  @Override
  public int compareTo(BinlogOffset other) {
    return Long.compareUnsigned(packed(), other.packed());
  }

  /** The form of log lines: {@code filenum:offset}. */
  @Override
  public String toString() {
    return Integer.toUnsignedString(filenum) + ":" + offset;
  }
}
