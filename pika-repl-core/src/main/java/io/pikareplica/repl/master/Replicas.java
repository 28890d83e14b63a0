package io.pikareplica.repl.master;

import io.pikareplica.binlog.BinlogDirectory;
import io.pikareplica.binlog.BinlogOffset;
import io.pikareplica.binlog.BinlogRecord;
import io.pikareplica.repl.HostPort;
import io.pikareplica.repl.ReplicationStatus;
import io.pikareplica.repl.ReplicationStatus.Sending;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who follows this node, and the sending to them: windows, acknowledgements, pings. Changed on the
 * event loop only; {@link #floor} and {@link #status} are for any thread. The binlog is read on the
 * executor for disks, one read at a time per replica and DB.
 */
final class Replicas {
  private static final Logger LOG = LoggerFactory.getLogger(Replicas.class);

  /** Pika's kBinlogReadBatchNum. */
  private static final int MAX_FRAME_ITEMS = 100;

  /** A frame is closed once it is that long; only one item alone can make it much longer. */
  private static final long ENOUGH_FRAME_BYTES = 1 << 20;

  private record Key(HostPort address, String db) {}

  private record Registration(ReplicaLink link, long sinceMs) {}

  private final MasterConfig config;
  private final List<MasterDb> dbs;
  private final Executor loop;
  private final Executor disk;
  private final LongSupplier clockMs;
  private final Snapshots snapshots;
  private final long maxPendingBytes;
  private final Map<HostPort, Registration> registrations = new ConcurrentHashMap<>();
  private final Map<Key, SlaveNode> nodes = new ConcurrentHashMap<>();
  private volatile long pingMs;
  private int nextSession;

  /**
   * @param maxPendingBytes what may be sent and not taken by all replicas together, before each
   *     waits for the others; one frame more for each
   */
  Replicas(
      MasterConfig config,
      List<MasterDb> dbs,
      Executor loop,
      Executor disk,
      LongSupplier clockMs,
      Snapshots snapshots,
      long maxPendingBytes) {
    this.maxPendingBytes = maxPendingBytes;
    this.config = config;
    this.dbs = dbs;
    this.loop = loop;
    this.disk = disk;
    this.clockMs = clockMs;
    this.snapshots = snapshots;
    pingMs = config.pingMs();
  }

  /** Another {@code repl-ping-replica-period}. Any thread. */
  void pingMs(long period) {
    pingMs = period;
  }

  Optional<MasterDb> db(String name) {
    return dbs.stream().filter(db -> db.name().equals(name)).findFirst();
  }

  List<MasterDb> dbs() {
    return dbs;
  }

  /** Takes a replica in; one of the same name on another connection has gone, or lies. */
  void register(ReplicaLink link, HostPort address) {
    if (!link.registered().equals(Optional.of(address))) {
      leave(link, "it registers under another name"); // a connection has one at a time
    }
    Registration old = registrations.put(address, new Registration(link, clockMs.getAsLong()));
    removeNodes(address, "it registers anew");
    if (old != null && old.link() != link) {
      old.link().close("replica " + address + " has registered on another connection");
    }
    link.register(address);
    LOG.info("replica={} registered", link);
  }

  /** The connection is gone, and with it all that belongs to it. */
  void closed(ReplicaLink link) {
    leave(link, "connection closed");
  }

  private void leave(ReplicaLink link, String reason) {
    link.registered()
        .ifPresent(
            address -> {
              Registration current = registrations.get(address);
              if (current != null && current.link() == link) {
                registrations.remove(address);
                removeNodes(address, reason);
                LOG.info("replica={} gone reason=\"{}\"", link, reason);
              }
            });
  }

  /** A new session of a replica in a DB, in the place of the one it may have had. */
  SlaveNode open(
      ReplicaLink link, HostPort address, MasterDb db, SlaveNode.State state, BinlogOffset from) {
    SlaveNode node =
        new SlaveNode(address, db, link, nextSession++, state, from, clockMs.getAsLong());
    closeFeed(nodes.put(new Key(address, db.name()), node));
    LOG.info(
        "replica={} db={} session={} state={} offset={}",
        address,
        db.name(),
        node.sessionId(),
        state,
        from);
    return node;
  }

  /** The session that a message names, if it is the current one of that connection. */
  Optional<SlaveNode> node(ReplicaLink link, HostPort address, String db, int sessionId) {
    SlaveNode node = nodes.get(new Key(address, db));
    boolean isCurrent = node != null && node.sessionId() == sessionId && node.link() == link;
    return isCurrent ? Optional.of(node) : Optional.empty();
  }

  void remove(HostPort address, String db, String reason) {
    SlaveNode node = nodes.remove(new Key(address, db));
    if (node != null) {
      closeFeed(node);
      LOG.info("replica={} db={} session ends reason=\"{}\"", address, db, reason);
    }
  }

  private void removeNodes(HostPort address, String reason) {
    dbs.forEach(db -> remove(address, db.name(), reason));
  }

  private static void closeFeed(SlaveNode node) {
    if (node != null && node.feed() != null) {
      node.feed().close();
    }
  }

  /** A replica has said where to begin. */
  void activate(SlaveNode node, BinlogOffset from) {
    closeFeed(node);
    node.activate(
        from,
        new SendWindow(config.windowItems(), config.windowBytes(), from),
        new BinlogFeed(new BinlogDirectory(node.db().binlogFolder()), from));
    LOG.info(
        "replica={} db={} state=BINLOG_SYNC offset={}", node.address(), node.db().name(), from);
    if (from.isAfter(node.db().received())) {
      node.link().close("it asks for " + from + ", the binlog ends at " + node.db().received());
      return;
    }
    pump(node);
  }

  /** New items, or room on a connection: sends what can be sent. */
  void pumpAll() {
    nodes.values().forEach(this::pump);
  }

  void pump(SlaveNode node) {
    if (node.state() != SlaveNode.State.BINLOG_SYNC
        || node.isReading()
        || node.window().room() <= 0
        || !node.link().isWritable()) {
      return;
    }
    BinlogOffset limit = node.db().received();
    if (!limit.isAfter(node.sent()) || pendingBytes() > maxPendingBytes) {
      return;
    }
    node.readBegins();
    BinlogFeed feed = node.feed();
    int maxItems = Math.min(MAX_FRAME_ITEMS, node.window().room());
    try {
      disk.execute(() -> read(node, feed, limit, maxItems));
    } catch (RejectedExecutionException e) {
      LOG.debug("closed while replica {} was served", node.address());
    }
  }

  private long pendingBytes() {
    return registrations.values().stream().mapToLong(r -> r.link().pendingBytes()).sum();
  }

  /** On the executor for disks. */
  private void read(SlaveNode node, BinlogFeed feed, BinlogOffset limit, int maxItems) {
    Runnable then;
    try {
      List<BinlogRecord> records = feed.read(limit, maxItems, ENOUGH_FRAME_BYTES);
      then = () -> send(node, feed, records);
    } catch (IOException | RuntimeException e) {
      then = () -> unreadable(node, feed, e);
    }
    try {
      loop.execute(then);
    } catch (RejectedExecutionException e) {
      LOG.debug("closed while replica {} was served", node.address());
    }
  }

  private void send(SlaveNode node, BinlogFeed feed, List<BinlogRecord> records) {
    if (!isCurrent(node, feed)) {
      return;
    }
    node.readEnds();
    if (records.isEmpty()) {
      return; // a roll is under way; the item that causes it wakes us
    }
    long now = clockMs.getAsLong();
    records.forEach(record -> node.sent(record.end(), record.item().length, now));
    node.link().send(Replies.binlogSync(node.db().name(), node.sessionId(), records));
    pump(node);
  }

  private void unreadable(SlaveNode node, BinlogFeed feed, Exception why) {
    if (isCurrent(node, feed)) {
      node.link().close("db=" + node.db().name() + " unreadable from " + node.sent() + ": " + why);
    }
  }

  private boolean isCurrent(SlaveNode node, BinlogFeed feed) {
    return nodes.get(new Key(node.address(), node.db().name())) == node && node.feed() == feed;
  }

  /** Ends sessions of the silent, pings the idle. */
  void tick() {
    long now = clockMs.getAsLong();
    for (SlaveNode node : nodes.values()) {
      if (node.state() == SlaveNode.State.DB_SYNC) {
        snapshots.touch(node.db().name(), now);
      }
      if (now - node.lastRecvMs() > config.timeoutMs()) {
        remove(node.address(), node.db().name(), "nothing heard for " + config.timeoutMs() + " ms");
      } else if (now - node.lastSendMs() > pingMs && isIdle(node)) {
        node.link().send(Replies.ping(node.db().name(), node.sessionId()));
        node.pinged(now);
      }
      pump(node);
    }
  }

  private static boolean isIdle(SlaveNode node) {
    return node.window() == null || node.window().isEmpty();
  }

  /** The binlog of a DB is another one now: whoever reads the old one begins anew. */
  void binlogReplaced(String db) {
    snapshots.discard(db);
    for (SlaveNode node : nodes.values()) {
      if (node.db().name().equals(db)) {
        node.link().close("the binlog of " + db + " was replaced");
      }
    }
  }

  void closeAll(String reason) {
    registrations.values().forEach(registration -> registration.link().leave(reason));
    nodes.values().forEach(Replicas::closeFeed);
  }

  /** What the binlog of a DB must be kept from. Any thread. */
  Optional<BinlogOffset> floor(String db) {
    Optional<BinlogOffset> floor = snapshots.floor(db);
    for (SlaveNode node : nodes.values()) {
      if (node.db().name().equals(db) && (floor.isEmpty() || floor.get().isAfter(node.acked()))) {
        floor = Optional.of(node.acked());
      }
    }
    return floor;
  }

  /** The registered replicas, by address. Any thread. */
  List<ReplicationStatus.Replica> status() {
    long now = clockMs.getAsLong();
    List<ReplicationStatus.Replica> all = new ArrayList<>();
    registrations.forEach(
        (address, registration) -> all.add(status(address, registration.sinceMs(), now)));
    all.sort(Comparator.comparing(replica -> replica.address().toString()));
    return all;
  }

  private ReplicationStatus.Replica status(HostPort address, long sinceMs, long now) {
    List<BinlogOffset> acked = new ArrayList<>();
    List<Sending> sending = new ArrayList<>();
    long heardMs = sinceMs;
    int online = 0;
    boolean isFetching = false;
    for (MasterDb db : dbs) {
      SlaveNode node = nodes.get(new Key(address, db.name()));
      boolean isSending = node != null && node.state() == SlaveNode.State.BINLOG_SYNC;
      online += isSending ? 1 : 0;
      acked.add(isSending ? node.acked() : BinlogOffset.ZERO);
      sending.add(sending(node));
      if (node != null) {
        heardMs = Math.max(heardMs, node.lastRecvMs());
        isFetching |= node.state() == SlaveNode.State.DB_SYNC && snapshots.isReady(db.name());
      }
    }
    String state = online == dbs.size() ? "online" : isFetching ? "send_bulk" : "wait_bgsave";
    return new ReplicationStatus.Replica(address, state, acked, sending, (now - heardMs) / 1000);
  }

  /** As Pika tells it of each DB (src/pika_server.cc, PikaServer::GetSlaveListString). */
  private static Sending sending(SlaveNode node) {
    SlaveNode.State state = node == null ? SlaveNode.State.NOT_SYNC : node.state();
    return switch (state) {
      case NOT_SYNC -> new Sending(Sending.Kind.NOTHING, BinlogOffset.ZERO);
      case DB_SYNC -> new Sending(Sending.Kind.SNAPSHOT, BinlogOffset.ZERO);
      case BINLOG_SYNC -> new Sending(Sending.Kind.BINLOG, node.sent());
    };
  }
}
