package io.pikareplica.repl;

import io.pikareplica.binlog.BinlogOffset;
import io.pikareplica.storage.Args;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** One DB of a model master: its items in order, and the keys that they lead to. */
final class SimBinlog {
  static final int NO_BORDER = -1;

  private final long fileBytes;
  private final BinlogOffset begin;
  private final List<SimItem> items = new ArrayList<>();
  private final Map<BinlogOffset, Integer> indexes = new HashMap<>();
  private final SimKeys[] keys;
  private int firstFile;

  SimBinlog(int instances, long fileBytes) {
    this(emptyKeys(instances), BinlogOffset.ZERO, fileBytes);
  }

  /** Goes on from a state that somebody else has reached. */
  SimBinlog(SimKeys[] keys, BinlogOffset begin, long fileBytes) {
    this.keys = keys;
    this.begin = begin;
    this.fileBytes = fileBytes;
    firstFile = begin.filenum();
  }

  private static SimKeys[] emptyKeys(int instances) {
    SimKeys[] keys = new SimKeys[instances];
    for (int i = 0; i < instances; i++) {
      keys[i] = new SimKeys();
    }
    return keys;
  }

  /** Another master's copy of the first items, which goes on by itself. */
  SimBinlog branch(int count) {
    SimBinlog copy = new SimBinlog(keys.length, fileBytes);
    items.subList(0, count).forEach(copy::append);
    copy.purgeBefore(firstFile);
    return copy;
  }

  SimItem next(Args args, long nowMs) {
    return SimItem.after(end(), args, nowMs, items.size() + 1L, fileBytes);
  }

  void append(SimItem item) {
    items.add(item);
    indexes.put(item.end(), items.size());
    SimKeys.run(item.args(), keys.length, i -> keys[i]);
  }

  BinlogOffset end() {
    return items.isEmpty() ? begin : items.get(items.size() - 1).end();
  }

  int size() {
    return items.size();
  }

  SimItem item(int index) {
    return items.get(index);
  }

  long[] digests() {
    long[] digests = new long[keys.length];
    for (int i = 0; i < digests.length; i++) {
      digests[i] = keys[i].digest();
    }
    return digests;
  }

  SimKeys keys(int instance) {
    return keys[instance];
  }

  int firstFile() {
    return firstFile;
  }

  void purgeBefore(int filenum) {
    firstFile = Math.max(firstFile, Math.min(filenum, end().filenum()));
  }

  boolean hasFile(int filenum) {
    return filenum >= firstFile && filenum <= end().filenum();
  }

  /** The number of items in front of an offset; NO_BORDER if no item begins there. */
  int indexAt(BinlogOffset offset) {
    if (offset.equals(begin)) {
      return 0;
    }
    if (offset.offset() == 0) {
      for (int i = 0; i < items.size(); i++) {
        if (items.get(i).end().filenum() == offset.filenum()) {
          return i;
        }
      }
    }
    return indexes.getOrDefault(offset, NO_BORDER);
  }
}
