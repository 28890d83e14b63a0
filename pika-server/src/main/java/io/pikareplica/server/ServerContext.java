package io.pikareplica.server;

import io.pikareplica.repl.Replication;
import io.pikareplica.server.resp.RespLimits;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import java.util.function.Supplier;

/**
 * What commands work with.
 *
 * @param settings as they are at the moment of asking
 * @param settingsThread runs what changes settings or writes files, one at a time
 * @param timer for what has to wait
 * @param shutdown ends the process; called on a thread of its own
 * @param port that clients use
 */
record ServerContext(
    Replication replication,
    KnownCommands commands,
    DataRunner data,
    WatchedKeys watchedKeys,
    Clients clients,
    ClientMemory memory,
    CrossProtocol crossProtocol,
    PubSub pubSub,
    ServerStats stats,
    SlowLog slowLog,
    InfoText info,
    Settings config,
    Supplier<ServerSettings> settings,
    RespLimits limits,
    Executor settingsThread,
    ScheduledExecutorService timer,
    Runnable shutdown,
    IntSupplier port) {
  /** Runs a short task later, on an event loop. */
  @SuppressWarnings("FutureReturnValueIgnored") // nobody takes it back
  void after(long delayMs, Runnable task) {
    timer.schedule(task, delayMs, TimeUnit.MILLISECONDS);
  }
}
