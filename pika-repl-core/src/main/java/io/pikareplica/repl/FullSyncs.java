package io.pikareplica.repl;

import io.pikareplica.binlog.BinlogOffset;
import io.pikareplica.repl.ReplicaEvent.FullSyncFailed;
import io.pikareplica.repl.ReplicaEvent.FullSyncStaged;
import io.pikareplica.repl.ReplicaEvent.InstallFailed;
import io.pikareplica.repl.ReplicaEvent.Installed;
import io.pikareplica.repl.ReplicationStatus.SyncProgress;
import io.pikareplica.repl.sync.FullSync;
import io.pikareplica.repl.sync.SnapshotFetch;
import io.pikareplica.repl.sync.StagedSnapshot;
import io.pikareplica.repl.sync.Throttle;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The full syncs that {@link ReplicaSession} has under way, at most one a DB. The session thread
 * starts, cancels and installs; any thread may ask for progress.
 */
final class FullSyncs {
  private static final Logger log = LoggerFactory.getLogger(FullSyncs.class);

  /**
   * How long INFO says that this node must not be promoted before its data goes: Sentinel acts on
   * what it was told up to 5 s ago (spec sentinel-info §5.4).
   */
  private static final long NOTICE_MS = 6_000;

  private record Running(long syncId, SnapshotFetch sync) {}

  private final ReplConfig config;
  private final Supplier<ReplSettings> settings;
  private final List<LocalDb> dbs;
  private final Network network;
  private final SessionThread session;
  private final LongSupplier clockMs;
  private final Throttle throttle;
  private final Consumer<ReplicaEvent> events;
  private final Consumer<String> binlogReplaced;
  private final Map<Integer, Running> running = new ConcurrentHashMap<>();
  private final Map<Long, StagedSnapshot> staged = new ConcurrentHashMap<>();

  /** Since when INFO says so; of DBs that have data to lose. */
  private final Map<Integer, Long> noticeMs = new ConcurrentHashMap<>();

  /**
   * @param binlogReplaced told the name of a DB whose binlog may be another one now
   */
  FullSyncs(
      ReplConfig config,
      Supplier<ReplSettings> settings,
      List<LocalDb> dbs,
      Network network,
      SessionThread session,
      LongSupplier clockMs,
      Consumer<ReplicaEvent> events,
      Consumer<String> binlogReplaced) {
    this.config = config;
    this.settings = settings;
    this.dbs = List.copyOf(dbs);
    this.network = network;
    this.session = session;
    this.clockMs = clockMs;
    this.events = events;
    this.binlogReplaced = binlogReplaced;
    throttle = new Throttle(settings.get().throttleBytesPerSecond());
  }

  void configure(ReplSettings now) {
    throttle.bytesPerSecond(now.throttleBytesPerSecond());
  }

  void start(int db, long syncId, HostPort master) {
    if (!dbs.get(db).received().equals(BinlogOffset.ZERO)) {
      noticeMs.putIfAbsent(db, clockMs.getAsLong());
    }
    try {
      running.put(db, new Running(syncId, fetch(db, syncId, master)));
    } catch (RuntimeException e) {
      // The state machine waits for one answer to each start, so there must be one.
      log.error("db={} full sync cannot start", dbs.get(db).name(), e);
      events.accept(new FullSyncFailed(db, syncId, "cannot start: " + e.getMessage(), true));
    }
  }

  private SnapshotFetch fetch(int db, long syncId, HostPort master) {
    FullSync.Request request =
        new FullSync.Request(
            dbs.get(db).name(),
            master.host(),
            master.port() + config.rsyncPortShift(),
            config.dbSyncPath(),
            config.dbOptions(),
            config.maxRsyncParallel(),
            () -> settings.get().rsyncTimeoutMs(),
            throttle);
    return network.fetch(
        request,
        new FullSync.Listener() {
          @Override
          public void staged(StagedSnapshot snapshot) {
            staged.put(syncId, snapshot);
            afterNotice(db, () -> events.accept(new FullSyncStaged(db, syncId)));
          }

          @Override
          public void failed(ReplicationException why, boolean retry) {
            events.accept(new FullSyncFailed(db, syncId, why.getMessage(), retry));
          }
        });
  }

  private void afterNotice(int db, Runnable task) {
    long nowMs = clockMs.getAsLong();
    long leftMs = NOTICE_MS - (nowMs - noticeMs.getOrDefault(db, nowMs - NOTICE_MS));
    if (leftMs <= 0) {
      task.run();
      return;
    }
    log.info("db={} snapshot waits ms={} until Sentinels know", dbs.get(db).name(), leftMs);
    session.after(leftMs, task);
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
                  noticeMs.remove(db);
                  binlogReplaced.accept(dbs.get(db).name());
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
