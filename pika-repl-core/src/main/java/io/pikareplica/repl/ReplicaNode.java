package io.pikareplica.repl;

import io.netty.util.NetUtil;
import io.pikareplica.binlog.BinlogOffset;
import io.pikareplica.repl.ReplicationStatus.Role;
import io.pikareplica.repl.master.MasterConfig;
import io.pikareplica.storage.DbView;
import io.pikareplica.storage.Reply;
import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A node: its DBs and its part in replication. Started by {@link #start}; whoever starts it closes
 * it. Methods may be called from any thread.
 */
public final class ReplicaNode implements Replication, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ReplicaNode.class);

  private final ReplConfig config;
  private final List<LocalDb> dbs;
  private final Clock wallClock;
  private final Network network;
  private final ReplicationStore store;
  private final ReplicaSession session;
  private final StatusView view;
  private final Workers workers;
  private volatile ReplSettings settings;
  private volatile Optional<Serving> serving = Optional.empty();

  /** Counts role changes, so that one that is under way notices a later one; session's thread. */
  private long changes;

  private ReplicaNode(
      ReplConfig config,
      ReplicaPolicy policy,
      ReplicationStore store,
      List<LocalDb> dbs,
      Workers workers,
      NodeEnvironment environment) {
    this.config = config;
    this.dbs = List.copyOf(dbs);
    this.store = store;
    settings = config.settings();
    wallClock = environment.db().clock();
    network = environment.network().get();
    session =
        new ReplicaSession(
            config, policy.with(settings), this::settings, dbs, network, store, environment);
    view = new StatusView(config, dbs, store, session);
    workers.session = session;
    this.workers = workers;
  }

  /**
   * Opens data and binlogs, which may take a while, and starts to follow the configured master.
   *
   * @throws ReplicationException when something does not open; nothing stays open then
   */
  public static ReplicaNode start(ReplConfig config) throws ReplicationException {
    return start(config, ReplicaPolicy.DEFAULT);
  }

  static ReplicaNode start(ReplConfig config, ReplicaPolicy policy) throws ReplicationException {
    return start(config, policy, NodeEnvironment.real());
  }

  static ReplicaNode start(ReplConfig config, ReplicaPolicy policy, NodeEnvironment environment)
      throws ReplicationException {
    if (config.master().isPresent()) {
      refuseOwnAddress(config, config.master().get());
    }
    ReplicationStore store = ReplicationStore.open(config.dbPath());
    Workers workers = new Workers();
    List<LocalDb> dbs = new ArrayList<>();
    try {
      for (int i = 0; i < config.databases(); i++) {
        dbs.add(LocalDb.open(i, config, workers.listener(i), environment.db()));
      }
    } catch (ReplicationException | RuntimeException e) {
      dbs.forEach(LocalDb::close);
      throw e;
    }
    LocalDb.connect(dbs);
    ReplicaNode node = new ReplicaNode(config, policy, store, dbs, workers, environment);
    try {
      node.begin();
    } catch (ReplicationException e) {
      node.close();
      throw e;
    }
    return node;
  }

  private void begin() throws ReplicationException {
    ReplicationStore.Content stored = store.content();
    dbs.forEach(db -> db.setWritable(config.master().isEmpty()));
    if (config.master().isPresent()) {
      if (stored.master().isEmpty()) {
        // It was a master: whether its own writes fit the one it follows now is yet to be seen.
        store.detached();
      } else if (stored.attached() && stored.lastMessageWallMs() > 0) {
        session.resumeClock(wallClock.millis() - stored.lastMessageWallMs());
      }
    }
    session.start();
    config.master().ifPresent(master -> session.run(() -> follow(master, false)));
  }

  @Override
  public ReplicationStatus status() {
    return view.status(settings, serving.map(part -> part.service().replicas()).orElse(List.of()));
  }

  /**
   * Lets other nodes follow this one, ours or real Pikas, whatever its role. At most once.
   *
   * @param runId what INFO shows as {@code run_id}
   * @param requirePass the bytes of {@code requirepass} at the moment; none for no password
   * @throws IOException if a port is taken; the message says which
   */
  public void serve(MasterConfig master, String runId, Supplier<byte[]> requirePass)
      throws IOException {
    Serving part =
        Serving.start(
            master,
            runId,
            requirePass,
            dbs,
            config.dbOptions(),
            store,
            session,
            () -> session.situation().role() == Role.MASTER);
    part.service().pingMs(settings.pingReplicaMs());
    serving = Optional.of(part);
    workers.onAppended = part.service()::appended;
    session.onBinlogReplaced(part.service()::binlogReplaced);
  }

  @Override
  public boolean isReplica() {
    return session.situation().role() == Role.SLAVE;
  }

  @Override
  public int dbCount() {
    return dbs.size();
  }

  LocalDb db(int db) {
    return dbs.get(db);
  }

  ReplicaSession session() {
    return session;
  }

  @Override
  public DbView view(int db) {
    return db(db).view();
  }

  @Override
  public CompletionStage<List<Reply>> execute(int db, List<Call> calls) {
    return db(db).execute(calls);
  }

  @Override
  public CompletionStage<Void> slaveOf(HostPort master, boolean force) {
    CompletableFuture<Void> result = new CompletableFuture<>();
    if (NetUtil.createByteArrayFromIpAddressString(master.host()) != null) {
      slaveOf(master, force, result);
    } else {
      // A name has to be looked up, which may take its time.
      var unused = CompletableFuture.runAsync(() -> slaveOf(master, force, result));
    }
    return result;
  }

  private void slaveOf(HostPort master, boolean force, CompletableFuture<Void> result) {
    try {
      refuseOwnAddress(config, master);
    } catch (ReplicationException e) {
      result.completeExceptionally(e);
      return;
    }
    session.run(
        () -> {
          follow(master, force);
          result.complete(null);
        });
  }

  /** On the session's thread. Its own writes are through before the first TrySync: it drains. */
  private void follow(HostPort master, boolean force) {
    changes++;
    boolean isWhole = true;
    if (!isReplica()) {
      dbs.forEach(db -> db.setWritable(false));
      isWhole = dbs.stream().allMatch(db -> db.needsFullSync().isEmpty());
      remember(store::detached);
    }
    if (!session.situation().master().equals(Optional.of(master))) {
      // Its history may be another one: whoever follows this node has to ask which, and wait.
      serving.ifPresent(part -> part.service().disconnectReplicas("this node follows " + master));
    }
    remember(() -> store.master(Optional.of(master)));
    session.follow(master, force || !isWhole);
  }

  @Override
  public CompletionStage<Void> slaveOfNoOne() {
    CompletableFuture<Void> result = new CompletableFuture<>();
    session.run(
        () -> {
          if (!isReplica()) {
            result.complete(null);
            return;
          }
          long mine = ++changes;
          session.leaveMaster();
          var unused =
              session.drainAll().whenComplete((done, failure) -> promote(mine, failure, result));
        });
    return result;
  }

  /** On the session's thread, with nothing received left to apply. */
  private void promote(long mine, Throwable failure, CompletableFuture<Void> result) {
    if (mine != changes) {
      result.completeExceptionally(
          new ReplicationException(
              ReplicationException.Kind.CONFIG, "superseded by a later SLAVEOF"));
      return;
    }
    if (failure != null) {
      log.error("promoted although a worker failed to drain", failure);
    }
    remember(() -> store.master(Optional.empty()));
    dbs.forEach(db -> db.setWritable(true));
    // last: whoever sees a master may write to it
    session.promoted();
    log.info("role=master reason=\"SLAVEOF NO ONE\" offsets={}", offsets());
    result.complete(null);
  }

  private List<BinlogOffset> offsets() {
    return dbs.stream().map(LocalDb::applied).toList();
  }

  /** Something to be put on disk. */
  private interface Note {
    void write() throws ReplicationException;
  }

  private static void remember(Note note) {
    try {
      note.write();
    } catch (ReplicationException e) {
      log.error("{}", e.getMessage());
    }
  }

  @Override
  public CompletionStage<Void> dbSlaveOf(int db, DbSlaveOfRequest request) {
    CompletableFuture<Void> result = new CompletableFuture<>();
    session.run(
        () -> {
          String refusal = session.handle(new ReplicaEvent.DbSlaveOf(db, request));
          if (refusal.isEmpty()) {
            result.complete(null);
          } else {
            result.completeExceptionally(
                new ReplicationException(ReplicationException.Kind.CONFIG, refusal));
          }
        });
    return result;
  }

  @Override
  public void configure(ReplSettings next) {
    ReplSettings before = settings;
    settings = next;
    session.fullSyncs().configure(next);
    serving.ifPresent(part -> part.service().pingMs(next.pingReplicaMs()));
    dbs.forEach(db -> db.configure(next));
    session.run(
        () -> {
          session.handle(new ReplicaEvent.SettingsChanged(session.state().policy().with(next)));
          boolean isAnnouncedAnew =
              !before.announceHost().equals(next.announceHost())
                  || before.announcePort() != next.announcePort();
          if (isAnnouncedAnew) {
            // The master knows its replicas by their address: it has to be told by a new MetaSync.
            session.reconnect("announced address has changed");
          }
        });
  }

  @Override
  public ReplSettings settings() {
    return settings;
  }

  private static void refuseOwnAddress(ReplConfig config, HostPort master)
      throws ReplicationException {
    if (master.port() == config.port() && isLocal(master.host())) {
      throw new ReplicationException(
          ReplicationException.Kind.CONFIG,
          "The master ip:port and the slave ip:port are the same");
    }
  }

  private static boolean isLocal(String host) {
    try {
      InetAddress address = InetAddress.getByName(host);
      return address.isLoopbackAddress()
          || address.isAnyLocalAddress()
          || NetworkInterface.getByInetAddress(address) != null;
    } catch (UnknownHostException | SocketException e) {
      // Not found now: then the link says so, and says it again until the name is known.
      return false;
    }
  }

  /** Leaves the master, applies what was received, closes binlogs and data. Waits for it. */
  @Override
  public void close() {
    serving.ifPresent(Serving::close);
    session.close();
    dbs.forEach(LocalDb::close);
    network.close();
  }

  /** What the workers report goes to the session, which is made after them. */
  private static final class Workers {
    private volatile ReplicaSession session;
    private volatile Runnable onAppended = () -> {};

    LocalDb.Listener listener(int db) {
      return new LocalDb.Listener() {
        @Override
        public void applied(ReplicatedBatch batch, BinlogOffset firstEnd, BinlogOffset lastEnd) {
          session.link().applied(batch, firstEnd, lastEnd);
        }

        @Override
        public void pinged(ReplicatedBatch batch) {
          // Pings are answered where they arrive and do not come this far.
        }

        @Override
        public void failed(ReplicatedBatch batch, ReplicationException why) {
          session.batchFailed(db, why);
        }

        @Override
        public void mailboxHasRoom(String name) {
          session.link().mailboxHasRoom(db);
        }

        @Override
        public void reopened(String name) {
          ReplicaSession known = session;
          if (known != null) {
            known.reopened(db);
          }
          onAppended.run();
        }

        @Override
        public void appended(String name, BinlogOffset end) {
          onAppended.run();
        }
      };
    }
  }
}
