package io.pikareplica.repl;

import com.google.protobuf.ByteString;
import io.pikareplica.binlog.BinlogOffset;
import io.pikareplica.proto.InnerMessage;
import io.pikareplica.proto.InnerMessage.InnerRequest;
import io.pikareplica.proto.InnerMessage.InnerResponse;
import io.pikareplica.proto.InnerMessage.InnerResponse.TrySync.ReplyCode;
import io.pikareplica.proto.InnerMessage.Node;
import io.pikareplica.proto.InnerMessage.Slot;
import io.pikareplica.proto.InnerMessage.StatusCode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A Pika master as the specification describes it (§2.4, §4, §5), with its data in memory, and a
 * strict judge: it closes a connection on whatever Pika closes one on, and says so.
 */
final class SimMaster {
  private static final long SLAVE_SILENT_MS = 20_000;
  private static final long CONNECTION_IDLE_MS = 180_000;
  private static final long PING_MS = 2_000;

  /** The master's side of a connection. */
  interface Peer {
    void send(InnerResponse response);

    void close(String why);

    long heardMs();
  }

  final HostPort address;
  private final SimScheduler scheduler;
  private final SimOracle oracle;
  private final SimConfig config;
  private final List<SimBinlog> dbs = new ArrayList<>();
  private final Map<String, Peer> registered = new HashMap<>();
  private final Map<String, Peer> connections = new HashMap<>();
  private final List<Peer> peers = new ArrayList<>();
  private final List<Map<String, SimSlave>> slaves = new ArrayList<>();
  private final List<Optional<SimSnapshot>> snapshots = new ArrayList<>();
  private final int[] sessions;
  private String replicationId;
  private boolean isUp = true;

  SimMaster(
      HostPort address,
      String replicationId,
      List<SimBinlog> dbs,
      SimScheduler scheduler,
      SimOracle oracle,
      SimConfig config) {
    this.address = address;
    this.replicationId = replicationId;
    this.dbs.addAll(dbs);
    this.scheduler = scheduler;
    this.oracle = oracle;
    this.config = config;
    sessions = new int[dbs.size()];
    forgetReplicas();
  }

  String replicationId() {
    return replicationId;
  }

  boolean isUp() {
    return isUp;
  }

  SimBinlog db(int db) {
    return dbs.get(db);
  }

  // ---- what happens to it

  void write(int db, SimWriter writer) {
    SimBinlog binlog = dbs.get(db);
    long nowMs = oracle.wallMs();
    SimItem item = binlog.next(writer.command(binlog, config.instances()), nowMs);
    while (oracle.isTaken(replicationId, db, item.end())) {
      // Two branches of a history that have an END in common cannot be told apart by any replica.
      item = binlog.next(writer.command(binlog, config.instances()), nowMs);
    }
    binlog.append(item);
    oracle.created(replicationId, db, item.end(), binlog.digests());
  }

  void down() {
    isUp = false;
    List.copyOf(peers).forEach(peer -> peer.close("master stops"));
    forgetReplicas();
  }

  void up() {
    isUp = true;
  }

  /** What a master does wrong, once, towards whoever follows a DB. */
  enum Slip {
    /** An item is left out. */
    HOLE,
    /** Some come twice. */
    REPEAT,
    /** They come in the name of another session. */
    OTHER_SESSION,
    /** It sends nothing, not even pings, until it is asked anew. */
    STALL
  }

  void slip(int db, Slip slip) {
    for (SimSlave slave : slaves.get(db).values()) {
      slave.hasSlipped = true;
      switch (slip) {
        case HOLE -> slave.next = Math.min(dbs.get(db).size(), slave.next + 1);
        case REPEAT -> slave.next = Math.max(0, slave.next - 3);
        case OTHER_SESSION -> slave.isInDisguise = true;
        case STALL -> {
          slave.state = SimSlave.State.NOT_SYNC;
          slave.isMute = true;
        }
      }
    }
  }

