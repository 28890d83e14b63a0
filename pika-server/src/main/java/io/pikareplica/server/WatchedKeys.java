package io.pikareplica.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.pikareplica.binlog.BinlogOffset;
import io.pikareplica.repl.Replication;
import io.pikareplica.repl.ReplicationStatus;
import io.pikareplica.storage.Args;
import io.pikareplica.storage.Command;
import io.pikareplica.storage.CommandSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The keys that clients watch (WATCH). Every write of a client goes to its DB's worker wrapped by
 * {@link #touching}; a watch is set there too, and looked at there before EXEC's commands. So all
 * three have one order, and a write between WATCH and EXEC is never missed. Any thread.
 */
final class WatchedKeys {
  private final Replication replication;
  private final List<Map<String, Set<Watch>>> byDb = new ArrayList<>();
  private final AtomicLong roleChanges = new AtomicLong();

  WatchedKeys(Replication replication) {
    this.replication = replication;
    for (int i = 0; i < replication.dbCount(); i++) {
      byDb.add(new ConcurrentHashMap<>());
    }
  }

  /** The command, telling the watches of its keys when it runs. */
  Command touching(int db, Command command) {
    if (!(command instanceof Command.Write write)) {
      return command;
    }
    CommandSpec spec = write.spec();
    return new Command.Write(
        spec,
        (context, args) -> {
          touch(db, spec, args);
          return write.writer().write(context, args);
        });
  }

  private void touch(int db, CommandSpec spec, Args args) {
    Map<String, Set<Watch>> watched = byDb.get(db);
    if (watched.isEmpty()) {
      return;
    }
    if (spec.firstKey() == 0) {
      watched.values().forEach(watches -> watches.forEach(Watch::touch));
    }
    for (byte[] key : KeyWords.written(spec, args)) {
      watched.getOrDefault(new String(key, ISO_8859_1), Set.of()).forEach(Watch::touch);
    }
  }

  /** Begins to watch a key. To be called on the DB's worker. */
  Watch watch(int db, String key) {
    ReplicationStatus status = replication.status();
    boolean isOnReplica = status.role() == ReplicationStatus.Role.SLAVE;
    BinlogOffset applied = status.dbs().get(db).applied();
    Watch watch = new Watch(db, key, isOnReplica, roleChanges.get(), applied);
    byDb.get(db)
        .compute(
            key,
            (name, watches) -> {
              Set<Watch> set = watches == null ? ConcurrentHashMap.newKeySet() : watches;
              set.add(watch);
              return set;
            });
    return watch;
  }

  void unwatch(List<Watch> watches) {
    for (Watch watch : watches) {
      byDb.get(watch.db())
          .computeIfPresent(
              watch.key(),
              (name, set) -> {
                set.remove(watch);
                return set.isEmpty() ? null : set;
              });
    }
    watches.clear();
  }

  /** Whether one of the keys may have changed. To be called on the worker that runs EXEC. */
  boolean isAnyBroken(List<Watch> watches) {
    List<ReplicationStatus.Db> dbs = replication.status().dbs();
    long changes = roleChanges.get();
    return watches.stream().anyMatch(w -> w.isBroken(changes, dbs.get(w.db()).applied()));
  }

  /** The role is about to change, or has: whatever is watched may be another history's. */
  void roleChanged() {
    roleChanges.incrementAndGet();
  }
}
