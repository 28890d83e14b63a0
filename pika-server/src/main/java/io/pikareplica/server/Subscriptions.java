package io.pikareplica.server;

import java.util.LinkedHashSet;
import java.util.Set;

/** What one client subscribes to. Changed by its event loop; the counts are for any thread. */
final class Subscriptions {
  private final Set<String> channels = new LinkedHashSet<>();
  private final Set<String> patterns = new LinkedHashSet<>();
  private volatile int channelCount;
  private volatile int patternCount;

  /** Event loop only; each char of a name is a byte. */
  Set<String> channels() {
    return channels;
  }

  /** Event loop only. */
  Set<String> patterns() {
    return patterns;
  }

  /** To be called after a change. */
  void changed() {
    channelCount = channels.size();
    patternCount = patterns.size();
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
