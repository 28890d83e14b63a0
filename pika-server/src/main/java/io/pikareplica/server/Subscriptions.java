package io.pikareplica.server;

import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Set;

/** What one client subscribes to. Changed by its event loop; the counts are for any thread. */
final class Subscriptions {
  /** Of a name in two tables, about. */
  private static final long OVERHEAD_BYTES = 128;

  private final Set<String> channels = new LinkedHashSet<>();
  private final Set<String> patterns = new LinkedHashSet<>();
  private volatile int channelCount;
  private volatile int patternCount;
  private long bytes;

  /** Event loop only; each char of a name is a byte. */
  Set<String> channels() {
    return Collections.unmodifiableSet(channels);
  }

  /** Event loop only. */
  Set<String> patterns() {
    return Collections.unmodifiableSet(patterns);
  }

  /** False if it was there. Event loop only, as are the others that change something. */
  boolean addChannel(String name) {
    return add(channels, name);
  }

  boolean addPattern(String pattern) {
    return add(patterns, pattern);
  }

  void removeChannel(String name) {
    remove(channels, name);
  }

  void removePattern(String pattern) {
    remove(patterns, pattern);
  }

  void clear() {
    channels.clear();
    patterns.clear();
    bytes = 0;
    count();
  }

  private boolean add(Set<String> names, String name) {
    boolean isNew = names.add(name);
    bytes += isNew ? OVERHEAD_BYTES + name.length() : 0;
    count();
    return isNew;
  }

  private void remove(Set<String> names, String name) {
    bytes -= names.remove(name) ? OVERHEAD_BYTES + name.length() : 0;
    count();
  }

  private void count() {
    channelCount = channels.size();
    patternCount = patterns.size();
  }

  /** What the names cost. Event loop only. */
  long bytes() {
    return bytes;
  }

  int channelCount() {
    return channelCount;
  }

  int patternCount() {
    return patternCount;
  }

  boolean isEmpty() {
    return channelCount + patternCount == 0;
  }
}