  /** It has lost the newest items of a DB and goes on without them. */
  void loseTail(int db, int count) {
    SimBinlog binlog = dbs.get(db);
    dbs.set(db, binlog.branch(Math.max(0, binlog.size() - count)));
  }

  /** Somebody has put other data in its place. */
  void otherHistory(String id, List<SimBinlog> other) {
    replicationId = id;
    dbs.clear();
    dbs.addAll(other);
  }

  private void forgetReplicas() {
    registered.clear();
    connections.clear();
    peers.clear();
    slaves.clear();
    snapshots.clear();
    for (int i = 0; i < dbs.size(); i++) {
      slaves.add(new HashMap<>());
      snapshots.add(Optional.empty());
      sessions[i] = 0;
    }
  }

  void tick() {
    if (!isUp) {
      return;
    }
    for (Peer peer : List.copyOf(peers)) {
      if (scheduler.nowMs() - peer.heardMs() > CONNECTION_IDLE_MS) {
        peer.close("idle");
        closed(peer);
      }
    }
    for (int db = 0; db < dbs.size(); db++) {
      int number = db;
      slaves
          .get(db)
          .values()
          .removeIf(slave -> scheduler.nowMs() - slave.heardMs > SLAVE_SILENT_MS);
      List.copyOf(slaves.get(db).entrySet())
          .forEach(entry -> serve(number, entry.getKey(), entry.getValue()));
    }
  }

  private void serve(int db, String node, SimSlave slave) {
    if (!slave.window.isEmpty() || slave.isMute) {
      return;
    }
    send(db, node, slave);
    slave.isInDisguise = false;
    if (slave.window.isEmpty() && scheduler.nowMs() - slave.sentMs > PING_MS) {
      slave.sentMs = scheduler.nowMs();
      reply(
          node,
          InnerResponse.newBuilder()
              .setType(InnerMessage.Type.kBinlogSync)
              .setCode(StatusCode.kOk)
              .addBinlogSync(entry(db, slave, BinlogOffset.ZERO, new byte[0]))
              .build());
    }
  }

  private void send(int db, String node, SimSlave slave) {
    SimBinlog binlog = dbs.get(db);
    while (slave.state == SimSlave.State.BINLOG_SYNC
        && slave.window.size() < config.window()
        && slave.next < binlog.size()) {
      InnerResponse.Builder frame =
          InnerResponse.newBuilder().setType(InnerMessage.Type.kBinlogSync).setCode(StatusCode.kOk);
      int items = 1 + scheduler.random().nextInt(config.frameItems());
      while (items-- > 0 && slave.window.size() < config.window() && slave.next < binlog.size()) {
        SimItem item = binlog.item(slave.next++);
        slave.window.add(item.end());
        frame.addBinlogSync(entry(db, slave, item.end(), item.bytes()));
      }
      slave.sentMs = scheduler.nowMs();
      reply(node, frame.build());
    }
  }

  private static InnerResponse.BinlogSync entry(
      int db, SimSlave slave, BinlogOffset end, byte[] item) {
    return InnerResponse.BinlogSync.newBuilder()
        .setSlot(slot(db))
        .setBinlogOffset(offset(end))
        .setBinlog(ByteString.copyFrom(item))
        .setSessionId(slave.sessionId + (slave.isInDisguise ? 1 : 0))
        .build();
  }

  private void reply(String node, InnerResponse response) {
    Peer peer = connections.get(node);
    if (peer != null) {
      peer.send(response);
    }
  }

  // ---- connections

  void connected(Peer peer) {
    peers.add(peer);
  }

  void closed(Peer peer) {
    peers.remove(peer);
    registered.entrySet().stream()
        .filter(entry -> entry.getValue() == peer)
        .map(Map.Entry::getKey)
        .toList()
        .forEach(this::forget);
  }

  private void forget(String node) {
    registered.remove(node);
    connections.remove(node);
    slaves.forEach(ofDb -> ofDb.remove(node));
  }

