package io.pikareplica.repl.master;

import io.pikareplica.binlog.BinlogDirectory;
import io.pikareplica.binlog.BinlogOffset;
import io.pikareplica.binlog.BinlogReader;
import io.pikareplica.binlog.BinlogRecord;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads the binlog for one replica, from where it asked to begin. Waits for the disk, so never on
 * an event loop. Threadsafe by its lock; closed once, also while a read is under way.
 */
final class BinlogFeed implements AutoCloseable {
  private final BinlogDirectory directory;
  private final BinlogOffset from;
  private BinlogReader reader;
  private boolean isClosed;

  BinlogFeed(BinlogDirectory directory, BinlogOffset from) {
    this.directory = directory;
    this.from = from;
  }

  /**
   * The next items.
   *
   * @param limit the producer offset
   * @param maxItems at most so many
   * @param enoughBytes no further item once the ones read are that long together
   * @throws IOException if the binlog cannot be read from where it was to go on: damaged, purged,
   *     replaced
   */
  synchronized List<BinlogRecord> read(BinlogOffset limit, int maxItems, long enoughBytes)
      throws IOException {
    List<BinlogRecord> records = new ArrayList<>();
    if (isClosed) {
      return records;
    }
    if (reader == null) {
      reader = BinlogReader.open(directory, from, limit);
    }
    if (!reader.isCurrent()) {
      // The limit may be the new binlog's: it says nothing about the file that is still open here.
      throw new IOException("the binlog was replaced or purged at " + reader.offset());
    }
    for (long bytes = 0; records.size() < maxItems && bytes < enoughBytes; ) {
      BinlogReader.Read read = reader.next(limit);
      switch (read.kind()) {
        case ITEM -> {
          records.add(read.toRecord());
          bytes += read.item().length;
        }
        case END -> {
          return records;
        }
        case PADDING, TORN_TAIL ->
            throw new IOException(read.kind() + " instead of an item at " + read.start());
      }
    }
    return records;
  }

  @Override
  public synchronized void close() {
    isClosed = true;
    if (reader != null) {
      try {
        reader.close();
      } catch (IOException e) {
        // Only read from: nothing is lost.
      }
    }
  }
}
