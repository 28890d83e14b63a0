package io.pikareplica.binlog;

import static io.pikareplica.binlog.BlockFormat.BLOCK_BYTES;

import java.io.IOException;
import java.util.Optional;

/**
 * The newest items of a binlog: enough to tell its history from another one of the same length, few
 * enough to be sent once more on each connection.
 */
public final class BinlogTail {
  private BinlogTail() {}

  /**
   * Where the tail begins: behind the first item that ends in the last 64 KiB block, or in an
   * earlier one where the last item is longer than that. Waits for the disk.
   *
   * <p>Never at the start of a block: where another node's file has filler there, a Pika in C++
   * agrees to that offset (its {@code TrySyncOffsetCheck} sees a border), and then sends nothing.
   *
   * @param end the producer offset
   * @return an offset from which {@link BinlogReader} reads on to the end, in the end's file; empty
   *     when there is none, as in a file with one item
   * @throws BinlogCorruptException if a block in question is damaged
   */
  public static Optional<BinlogOffset> begin(BinlogDirectory directory, BinlogOffset end)
      throws IOException {
    if (end.offset() == 0) {
      return Optional.empty();
    }
    long lastBlock = (end.offset() - 1) / BLOCK_BYTES * BLOCK_BYTES;
    for (long block = lastBlock; block >= 0; block -= BLOCK_BYTES) {
      try (RecordFile file = new RecordFile(directory.file(end.filenum()), block)) {
        long border = firstBorder(file, block + BLOCK_BYTES, end.offset());
        if (border < end.offset()) {
          return Optional.of(new BinlogOffset(end.filenum(), border));
        }
        if (file.type() == RecordType.BAD) {
          return Optional.empty();
        }
      }
    }
    return Optional.empty();
  }

  /** Just behind the first item that ends within a block, or behind filler; else the end. */
  private static long firstBorder(RecordFile file, long blockEnd, long end) throws IOException {
    long border = end;
    while (file.offset() < blockEnd && file.next(end) == RecordFile.Found.RECORD) {
      boolean isBorder = file.offset() < blockEnd;
      if (file.type() == RecordType.BAD && isBorder) {
        border = file.offset(); // more of it may follow
      } else if (file.type().endsItem() && (border < end || isBorder)) {
        return Math.min(border, file.offset());
      }
    }
    return border;
  }
}
