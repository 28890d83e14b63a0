package io.pikareplica.repl;

/** Who runs the workers of DBs: each a thread of its own, or tests, step by step. */
interface WorkerThreads {
  /** What a worker does again and again. */
  interface Work {
    /**
     * One round.
     *
     * @param mayWait whether to wait a while when there is nothing to do
     * @return false when nothing will come any more
     */
    boolean turn(boolean mayWait);
  }

  /** A worker that was started. */
  interface Running {
    /** Returns when {@link Work#turn} has returned false. */
    void join() throws InterruptedException;
  }

  WorkerThreads REAL =
      (name, work) -> {
        Thread thread =
            new Thread(
                () -> {
                  while (work.turn(true)) {
                    // all of it is in the turn
                  }
                },
                name);
        thread.start();
        return thread::join;
      };

  Running start(String name, Work work);
}
