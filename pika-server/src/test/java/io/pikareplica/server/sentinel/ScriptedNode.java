package io.pikareplica.server.sentinel;

import io.pikareplica.info.InfoCommand;
import io.pikareplica.info.InfoSource;
import io.pikareplica.repl.DbSlaveOfRequest;
import io.pikareplica.repl.HostPort;
import io.pikareplica.repl.ReplSettings;
import io.pikareplica.repl.Replication;
import io.pikareplica.repl.ReplicationException;
import io.pikareplica.repl.ReplicationStatus;
import io.pikareplica.server.RespConfig;
import io.pikareplica.server.RespServer;
import io.pikareplica.server.ServerSettings;
import io.pikareplica.server.ServerStats;
import io.pikareplica.server.Settings;
import io.pikareplica.server.resp.RespLimits;
import io.pikareplica.storage.DbView;
import io.pikareplica.storage.Reply;
import io.pikareplica.storage.StorageException;
import java.io.IOException;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Our client port and our INFO in this process, over a replication status that the test makes up:
 * many of them cost little. Changes of role take effect at once.
 */
final class ScriptedNode implements AutoCloseable {
  private static final RespLimits LIMITS = new RespLimits(1 << 20, 1 << 20, 1 << 10, 1 << 10);

  private final State state;
  private final RespServer server;

  private ScriptedNode(State state, RespServer server) {
    this.state = state;
    this.server = server;
  }

  /**
   * Starts to listen.
   *
   * @param runId 40 hex digits
   */
  static ScriptedNode start(String runId, ReplicationStatus status) throws IOException {
    State state = new State(status);
    InfoSource info = new ScriptedInfo(runId, state);
    RespServer server =
        RespServer.start(
            new RespConfig(List.of("127.0.0.1"), 0, 1, LIMITS),
            new RespServer.Backend(
                state,
                sections -> InfoCommand.render(info, sections),
                new NoSettings(),
                () -> ServerSettings.DEFAULT,
                new ServerStats(),
                () -> {}));
    return new ScriptedNode(state, server);
  }

  HostPort address() {
    return new HostPort("127.0.0.1", server.port());
  }

  ReplicationStatus status() {
    return state.status;
  }

  void shows(ReplicationStatus status) {
    state.status = status;
  }

  @Override
  public void close() {
    server.close();
  }

  private static final class State implements Replication {
    private volatile ReplicationStatus status;

    private State(ReplicationStatus status) {
      this.status = status;
    }

    @Override
    public ReplicationStatus status() {
      return status;
    }

    @Override
    public int dbCount() {
      return status.dbs().size();
    }

    @Override
    public DbView view(int db) {
      throw new StorageException("no data here");
    }

    @Override
    public CompletionStage<List<Reply>> execute(int db, List<Call> calls) {
      return CompletableFuture.completedFuture(
          Collections.nCopies(calls.size(), Reply.error("ERR no data here")));
    }

    @Override
    public CompletionStage<Void> slaveOf(HostPort master, boolean force) {
      status = Statuses.following(status, master);
      return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletionStage<Void> slaveOfNoOne() {
      status = Statuses.promoted(status);
      return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletionStage<Void> dbSlaveOf(int db, DbSlaveOfRequest request) {
      return CompletableFuture.failedFuture(
          new ReplicationException(ReplicationException.Kind.CONFIG, "no data here"));
    }

    @Override
    public void configure(ReplSettings settings) {
      throw new UnsupportedOperationException();
    }

    @Override
    public ReplSettings settings() {
      return ReplSettings.DEFAULT;
    }
  }

  /** CONFIG REWRITE succeeds, there is nothing to keep. */
  private static final class NoSettings implements Settings {
    @Override
    public List<Map.Entry<String, String>> get(List<String> globs) {
      return List.of();
    }

    @Override
    public void set(Map<String, String> values) {}

    @Override
    public void rewrite() {}
  }
}
