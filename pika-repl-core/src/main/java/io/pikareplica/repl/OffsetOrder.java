package io.pikareplica.repl;

/** {@code info-offset}: how the offsets of all DBs become one number (spec sentinel-info §5.1). */
public enum OffsetOrder {
  /**
   * {@code filenum * F + min(offset, F)}: never goes back, so that Sentinel never takes a replica
   * for the further one that is not.
   */
  REDIS_ORDER,
  /**
   * {@code filenum * F + offset}, to the byte what Pika prints: goes back by what the last item of
   * a file was too long, whenever a file is rolled.
   */
  PIKA_EXACT
}
