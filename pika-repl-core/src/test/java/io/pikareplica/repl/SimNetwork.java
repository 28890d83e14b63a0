package io.pikareplica.repl;

import io.pikareplica.repl.net.MasterConnection;
import io.pikareplica.repl.sync.FullSync;
import io.pikareplica.repl.sync.SimFetch;
import io.pikareplica.repl.sync.SnapshotFetch;
import io.pikareplica.repl.sync.StagedSnapshot;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/** The network of one life of the node. */
final class SimNetwork implements Network {
  private final SimProcess process;
  private final Map<String, SimFetch> fetches = new HashMap<>();
  private Optional<SimConnection> connection = Optional.empty();

  SimNetwork(SimProcess process) {
    this.process = process;
  }

  Optional<SimConnection> connection() {
    return connection;
  }

  @Override
  public Executor loop() {
    return process.loop();
  }

  @Override
  public MasterConnection connect(
      long id,
      HostPort replicationPort,
      int timeoutMs,
      int maxFrameBytes,
      MasterConnection.Listener listener) {
    SimConnection made =
        new SimConnection(id, process, process.master(replicationPort.host()), listener);
    connection = Optional.of(made);
    made.open(timeoutMs);
    return made;
  }

  @Override
  public CompletionStage<OptionalLong> binlogFileSizeBytes(HostPort master, String password) {
    CompletableFuture<OptionalLong> answer = new CompletableFuture<>();
    boolean isThere = process.master(master.host()).isUp();
    process
        .scheduler()
        .after(
            5,
            process::isAlive,
            () ->
                process
                    .loop()
                    .execute(
                        () ->
                            answer.complete(
                                isThere
                                    ? OptionalLong.of(process.config().fileBytes())
                                    : OptionalLong.empty())));
    return answer;
  }

  /** One at a time for each DB: who was cancelled may still be at its last step. */
  @Override
  public SnapshotFetch fetch(FullSync.Request request, FullSync.Listener listener) {
    int db = Integer.parseInt(request.db().substring(2));
    SimMaster master = process.master(request.host());
    FullSync.Listener watched =
        new FullSync.Listener() {
          @Override
          public void staged(StagedSnapshot snapshot) {
            process.staged(db, snapshot);
            listener.staged(snapshot);
          }

          @Override
          public void failed(ReplicationException why, boolean retry) {
            listener.failed(why, retry);
          }
        };
    SimFetch fetch =
        new SimFetch(
            request,
            watched,
            new SimFiles(process, master, db),
            Optional.ofNullable(fetches.get(request.db())));
    fetches.put(request.db(), fetch);
    fetch.next();
    return fetch;
  }

  @Override
  public void close() {
    connection = Optional.empty();
  }
}
