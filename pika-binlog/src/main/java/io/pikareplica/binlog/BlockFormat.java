package io.pikareplica.binlog;

/**
 * The layout of a binlog file: 64 KiB blocks of records, none of which crosses a block.
 *
 * <p>Offsets are part of the replication protocol, so this follows {@code Binlog::Produce} of
 * Pika's pika_binlog.cc to the byte. All functions are pure.
 */
public final class BlockFormat {
  /** Bytes of a block. */
  public static final int BLOCK_BYTES = 65_536;

  /** Bytes in front of each record's payload: 3 of length, 4 of unix seconds, 1 of type. */
  public static final int HEADER_BYTES = 8;

  /** The most that one record holds. */
  public static final int MAX_PAYLOAD_BYTES = BLOCK_BYTES - HEADER_BYTES;

  private BlockFormat() {}

  /** Bytes from an offset to the end of its block: 1 to 65,536. */
  public static int leftInBlock(long offset) {
    return BLOCK_BYTES - (int) (offset % BLOCK_BYTES);
  }

  /**
   * Where the next record begins when the last one ended at an offset: there, or at the next block
   * when no header fits into what is left of this one.
   */
  public static long recordStart(long offset) {
    int left = leftInBlock(offset);
    return left < HEADER_BYTES ? offset + left : offset;
  }

  /**
   * The offset just behind an item that is appended at an offset of the same file.
   *
   * @param startOffset the offset just behind the item before it; 0 for the first of a file
   * @param itemBytes the length of the item, header of 34 bytes included; more than 0
   */
  public static long endOf(long startOffset, long itemBytes) {
    if (startOffset < 0 || itemBytes <= 0) {
      throw new IllegalArgumentException("no item of " + itemBytes + " bytes at " + startOffset);
    }
    long start = recordStart(startOffset);
    int roomInFirst = leftInBlock(start) - HEADER_BYTES;
    if (itemBytes <= roomInFirst) {
      return start + HEADER_BYTES + itemBytes;
    }
    long left = itemBytes - roomInFirst;
    long blocks = (left - 1) / MAX_PAYLOAD_BYTES;
    return start
        + leftInBlock(start)
        + blocks * BLOCK_BYTES
        + HEADER_BYTES
        + (left - blocks * MAX_PAYLOAD_BYTES);
  }
}
