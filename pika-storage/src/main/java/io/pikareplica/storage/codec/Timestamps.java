package io.pikareplica.storage.codec;

/**
 * Times inside records (S/base_meta_value_format.h): 0 for none; milliseconds with bit 63 set;
 * without it, seconds, as v4.0.0 wrote them.
 */
final class Timestamps {
  private static final long MILLISECONDS = Long.MIN_VALUE;

  private Timestamps() {}

  static long encode(long timeMs) {
    return timeMs == 0 ? 0 : timeMs | MILLISECONDS;
  }

  static long decode(long stored) {
    return stored < 0 ? stored & ~MILLISECONDS : stored * 1000;
  }
}
