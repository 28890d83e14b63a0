package io.pikareplica.storage.cmd;

import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The decimal cursors of SCAN and its like, each standing for the element that comes next. Keeps
 * the most recently used ones, as many as Pika does, within a bound on their bytes; a cursor that
 * has gone starts over, so a scan may show an element twice but never misses one. Any thread.
 */
final class ScanCursors {
  /** Of all clients and all DBs together. */
  static final ScanCursors SHARED = new ScanCursors(5000);

  private static final long MAX_BYTES = 16L << 20;

  private final Map<Long, Place> places = new LinkedHashMap<>(16, 0.75f, true);
  private final int capacity;
  private long last;
  private long sizeBytes;

  ScanCursors(int capacity) {
    this.capacity = capacity;
    // not from 1: cursors of an earlier process must not meet new ones; below 2^53 for JavaScript
    last = ThreadLocalRandom.current().nextLong(1L << 32, 1L << 48);
  }

  /** Where a walk goes on; of which key keeps one key's cursor from another's elements. */
  @SuppressWarnings("ArrayRecordComponent") // never compared as a whole
  private record Place(byte[] scanned, byte[] next) {
    long sizeBytes() {
      return (long) scanned.length + next.length;
    }
  }

  /**
   * A cursor, never 0.
   *
   * @param scanned what is walked over: a key, or anything that no key's scan uses
   * @param next the element to start at
   */
  synchronized long put(byte[] scanned, byte[] next) {
    Place place = new Place(scanned, next);
    places.put(++last, place);
    sizeBytes += place.sizeBytes();
    Iterator<Place> oldest = places.values().iterator();
    while (places.size() > 1 && (places.size() > capacity || sizeBytes > MAX_BYTES)) {
      sizeBytes -= oldest.next().sizeBytes();
      oldest.remove();
    }
    return last;
  }

  /** The element to start at; empty for a cursor that is unknown or another walk's. */
  synchronized Optional<byte[]> find(byte[] scanned, long cursor) {
    return Optional.ofNullable(places.get(cursor))
        .filter(place -> Arrays.equals(place.scanned, scanned))
        .map(Place::next);
  }
}
