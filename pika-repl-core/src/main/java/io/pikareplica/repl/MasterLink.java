package io.pikareplica.repl;

import io.pikareplica.binlog.BinlogOffset;
import io.pikareplica.proto.InnerMessage.InnerRequest;
import io.pikareplica.proto.InnerMessage.InnerResponse;
import io.pikareplica.proto.InnerMessage.Node;
import io.pikareplica.repl.ReplicaEvent.Connected;
import io.pikareplica.repl.ReplicaEvent.Disconnected;
import io.pikareplica.repl.ReplicaEvent.ProtocolError;
import io.pikareplica.repl.ReplicaEvent.TrySyncReply;
import io.pikareplica.repl.ReplicaEvent.WrongSession;
import io.pikareplica.repl.net.MasterConnection;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.Consumer;
import java.util.function.IntPredicate;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * The network side of {@link ReplicaSession}: sends what the state machine wants sent, turns
 * answers into events, and takes items straight from the event loop to the workers, and their
 * acknowledgements straight back.
 *
 * <p>The session thread calls what has no other thread in its comment. One event loop serves all
 * connections, one after the other, so "on the event loop" orders everything here.
 */
final class MasterLink implements MasterConnection.Listener, StreamRouter.Outlet {
  private static final int ASKED_ALL = 0;
  private static final int ASKED_END = 1;
  private static final int ASKED_TAIL = 2;

  private final ReplConfig config;
  private final Supplier<ReplSettings> settings;
  private final List<LocalDb> dbs;
  private final Network network;
  private final Executor loop;
  private final Consumer<ReplicaEvent> events;
  private final LongSupplier clockMs;
  private final StreamRouter router;
  private final AtomicLongArray dbHeardMs;

  /** Which TrySync is out. */
  private final AtomicIntegerArray asked;

  /** Mailboxes that asked to stop reading; on the event loop. */
  private final BitSet full = new BitSet();

  private volatile MasterConnection connection;

  /** Who this node says it is on the connection: the same from MetaSync to the end. */
  private volatile Node identity = Node.getDefaultInstance();

  private volatile long heardMs;
  private volatile boolean isPaused;

  MasterLink(
      ReplConfig config,
      Supplier<ReplSettings> settings,
      List<LocalDb> dbs,
      Network network,
      Consumer<ReplicaEvent> events,
      LongSupplier clockMs) {
    this.config = config;
    this.settings = settings;
    this.dbs = List.copyOf(dbs);
    this.network = network;
    loop = network.loop();
    this.events = events;
    this.clockMs = clockMs;
    router = new StreamRouter(dbs.stream().map(LocalDb::name).toList(), this);
    dbHeardMs = new AtomicLongArray(dbs.size());
    asked = new AtomicIntegerArray(dbs.size());
  }

  // ---- what the state machine wants

  void connect(ReplicaAction.Connect action, long timeoutMs) {
    heardMs = clockMs.getAsLong();
    connection =
        network.connect(
            action.connectionId(),
            new HostPort(action.master().host(), action.master().port() + config.replPortShift()),
            (int) timeoutMs,
            config.maxFrameBytes(),
            this);
  }

  void disconnect(long connectionId) {
    MasterConnection old = connection;
    if (old != null && old.id() == connectionId) {
      connection = null;
      old.close();
    }
  }

  void sendMetaSync() {
    identity = ownAddress();
    send(InnerRequests.metaSync(node(), settings.get().masterAuth()));
  }

  /**
   * Asks whether the master's history has the offset that this DB has reached: its binlog, or,
   * after a power loss, its data, which may be ahead. Once that is agreed on, the same is asked of
   * where the stream is to begin, a little before the binlog's end, see {@link Recheck}. Asked of
   * that alone, a master that has lost what lies behind would agree too.
   */
  void sendTrySync(int db) {
    LocalDb local = dbs.get(db);
    BinlogOffset reached = local.reached();
    asked.set(db, reached.equals(local.streamFrom()) ? ASKED_ALL : ASKED_END);
    send(InnerRequests.trySync(node(), name(db), reached));
  }

  /**
   * Asks what is still to be asked. A master that has nothing in front of our end, since it came
   * through a full sync, cannot be compared with: its word has to do.
   *
   * @return whether there is more to ask
   */
  private boolean asksOn(int db, TrySyncReply reply) {
    if (reply.verdict() == TrySyncReply.Verdict.OK
        && asked.compareAndSet(db, ASKED_END, ASKED_TAIL)) {
      send(InnerRequests.trySync(node(), name(db), dbs.get(db).streamFrom()));
      return true;
    }
    if (reply.verdict() == TrySyncReply.Verdict.SYNC_POINT_BE_PURGED
        && asked.compareAndSet(db, ASKED_TAIL, ASKED_ALL)) {
      dbs.get(db).streamFromEnd();
      send(InnerRequests.trySync(node(), name(db), dbs.get(db).received()));
      return true;
    }
    return false;
  }

  void sendDbSync(int db) {
    send(InnerRequests.dbSync(node(), name(db), dbs.get(db).received()));
  }

