package io.pikareplica.server.live;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** How long it took until a link was up again, in ms. */
final class ReconnectTimes {
  private final List<Long> times = new ArrayList<>();

  void add(long ms) {
    times.add(ms);
    Collections.sort(times);
  }

  /** What so many percent of the times do not exceed, in ms; 0 without any. */
  long atMost(int percent) {
    return times.isEmpty() ? 0 : times.get((times.size() * percent - 1) / 100);
  }

  @Override
  public String toString() {
    return "link up again after ms p50="
        + atMost(50)
        + " p99="
        + atMost(99)
        + " max="
        + atMost(100);
  }
}
