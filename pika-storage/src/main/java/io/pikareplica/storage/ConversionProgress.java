package io.pikareplica.storage;

import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongConsumer;

/** How far the threads that convert a DB's instances have come. Threadsafe. */
final class ConversionProgress {
  private final LongAdder rows = new LongAdder();
  private final AtomicBoolean cancelled = new AtomicBoolean();
  private final LongConsumer listener;

  /**
   * @param listener takes the number of rows of all instances so far, on any of the threads
   */
  ConversionProgress(LongConsumer listener) {
    this.listener = listener;
  }

  /**
   * @throws CancellationException when the conversion is to stop
   */
  void converted(long more) {
    if (cancelled.get()) {
      throw new CancellationException("interrupted");
    }
    rows.add(more);
    listener.accept(rows.sum());
  }

  void cancel() {
    cancelled.set(true);
  }
}