  void sendRemoveSlaveNode(int db) {
    send(InnerRequests.removeSlaveNode(node(), name(db)));
  }

  /** The route opens before the request is out: nothing comes too early. */
  void startStream(int db, int sessionId) {
    loop.execute(
        () -> {
          router.items(db, sessionId);
          send(InnerRequests.firstSend(node(), name(db), sessionId, dbs.get(db).streamFrom()));
        });
  }

  void answerPings(int db, int sessionId) {
    loop.execute(() -> router.pings(db, sessionId));
  }

  void stopStream(int db) {
    loop.execute(() -> router.close(db));
  }

  /**
   * Runs a task once everything that was let through to the workers before has been let through.
   */
  void afterRouting(Runnable task) {
    loop.execute(task);
  }

  // ---- what the session asks

  /** When anything was last read; now while we ourselves have stopped reading. */
  long heardMs() {
    return isPaused ? clockMs.getAsLong() : heardMs;
  }

  /**
   * The same for each DB.
   *
   * @param isOwedItems whether what a DB has heard does not count
   */
  List<Long> dbHeardMs(IntPredicate isOwedItems) {
    long nowMs = clockMs.getAsLong();
    return IntStream.range(0, dbs.size())
        .mapToObj(
            db -> isPaused ? nowMs : isOwedItems.test(db) ? Long.MIN_VALUE : dbHeardMs.get(db))
        .toList();
  }

  /** Any thread. */
  boolean isOpen() {
    return connection != null;
  }

  private String name(int db) {
    return dbs.get(db).name();
  }

  private void send(InnerRequest request) {
    MasterConnection current = connection;
    if (current != null) {
      current.send(request);
    }
  }

  /** How the master is to know this node: Pika identifies a replica by what it says here. */
  private Node node() {
    return identity;
  }

  private Node ownAddress() {
    ReplSettings now = settings.get();
    MasterConnection current = connection;
    String local = current == null ? "" : current.localHost();
    return Node.newBuilder()
        .setIp(now.announceHost().isEmpty() ? local : now.announceHost())
        .setPort(now.announcePort() == 0 ? config.port() : now.announcePort())
        .build();
  }

  // ---- what a worker has done; on its thread

  void applied(ReplicatedBatch batch, BinlogOffset firstEnd, BinlogOffset lastEnd) {
    MasterConnection current = connection;
    if (current != null && current.id() == batch.connectionId()) {
      current.send(InnerRequests.ack(node(), batch, firstEnd, lastEnd));
    }
  }

  void mailboxHasRoom(int db) {
    loop.execute(
        () -> {
          full.clear(db);
          if (full.isEmpty()) {
            reading(true);
          }
        });
  }

  private void reading(boolean isOn) {
    isPaused = !isOn;
    MasterConnection current = connection;
    if (current != null) {
      current.reading(isOn);
    }
  }

  // ---- StreamRouter.Outlet, on the event loop

  @Override
  public void offer(int db, ReplicatedBatch batch) {
    if (!dbs.get(db).offer(batch)) {
      full.set(db);
      reading(false);
    }
  }

  @Override
  public void answerPing(int db, int sessionId) {
    send(InnerRequests.pingAnswer(node(), name(db), sessionId));
  }

  @Override
  public void wrongSession(int db, int sessionId) {
    MasterConnection current = connection;
    if (current != null) {
      events.accept(new WrongSession(current.id(), db, sessionId));
    }
  }

  // ---- MasterConnection.Listener, on the event loop

  @Override
  public void connected(MasterConnection from) {
    heardMs = clockMs.getAsLong();
    router.closeAll();
    events.accept(new Connected(from.id()));
  }

  @Override
  public void received(MasterConnection from, InnerResponse response) {
    if (from != connection) {
      return;
    }
    heardMs = clockMs.getAsLong();
    switch (response.getType()) {
      case kMetaSync -> events.accept(InnerResponses.metaSync(from.id(), response));
      case kTrySync -> {
        int db = dbNumber(response.getTrySync().getSlot().getDbName());
        if (db >= 0) {
          TrySyncReply reply = InnerResponses.trySync(from.id(), db, response);
          if (!asksOn(db, reply)) {
            events.accept(reply);
          }
        }
      }
      case kDBSync -> {
        int db = dbNumber(response.getDbSync().getSlot().getDbName());
        if (db >= 0) {
          events.accept(InnerResponses.dbSync(from.id(), db, response));
        }
      }
      case kBinlogSync -> router.route(from.id(), response, db -> dbHeardMs.set(db, heardMs));
      case kHeatBeat, kRemoveSlaveNode -> {}
    }
  }

  private int dbNumber(String name) {
    for (int i = 0; i < dbs.size(); i++) {
      if (dbs.get(i).name().equals(name)) {
        return i;
      }
    }
    return -1;
  }

  @Override
  public void broken(MasterConnection from, String why) {
    if (from == connection) {
      events.accept(new ProtocolError(from.id(), why));
    }
  }

  @Override
  public void disconnected(MasterConnection from, String why) {
    events.accept(new Disconnected(from.id(), why));
  }
}
