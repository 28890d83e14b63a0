package io.pikareplica.storage.codec;

import java.util.Optional;

/**
 * Places on Earth as the scores of a sorted set (src/pika_geohash.cc, src/pika_geohash_helper.cc):
 * 26 bits of longitude and of latitude, interleaved, latitude in the even bits.
 */
public final class GeoHash {
  /** Bits of each coordinate in a score. */
  public static final int STEPS = 26;

  static final double LONGITUDE_LIMIT = 180;
  static final double LATITUDE_LIMIT = 85.05112878;

  private static final double EARTH_RADIUS_M = 6372797.560856;
  private static final String ALPHABET = "0123456789bcdefghjkmnpqrstuvwxyz";
  private static final int TEXT_LENGTH = 11;

  private GeoHash() {}

  /**
   * A place.
   *
   * @param longitude degrees, east is positive
   * @param latitude degrees, north is positive
   */
  public record Point(double longitude, double latitude) {
    /** Whether the place can be a score. */
    public boolean isValid() {
      return Math.abs(longitude) <= LONGITUDE_LIMIT && Math.abs(latitude) <= LATITUDE_LIMIT;
    }
  }

  /** The score of a place; empty outside of the limits, the poles among others. */
  public static Optional<Double> score(Point point) {
    return point.isValid()
        ? Optional.of((double) encode(point, STEPS, LATITUDE_LIMIT))
        : Optional.empty();
  }

  private static long encode(Point point, int steps, double latitudeLimit) {
    return interleave(
        cell(point.latitude, latitudeLimit, steps), cell(point.longitude, LONGITUDE_LIMIT, steps));
  }

  /** Which of 2^steps equal parts of [-limit, limit] a coordinate lies in. */
  private static long cell(double value, double limit, int steps) {
    return (long) ((value + limit) / (limit + limit) * (1L << steps));
  }

  static long interleave(long even, long odd) {
    return spread(even) | spread(odd) << 1;
  }

  private static long spread(long value) {
    long bits = value & 0xFFFFFFFFL;
    bits = (bits | bits << 16) & 0x0000FFFF0000FFFFL;
    bits = (bits | bits << 8) & 0x00FF00FF00FF00FFL;
    bits = (bits | bits << 4) & 0x0F0F0F0F0F0F0F0FL;
    bits = (bits | bits << 2) & 0x3333333333333333L;
    return (bits | bits << 1) & 0x5555555555555555L;
  }

  private static long gather(long value) {
    long bits = value & 0x5555555555555555L;
    bits = (bits | bits >>> 1) & 0x3333333333333333L;
    bits = (bits | bits >>> 2) & 0x0F0F0F0F0F0F0F0FL;
    bits = (bits | bits >>> 4) & 0x00FF00FF00FF00FFL;
    bits = (bits | bits >>> 8) & 0x0000FFFF0000FFFFL;
    return (bits | bits >>> 16) & 0xFFFFFFFFL;
  }

  /** The middle of the field that a score stands for. */
  public static Point point(double score) {
    long bits = (long) score;
    return new Point(
        middle(gather(bits >>> 1), LONGITUDE_LIMIT), middle(gather(bits), LATITUDE_LIMIT));
  }

  private static double middle(long cell, double limit) {
    double scale = limit + limit;
    double parts = 1L << STEPS;
    double min = -limit + cell / parts * scale;
    double max = -limit + (cell + 1) / parts * scale;
    return (min + max) / 2;
  }

  /** The eleven characters of the common geohash, which reaches to the poles. */
  public static String text(double score) {
    long bits = encode(point(score), STEPS, 90);
    StringBuilder out = new StringBuilder(TEXT_LENGTH);
    for (int shift = 2 * STEPS - 5; shift >= 0; shift -= 5) {
      out.append(ALPHABET.charAt((int) (bits >>> shift) & 31));
    }
    return out.append('0').toString(); // the two bits that are left do not make a character
  }

  /** Meters between two places along the surface. */
  public static double distanceM(Point a, Point b) {
    double east = Math.sin((radians(b.longitude) - radians(a.longitude)) / 2);
    double latitudeA = radians(a.latitude);
    double latitudeB = radians(b.latitude);
    if (east == 0) {
      return EARTH_RADIUS_M * Math.abs(latitudeB - latitudeA);
    }
    double north = Math.sin((latitudeB - latitudeA) / 2);
    double sum = north * north + Math.cos(latitudeA) * Math.cos(latitudeB) * east * east;
    return 2 * EARTH_RADIUS_M * Math.asin(Math.sqrt(sum));
  }

  /** The angle at the center of the Earth, in degrees, of a distance along the surface. */
  static double degrees(double distanceM) {
    return distanceM / EARTH_RADIUS_M / (Math.PI / 180);
  }

  static double radians(double degrees) {
    return degrees * (Math.PI / 180);
  }
}
