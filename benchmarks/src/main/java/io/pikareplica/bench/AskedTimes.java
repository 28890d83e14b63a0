package io.pikareplica.bench;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.HdrHistogram.Histogram;

/**
 * Asks a node one question over and over and keeps how long each answer took. A wait that swallowed
 * the next questions counts for these too (HdrHistogram's expected interval): otherwise one long
 * wait would be one value among thousands of short ones. One thread.
 */
final class AskedTimes {
  private static final long EVERY_NANOS = TimeUnit.MILLISECONDS.toNanos(2);
  private static final double NANOS_PER_MS = 1e6;

  private final String question;
  private final Histogram nanos = new Histogram(3);

  private AskedTimes(String question) {
    this.question = question;
  }

  /** Asks every 2 ms for as long as there is need. */
  static AskedTimes during(NodeProcess node, String question, BooleanSupplier isWanted)
      throws IOException {
    AskedTimes asked = new AskedTimes(question);
    byte[] request = Wire.request(question.split(" ", -1));
    try (Wire wire = node.connect()) {
      long atNanos = System.nanoTime();
      while (isWanted.getAsBoolean()) {
        atNanos = Math.max(atNanos + EVERY_NANOS, System.nanoTime());
        LockSupport.parkNanos(atNanos - System.nanoTime());
        long startNanos = System.nanoTime();
        wire.send(request);
        wire.read();
        long tookNanos = System.nanoTime() - startNanos;
        asked.nanos.recordValueWithExpectedInterval(tookNanos, EVERY_NANOS);
      }
    }
    return asked;
  }

  /** A row of a table in Markdown, in milliseconds. */
  String row(String situation) {
    return String.format(
        "| %s | %s | %.2f | %.2f | %.2f | %.2f | %d |%n",
        situation,
        question,
        ms(nanos.getValueAtPercentile(50)),
        ms(nanos.getValueAtPercentile(99)),
        ms(nanos.getValueAtPercentile(99.9)),
        ms(nanos.getMaxValue()),
        nanos.getTotalCount());
  }

  private static double ms(long nanoseconds) {
    return nanoseconds / NANOS_PER_MS;
  }
}
