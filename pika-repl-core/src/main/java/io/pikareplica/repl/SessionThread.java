package io.pikareplica.repl;

import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** The one thread that {@link ReplicaSession} lives on; or, in tests, what stands for it. */
interface SessionThread extends Executor {
  /** Runs a task again and again, with pauses in between. */
  void every(long pauseMs, Runnable task);

  /** Runs a task later, once; not at all if this is closed until then. */
  void after(long delayMs, Runnable task);

  /** Takes nothing more, and waits, within bounds, until what was taken is done. */
  void close();

  static SessionThread start() {
    return new Scheduled();
  }

  /** A thread. */
  final class Scheduled implements SessionThread {
    private static final long CLOSE_SECONDS = 10;

    private final ScheduledThreadPoolExecutor executor =
        new ScheduledThreadPoolExecutor(
            1,
            task -> {
              Thread thread = new Thread(task, "replica-session");
              thread.setDaemon(true);
              return thread;
            });

    private Scheduled() {
      executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    @Override
    public void execute(Runnable task) {
      executor.execute(task);
    }

    @Override
    public void every(long pauseMs, Runnable task) {
      var unused = executor.scheduleWithFixedDelay(task, pauseMs, pauseMs, TimeUnit.MILLISECONDS);
    }

    @Override
    public void after(long delayMs, Runnable task) {
      try {
        var unused = executor.schedule(task, delayMs, TimeUnit.MILLISECONDS);
      } catch (RejectedExecutionException e) {
        // closed: what was to come is of no use any more
      }
    }

    @Override
    public void close() {
      executor.shutdown();
      try {
        if (!executor.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
          executor.shutdownNow();
        }
      } catch (InterruptedException e) {
        executor.shutdownNow();
        Thread.currentThread().interrupt();
      }
    }
  }
}
