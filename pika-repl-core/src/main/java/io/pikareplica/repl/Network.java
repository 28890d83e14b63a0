package io.pikareplica.repl;

import io.pikareplica.repl.net.MasterConnection;
import io.pikareplica.repl.sync.FullSync;
import io.pikareplica.repl.sync.SnapshotFetch;
import java.util.OptionalLong;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/** What a node does towards its master: {@link NettyNetwork}, or a model in tests. */
interface Network extends AutoCloseable {
  /** What happens on the connections to the master runs here, one after the other. */
  Executor loop();

  /** Starts to connect to a master's replication port, see {@link MasterConnection}. */
  MasterConnection connect(
      long id,
      HostPort replicationPort,
      int timeoutMs,
      int maxFrameBytes,
      MasterConnection.Listener listener);

  /** Asks a master's client port for its {@code binlog-file-size}; empty if it does not tell. */
  CompletionStage<OptionalLong> binlogFileSizeBytes(HostPort master, String password);

  /** Starts to fetch a snapshot. */
  SnapshotFetch fetch(FullSync.Request request, FullSync.Listener listener);

  /** Waits, within bounds, until nothing runs any more. */
  @Override
  void close();
}
