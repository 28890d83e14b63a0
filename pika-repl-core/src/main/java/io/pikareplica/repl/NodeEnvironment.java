package io.pikareplica.repl;

import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * What a {@link ReplicaNode} stands on: threads, sockets and clocks, or a simulation of them.
 *
 * @param clockMs never goes back
 * @param seed of the jitter
 */
record NodeEnvironment(
    DbEnvironment db,
    LongSupplier clockMs,
    Supplier<SessionThread> sessionThread,
    Supplier<Network> network,
    long seed) {

  static NodeEnvironment real() {
    long origin = System.nanoTime();
    return new NodeEnvironment(
        DbEnvironment.REAL,
        () -> TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - origin),
        SessionThread::start,
        NettyNetwork::new,
        new SplittableRandom().nextLong());
  }
}
