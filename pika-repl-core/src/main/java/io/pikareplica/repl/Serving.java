package io.pikareplica.repl;

import io.netty.util.concurrent.DefaultThreadFactory;
import io.pikareplica.binlog.BinlogOffset;
import io.pikareplica.repl.master.MasterConfig;
import io.pikareplica.repl.master.MasterDb;
import io.pikareplica.repl.master.MasterIdentity;
import io.pikareplica.repl.master.MasterService;
import io.pikareplica.storage.CheckpointExporter;
import io.pikareplica.storage.DbOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * This node as the master of others: lends its DBs and its history to the {@link MasterService}.
 * {@link ReplicaNode} owns and closes it; its methods are for any thread.
 */
final class Serving implements AutoCloseable {
  private static final int REPLICATION_ID_BYTES = 25;
  private static final long ANSWER_WITHIN_SECONDS = 10;
  private static final long CLOSE_SECONDS = 10;

  private final ExecutorService exports =
      Executors.newSingleThreadExecutor(new DefaultThreadFactory("master-export", true));
  private final MasterService service;

  private Serving(
      MasterConfig config, MasterIdentity identity, List<LocalDb> dbs, DbOptions options)
      throws IOException {
    List<MasterDb> all = dbs.stream().<MasterDb>map(db -> new Lent(db, options, exports)).toList();
    try {
      service = MasterService.start(config, identity, all);
    } catch (IOException | RuntimeException e) {
      exports.shutdownNow();
      throw e;
    }
    dbs.forEach(db -> db.keepBinlogFrom(() -> service.floor(db.name())));
  }

  /**
   * Starts to listen for replicas.
   *
   * @param isMaster whether this node follows nobody, right now
   * @throws IOException if a port is taken; the message says which
   */
  static Serving start(
      MasterConfig config,
      String runId,
      Supplier<byte[]> requirePass,
      List<LocalDb> dbs,
      DbOptions options,
      ReplicationStore store,
      ReplicaSession session,
      BooleanSupplier isMaster)
      throws IOException {
    MasterIdentity identity =
        new MasterIdentity() {
          @Override
          public String runId() {
            return runId;
          }

          @Override
          public Optional<String> replicationId() throws IOException {
            return history(store, session, isMaster);
          }

          @Override
          public byte[] requirePass() {
            return requirePass.get();
          }
        };
    return new Serving(config, identity, dbs, options);
  }

  MasterService service() {
    return service;
  }

  /** The history of this node's data; a master without one begins one, as Pika does. */
  private static Optional<String> history(
      ReplicationStore store, ReplicaSession session, BooleanSupplier isMaster) throws IOException {
    ReplicationStore.Content stored = store.content();
    if (!stored.replicationId().isEmpty()) {
      // Before it was in sync with that history, a replica holds another one's data.
      boolean holds = isMaster.getAsBoolean() || stored.attached();
      return holds ? Optional.of(stored.replicationId()) : Optional.empty();
    }
    if (!isMaster.getAsBoolean()) {
      return Optional.empty();
    }
    byte[] random = new byte[REPLICATION_ID_BYTES];
    new SecureRandom().nextBytes(random);
    try {
      return session
          .beginHistory(HexFormat.of().formatHex(random), isMaster)
          .get(ANSWER_WITHIN_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    } catch (ExecutionException | TimeoutException e) {
      throw new IOException("no replication id: " + e.getMessage(), e);
    }
  }

  /** A DB as the service needs it. */
  private record Lent(LocalDb db, DbOptions options, ExecutorService exports) implements MasterDb {
    @Override
    public String name() {
      return db.name();
    }

    @Override
    public BinlogOffset received() {
      return db.received();
    }

    @Override
    public BinlogOffset applied() {
      return db.applied();
    }

    @Override
    public Path binlogFolder() {
      return db.binlogFolder();
    }

    @Override
    public CompletionStage<BinlogOffset> snapshot(Path folder) {
      return db.checkpoint(folder)
          .thenApplyAsync(
              offset -> {
                CheckpointExporter.run(folder, options, rows -> {});
                return offset;
              },
              exports);
    }
  }

  /** Cuts the replicas off and stops an export; RocksDB is closed by then. */
  @Override
  public void close() {
    service.close();
    exports.shutdownNow();
    try {
      exports.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
