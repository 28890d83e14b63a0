package io.pikareplica.storage.codec;

import io.pikareplica.storage.codec.GeoHash.Point;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/**
 * Ranges of scores that hold every place within a radius: up to nine cells of one size around the
 * center. Places in them may be too far; they are to be measured.
 */
public final class GeoCells {
  private static final List<Range> EVERYWHERE = List.of(new Range(0, Double.POSITIVE_INFINITY));

  private GeoCells() {}

  /** Scores from {@code min}, inside, to {@code max}, outside. */
  public record Range(double min, double max) {}

  /**
   * The ranges around a center, in ascending order, none overlapping another.
   *
   * @param radiusM meters, 0 or more
   */
  public static List<Range> around(Point center, double radiusM) {
    double latitudeReach = GeoHash.degrees(radiusM);
    double north = center.latitude() + latitudeReach;
    double south = center.latitude() - latitudeReach;
    if (!center.isValid() || !(Math.max(north, -south) < GeoHash.LATITUDE_LIMIT)) {
      return EVERYWHERE; // beyond the limit meridians get arbitrarily near to one another
    }
    // meridians are nearest where the circle is nearest to a pole
    double nearest = Math.cos(GeoHash.radians(Math.max(north, -south)));
    double longitudeReach = latitudeReach / nearest;
    for (int steps = GeoHash.STEPS; steps > 1; steps--) {
      double width = 2 * GeoHash.LONGITUDE_LIMIT / (1L << steps);
      double height = 2 * GeoHash.LATITUDE_LIMIT / (1L << steps);
      if (longitudeReach <= width && latitudeReach <= height) {
        return cells(center, steps, longitudeReach, latitudeReach);
      }
    }
    return EVERYWHERE;
  }

  private static List<Range> cells(
      Point center, int steps, double longitudeReach, double latitudeReach) {
    long count = 1L << steps;
    long west = cell(center.longitude() - longitudeReach, GeoHash.LONGITUDE_LIMIT, steps);
    long east = cell(center.longitude() + longitudeReach, GeoHash.LONGITUDE_LIMIT, steps);
    long south =
        Math.max(cell(center.latitude() - latitudeReach, GeoHash.LATITUDE_LIMIT, steps), 0);
    long north = cell(center.latitude() + latitudeReach, GeoHash.LATITUDE_LIMIT, steps);
    TreeSet<Long> hashes = new TreeSet<>();
    for (long y = south; y <= north && y < count; y++) {
      for (long x = west; x <= east; x++) {
        hashes.add(GeoHash.interleave(y, Math.floorMod(x, count))); // around the date line
      }
    }
    int shift = 2 * (GeoHash.STEPS - steps);
    List<Range> ranges = new ArrayList<>();
    for (long hash : hashes) {
      ranges.add(new Range((double) (hash << shift), (double) ((hash + 1) << shift)));
    }
    return ranges;
  }

  private static long cell(double value, double limit, int steps) {
    return (long) Math.floor((value + limit) / (limit + limit) * (1L << steps));
  }
}
