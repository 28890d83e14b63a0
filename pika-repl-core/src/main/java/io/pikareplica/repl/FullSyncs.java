package io.pikareplica.repl;

import io.netty.channel.EventLoopGroup;
import io.pikareplica.repl.ReplicaEvent.FullSyncFailed;
import io.pikareplica.repl.ReplicaEvent.FullSyncStaged;
import io.pikareplica.repl.ReplicaEvent.InstallFailed;
import io.pikareplica.repl.ReplicaEvent.Installed;
import io.pikareplica.repl.ReplicationStatus.SyncProgress;
import io.pikareplica.repl.sync.FullSync;
import io.pikareplica.repl.sync.StagedSnapshot;
import io.pikareplica.repl.sync.Throttle;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The full syncs that {@link ReplicaSession} has under way, at most one a DB. The session thread
 * starts, cancels and installs; any thread may ask for progress.
 */
final class FullSyncs {
  private static final Logger log = LoggerFactory.getLogger(FullSyncs.class);

  private record Running(long syncId, FullSync sync) {}

  private final ReplConfig config;
  private final Supplier<ReplSettings> settings;
  private final List<LocalDb> dbs;
  private final EventLoopGroup loops;
  private final Throttle throttle;
  private final Consumer<ReplicaEvent> events;
  private final Map<Integer, Running> running = new ConcurrentHashMap<>();
  private final Map<Long, StagedSnapshot> staged = new ConcurrentHashMap<>();

  FullSyncs(
      ReplConfig config,
      Supplier<ReplSettings> settings,
      List<LocalDb> dbs,
      EventLoopGroup loops,
      Consumer<ReplicaEvent> events) {
    this.config = config;
    this.settings = settings;
    this.dbs = List.copyOf(dbs);
    this.loops = loops;
    this.events = events;
    throttle = new Throttle(settings.get().throttleBytesPerSecond());
  }

  void configure(ReplSettings now) {
    throttle.bytesPerSecond(now.throttleBytesPerSecond());
  }

  void start(int db, long syncId, HostPort master) {
    try {
      running.put(db, new Running(syncId, fetch(db, syncId, master)));
    } catch (RuntimeException e) {
      // The state machine waits for one answer to each start, so there must be one.
      log.error("db={} full sync cannot start", dbs.get(db).name(), e);
      events.accept(new FullSyncFailed(db, syncId, "cannot start: " + e.getMessage(), true));
    }
  }

  private FullSync fetch(int db, long syncId, HostPort master) {
    FullSync.Request request =
        new FullSync.Request(
            dbs.get(db).name(),
            master.host(),
            master.port() + config.rsyncPortShift(),
            config.dbSyncPath(),
            config.dbOptions(),
            config.maxRsyncParallel(),
            () -> settings.get().rsyncTimeoutMs(),
            throttle,
            loops);
    return FullSync.start(
        request,
        new FullSync.Listener() {
          @Override
          public void staged(StagedSnapshot snapshot) {
            staged.put(syncId, snapshot);
            events.accept(new FullSyncStaged(db, syncId));
          }

          @Override
          public void failed(ReplicationException why, boolean retry) {
            events.accept(new FullSyncFailed(db, syncId, why.getMessage(), retry));
          }
        });
  }

  void cancel(int db, long syncId) {
    Running current = running.get(db);
    if (current != null && current.syncId() == syncId) {
      running.remove(db);
      current.sync().cancel();
    }
    staged.remove(syncId);
  }

  void install(int db, long syncId) {
    StagedSnapshot snapshot = staged.remove(syncId);
    if (snapshot == null) {
      throw new IllegalStateException("full sync " + syncId + " of db" + db + " has no snapshot");
    }
    var unused =
        dbs.get(db)
            .install(snapshot)
            .whenComplete(
                (done, failure) -> {
                  running.remove(db);
                  events.accept(
                      failure == null
                          ? new Installed(db, syncId)
                          : new InstallFailed(db, syncId, String.valueOf(failure.getMessage())));
                });
  }

  /** How far the sync of a DB is, if one is under way. Any thread. */
  Optional<SyncProgress> progress(int db) {
    return Optional.ofNullable(running.get(db)).map(r -> r.sync().progress());
  }
}
