package io.pikareplica.storage;

import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Where the scans of a DB go on: the numbers that SCAN, HSCAN, SSCAN and ZSCAN hand out, and what
 * each stands for. The least recently used are forgotten; a scan with a forgotten number starts
 * over, so it may show keys twice, but never misses one. Threadsafe.
 */
public final class ScanCursors {
  /** The number that starts a scan and says that one is at its end. */
  public static final long START = 0;

  private static final int MAX_CURSORS = 10_000;
  private static final long MAX_BYTES = 16L << 20;

  private final Map<Long, Place> places = new LinkedHashMap<>(16, 0.75f, true);
  private long last;
  private long sizeBytes;

  /** What a cursor stands for; shared with whoever made it, changed by nobody. */
  @SuppressWarnings("ArrayRecordComponent") // compared by hand
  private record Place(byte[] scope, byte[] next) {
    long sizeBytes() {
      return (long) scope.length + next.length;
    }
  }

  /**
   * @param firstCursor the first number; larger than those of an earlier run, whose numbers clients
   *     may still hold
   */
  ScanCursors(long firstCursor) {
    last = firstCursor;
  }

  /**
   * Remembers where a scan goes on.
   *
   * @param scope what is scanned; the cursor counts for no other scope
   * @param next where it goes on, in the scanner's own form
   * @return a number above 0 and below 2^53
   */
  public synchronized long remember(byte[] scope, byte[] next) {
    Place place = new Place(scope, next);
    places.put(++last, place);
    sizeBytes += place.sizeBytes();
    Iterator<Place> oldest = places.values().iterator();
    while (places.size() > 1 && (places.size() > MAX_CURSORS || sizeBytes > MAX_BYTES)) {
      sizeBytes -= oldest.next().sizeBytes();
      oldest.remove();
    }
    return last;
  }

  /** Where to go on; empty means from the start. A cursor may be used several times. */
  public synchronized Optional<byte[]> find(byte[] scope, long cursor) {
    Place place = places.get(cursor);
    return place == null || !Arrays.equals(place.scope(), scope)
        ? Optional.empty()
        : Optional.of(place.next());
  }
}
