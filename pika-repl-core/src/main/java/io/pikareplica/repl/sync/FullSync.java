package io.pikareplica.repl.sync;

import io.netty.channel.EventLoopGroup;
import io.pikareplica.repl.ReplicationException;
import io.pikareplica.repl.ReplicationStatus.SyncProgress;
import io.pikareplica.storage.DbOptions;
import java.nio.file.Path;
import java.util.function.LongSupplier;

/**
 * Fetches the snapshot that a master has made for one DB into a staging folder, checks and imports
 * it. Old data and binlog are not touched. Ends with exactly one call of its listener, unless
 * cancelled. Methods: any thread.
 */
public final class FullSync {
  private FullSync() {}

  /**
   * What to fetch from whom.
   *
   * @param db {@code db0} to {@code db7}
   * @param port the master's file port, its client port + 10001 by default
   * @param syncFolder {@code db-sync-path}; the files arrive in {@code db} below it
   * @param parallelFiles 1 to 4
   * @param chunkTimeoutMs {@code rsync-timeout-ms}, may change while it runs
   * @param throttle shared by all DBs
   * @param eventLoops the connection's; stays open afterwards
   */
  public record Request(
      String db,
      String host,
      int port,
      Path syncFolder,
      DbOptions dbOptions,
      int parallelFiles,
      LongSupplier chunkTimeoutMs,
      Throttle throttle,
      EventLoopGroup eventLoops) {}

  /** How it ended; called on a thread of the sync's own, which may wait. */
  public interface Listener {
    void staged(StagedSnapshot snapshot);

    /**
     * @param retry whether starting again later may help; what has arrived is kept for it
     */
    void failed(ReplicationException why, boolean retry);
  }

  public static FullSync start(Request request, Listener listener) {
    throw new UnsupportedOperationException();
  }

  /** Stops soon; the listener is not called any more. What has arrived stays for a resume. */
  public void cancel() {
    throw new UnsupportedOperationException();
  }

  public SyncProgress progress() {
    throw new UnsupportedOperationException();
  }
}
