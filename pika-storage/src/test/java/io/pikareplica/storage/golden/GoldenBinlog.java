package io.pikareplica.storage.golden;

import io.pikareplica.binlog.BinlogDirectory;
import io.pikareplica.binlog.BinlogItemCodec;
import io.pikareplica.binlog.BinlogOffset;
import io.pikareplica.binlog.BinlogReader;
import io.pikareplica.binlog.BinlogRecord;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The items that a recorded master logged. */
public final class GoldenBinlog {
  private GoldenBinlog() {}

  /**
   * The items of one DB.
   *
   * @param folder with {@code manifest} and {@code write2fileN}
   * @param from the END of the item before the first one wanted
   */
  public static List<BinlogRecord> items(Path folder, BinlogOffset from) throws IOException {
    List<BinlogRecord> items = new ArrayList<>();
    try (BinlogReader reader = BinlogReader.open(new BinlogDirectory(folder), from)) {
      while (true) {
        BinlogReader.Read read = reader.next();
        switch (read.kind()) {
          case ITEM -> items.add(read.toRecord());
          case PADDING -> {}
          case END -> {
            return items;
          }
          case TORN_TAIL -> throw new IOException("torn at " + read.start());
        }
      }
    }
  }

  /** The master's clock when it logged the last item, ms since 1970. */
  public static long lastTimeMs(List<BinlogRecord> items) {
    return BinlogItemCodec.execTime(items.get(items.size() - 1).item()) * 1000;
  }
}
