package io.pikareplica.binlog.hostile;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.concurrent.Callable;

/** Measures what a thread allocates on the heap, garbage included. */
public final class Allocated {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private Allocated() {}

  /** Bytes that the calling thread has allocated in its life. */
  static long soFar() {
    return THREADS.getCurrentThreadAllocatedBytes();
  }

  /** Bytes that a call allocates, whether it fails or not, once its classes are loaded. */
  public static long by(Callable<?> call) {
    run(call);
    long before = soFar();
    run(call);
    return soFar() - before;
  }

  private static void run(Callable<?> call) {
    try {
      call.call();
    } catch (Exception e) {
      // what it costs to fail is what is measured
    }
  }
}