  void received(Peer peer, InnerRequest request) {
    switch (request.getType()) {
      case kMetaSync -> metaSync(peer, request.getMetaSync());
      case kTrySync -> trySync(peer, request.getTrySync());
      case kDBSync -> dbSync(peer, request.getDbSync());
      case kBinlogSync -> binlogSync(peer, request.getBinlogSync());
      case kRemoveSlaveNode ->
          request
              .getRemoveSlaveNodeList()
              .forEach(
                  one -> slaves.get(number(one.getSlot().getDbName())).remove(name(one.getNode())));
      case kHeatBeat -> throw new IllegalStateException("no replica sends that");
    }
  }

  private void metaSync(Peer peer, InnerRequest.MetaSync request) {
    String node = name(request.getNode());
    InnerResponse.Builder response =
        InnerResponse.newBuilder().setType(InnerMessage.Type.kMetaSync);
    connections.put(node, peer);
    if (registered.containsKey(node)) {
      peer.send(response.setCode(StatusCode.kOther).setReply("Slave AlreadyExist").build());
      return;
    }
    registered.put(node, peer);
    InnerResponse.MetaSync.Builder meta =
        InnerResponse.MetaSync.newBuilder()
            .setClassicMode(true)
            .setRunId("r".repeat(40))
            .setReplicationId(replicationId);
    for (int i = 0; i < dbs.size(); i++) {
      meta.addDbsInfo(
          InnerResponse.MetaSync.DBInfo.newBuilder()
              .setDbName("db" + i)
              .setSlotNum(1)
              .setDbInstanceNum(config.instances()));
    }
    peer.send(response.setCode(StatusCode.kOk).setMetaSync(meta).build());
  }

  private void trySync(Peer peer, InnerRequest.TrySync request) {
    int db = number(request.getSlot().getDbName());
    SimBinlog binlog = dbs.get(db);
    BinlogOffset at = offset(request.getBinlogOffset());
    InnerResponse.TrySync.Builder reply =
        InnerResponse.TrySync.newBuilder()
            .setSlot(request.getSlot())
            .setBinlogOffset(offset(binlog.end()));
    if (at.isAfter(binlog.end())) {
      reply.setReplyCode(ReplyCode.kSyncPointLarger);
    } else if (!binlog.hasFile(at.filenum())) {
      reply.setReplyCode(ReplyCode.kSyncPointBePurged);
    } else if (binlog.indexAt(at) == SimBinlog.NO_BORDER) {
      reply.setReplyCode(ReplyCode.kError);
    } else {
      reply
          .setReplyCode(ReplyCode.kOk)
          .setSessionId(slave(peer, db, name(request.getNode())).sessionId);
    }
    peer.send(
        InnerResponse.newBuilder()
            .setType(InnerMessage.Type.kTrySync)
            .setCode(StatusCode.kOk)
            .setTrySync(reply)
            .build());
  }

  private SimSlave slave(Peer peer, int db, String node) {
    return slaves
        .get(db)
        .computeIfAbsent(
            node,
            any -> {
              connections.put(node, peer);
              return new SimSlave(sessions[db]++, scheduler.nowMs());
            });
  }

  private void dbSync(Peer peer, InnerRequest.DBSync request) {
    int db = number(request.getSlot().getDbName());
    SimSlave slave = slave(peer, db, name(request.getNode()));
    slave.state = SimSlave.State.DB_SYNC;
    slave.window.clear();
    int theirs = request.getBinlogOffset().getFilenum();
    boolean isGood =
        snapshots
            .get(db)
            .filter(last -> dbs.get(db).hasFile(last.offset().filenum()))
            .filter(last -> theirs - last.offset().filenum() <= 50)
            .isPresent();
    if (!isGood) {
      snapshots.set(
          db,
          Optional.of(
              SimSnapshot.of(
                  dbs.get(db),
                  config.instances(),
                  address.host(),
                  scheduler.nowMs(),
                  scheduler.random().nextInt(3_000))));
    }
    peer.send(
        InnerResponse.newBuilder()
            .setType(InnerMessage.Type.kDBSync)
            .setCode(StatusCode.kOk)
            .setDbSync(
                InnerResponse.DBSync.newBuilder()
                    .setSlot(request.getSlot())
                    .setSessionId(slave.sessionId))
            .build());
  }

