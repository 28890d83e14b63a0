package io.pikareplica.repl.sim;

import java.util.SortedMap;
import java.util.TreeMap;

/** The names in a folder: as they are, and as they would be found after a power loss. */
final class SimFolder extends SimNode {
  private final SortedMap<String, SimNode> entries = new TreeMap<>();
  private final SortedMap<String, SimNode> durable = new TreeMap<>();

  SimFolder(long id, long modifiedMs) {
    super(id, modifiedMs);
  }

  SortedMap<String, SimNode> entries() {
    return entries;
  }

  SortedMap<String, SimNode> durable() {
    return durable;
  }

  /** Back to what is on the disk, all the way down. */
  void powerLoss() {
    entries.clear();
    entries.putAll(durable);
    for (SimNode node : entries.values()) {
      if (node instanceof SimFolder folder) {
        folder.powerLoss();
      }
    }
  }
}
