package io.pikareplica.repl;

import java.time.Clock;

/**
 * What a {@link LocalDb} stands on besides its files.
 *
 * @param clock the wall clock
 */
record DbEnvironment(Clock clock, DbData.Opener data, WorkerThreads workers) {
  static final DbEnvironment REAL =
      new DbEnvironment(Clock.systemUTC(), RocksData::open, WorkerThreads.REAL);

  DbEnvironment withClock(Clock other) {
    return new DbEnvironment(other, data, workers);
  }
}