  /** The snapshot that it offers on its file port; empty while it makes one, or has none. */
  Optional<SimSnapshot> snapshot(int db) {
    return snapshots.get(db).filter(snapshot -> scheduler.nowMs() >= snapshot.readyAtMs());
  }

  private void binlogSync(Peer peer, InnerRequest.BinlogSync request) {
    int db = number(request.getDbName());
    SimSlave slave = slaves.get(db).get(name(request.getNode()));
    if (slave == null || slave.sessionId != request.getSessionId()) {
      return;
    }
    slave.heardMs = scheduler.nowMs();
    BinlogOffset from = offset(request.getAckRangeStart());
    BinlogOffset to = offset(request.getAckRangeEnd());
    if (request.getFirstSend()) {
      int index = from.equals(to) ? dbs.get(db).indexAt(from) : SimBinlog.NO_BORDER;
      if (index == SimBinlog.NO_BORDER || !dbs.get(db).hasFile(from.filenum())) {
        close(peer, "first_send from " + from);
        return;
      }
      slave.state = SimSlave.State.BINLOG_SYNC;
      slave.window.clear();
      slave.next = index;
      slave.isInDisguise = false;
      slave.hasSlipped = false;
      slave.isMute = false;
      send(db, name(request.getNode()), slave);
      return;
    }
    if (from.equals(BinlogOffset.ZERO) && to.equals(BinlogOffset.ZERO)) {
      return;
    }
    if (slave.state == SimSlave.State.NOT_SYNC) {
      return;
    }
    if (slave.state != SimSlave.State.BINLOG_SYNC) {
      oracle.violation("ack of db" + db + " to " + to + " in state " + slave.state);
      close(peer, "ack without a stream");
      return;
    }
    acknowledge(peer, db, name(request.getNode()), slave, from, to);
  }

  /** §4.3, rows 8 and 9; R-6 asks for more than Pika checks: no hole, nothing twice. */
  private void acknowledge(
      Peer peer, int db, String node, SimSlave slave, BinlogOffset from, BinlogOffset to) {
    boolean isKnown = slave.window.contains(from) && slave.window.contains(to);
    if (slave.hasSlipped) {
      return; // it has only itself to blame: it sends no more than fits its window
    }
    if (!isKnown || from.isAfter(to) || !slave.window.peek().equals(from)) {
      oracle.violation(
          "ack of db%d from %s to %s does not fit the window %s"
              .formatted(db, from, to, slave.window));
      close(peer, "a lying ack");
      return;
    }
    while (!slave.window.remove().equals(to)) {
      // all up to there
    }
    send(db, node, slave);
  }

  private void close(Peer peer, String why) {
    peer.close(why);
    closed(peer);
  }

  private static int number(String db) {
    return Integer.parseInt(db.substring(2));
  }

  private static String name(Node node) {
    return node.getIp() + ":" + node.getPort();
  }

  private static Slot slot(int db) {
    return Slot.newBuilder().setDbName("db" + db).setSlotId(0).build();
  }

  private static BinlogOffset offset(InnerMessage.BinlogOffset offset) {
    return new BinlogOffset(offset.getFilenum(), offset.getOffset());
  }

  private static InnerMessage.BinlogOffset offset(BinlogOffset offset) {
    return InnerMessage.BinlogOffset.newBuilder()
        .setFilenum(offset.filenum())
        .setOffset(offset.offset())
        .setTerm(0)
        .setIndex(0)
        .build();
  }
}
