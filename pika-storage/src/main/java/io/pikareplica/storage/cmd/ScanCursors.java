package io.pikareplica.storage.cmd;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The decimal cursors of SCAN and its like, each standing for the element that comes next. Keeps
 * the most recently used ones, as many as Pika does; a cursor that has gone starts over. Any
 * thread.
 */
final class ScanCursors {
  /** Of all clients and all DBs together. */
  static final ScanCursors SHARED = new ScanCursors(5000);

  private final Map<Long, Place> places;
  private long last;

  ScanCursors(int capacity) {
    places =
        new LinkedHashMap<>(16, 0.75f, true) {
          private static final long serialVersionUID = 1;

          @Override
          protected boolean removeEldestEntry(Map.Entry<Long, Place> eldest) {
            return size() > capacity;
          }
        };
    // not from 1: cursors of an earlier process must not meet new ones; below 2^53 for JavaScript
    last = ThreadLocalRandom.current().nextLong(1L << 32, 1L << 48);
  }

  /** Where a walk goes on; of which key keeps one key's cursor from another's elements. */
  @SuppressWarnings("ArrayRecordComponent") // never compared as a whole
  private record Place(byte[] scanned, byte[] next) {}

  /**
   * A cursor, never 0.
   *
   * @param scanned what is walked over: a key, or anything that no key's scan uses
   * @param next the element to start at
   */
  synchronized long put(byte[] scanned, byte[] next) {
    places.put(++last, new Place(scanned, next));
    return last;
  }

  /** The element to start at; empty for a cursor that is unknown or another walk's. */
  synchronized Optional<byte[]> find(byte[] scanned, long cursor) {
    return Optional.ofNullable(places.get(cursor))
        .filter(place -> Arrays.equals(place.scanned, scanned))
        .map(Place::next);
  }
}
