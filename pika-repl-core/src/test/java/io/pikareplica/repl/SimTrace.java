package io.pikareplica.repl;

import java.util.ArrayList;
import java.util.List;

/** What has happened in a simulation, line by line, and one number for all of it. */
final class SimTrace {
  private static final int LAST = 60;

  private final boolean keepsAll;
  private final List<String> lines = new ArrayList<>();
  private long hash;

  SimTrace(boolean keepsAll) {
    this.keepsAll = keepsAll;
  }

  void add(long nowMs, String line) {
    hash = hash * 31 + line.hashCode();
    hash = hash * 31 + nowMs;
    lines.add("%9.3f %s".formatted(nowMs / 1000.0, line));
    if (!keepsAll && lines.size() > 2 * LAST) {
      lines.subList(0, LAST).clear();
    }
  }

  long hash() {
    return hash;
  }

  @Override
  public String toString() {
    return String.join("\n", lines);
  }
}
