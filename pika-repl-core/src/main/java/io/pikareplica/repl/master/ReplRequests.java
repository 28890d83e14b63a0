package io.pikareplica.repl.master;

import io.pikareplica.binlog.BinlogDirectory;
import io.pikareplica.binlog.BinlogOffset;
import io.pikareplica.proto.InnerMessage;
import io.pikareplica.proto.InnerMessage.InnerRequest;
import io.pikareplica.proto.InnerMessage.InnerResponse.TrySync.ReplyCode;
import io.pikareplica.proto.InnerMessage.Node;
import io.pikareplica.proto.InnerMessage.StatusCode;
import io.pikareplica.repl.HostPort;
import io.pikareplica.repl.net.FrameException;
import io.pikareplica.repl.net.ProtocolChecks;
import java.io.IOException;
import java.security.MessageDigest;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers what replicas ask on the port +2000, as Pika's pika_repl_server_conn.cc, with two
 * differences: a connection must have registered by MetaSync, as the replica it claims to be,
 * before it may ask for anything else; and no request can harm this process. Event loop only.
 */
final class ReplRequests {
  private static final Logger LOG = LoggerFactory.getLogger(ReplRequests.class);

  /** What a replica may call itself: it is shown in INFO, so nothing that could break a line. */
  private static final Pattern HOST = Pattern.compile("[0-9A-Za-z._:-]{1,128}");

  private final MasterConfig config;
  private final MasterIdentity identity;
  private final Replicas replicas;
  private final Connections connections;
  private final Snapshots snapshots;
  private final Executor loop;
  private final Executor disk;
  private final LongSupplier clockMs;

  ReplRequests(
      MasterConfig config,
      MasterIdentity identity,
      Replicas replicas,
      Connections connections,
      Snapshots snapshots,
      Executor loop,
      Executor disk,
      LongSupplier clockMs) {
    this.config = config;
    this.identity = identity;
    this.replicas = replicas;
    this.connections = connections;
    this.snapshots = snapshots;
    this.loop = loop;
    this.disk = disk;
    this.clockMs = clockMs;
  }

  /**
   * Handles one request.
   *
   * @throws FrameException when a field is missing or out of range; the connection is to be closed
   */
  void handle(ReplicaLink link, InnerRequest request) throws FrameException {
    ProtocolChecks.require(request.hasType(), "type");
    if (request.getType() != InnerMessage.Type.kBinlogSync) {
      link.checkAsking(); // an ack is not answered
    }
    switch (request.getType()) {
      case kMetaSync -> {
        ProtocolChecks.require(request.hasMetaSync(), "meta_sync");
        metaSync(link, request.getMetaSync());
      }
      case kTrySync -> {
        ProtocolChecks.require(request.hasTrySync(), "try_sync");
        trySync(link, request.getTrySync());
      }
      case kDBSync -> {
        ProtocolChecks.require(request.hasDbSync(), "db_sync");
        dbSync(link, request.getDbSync());
      }
      case kBinlogSync -> {
        ProtocolChecks.require(request.hasBinlogSync(), "binlog_sync");
        binlogSync(link, request.getBinlogSync());
      }
      case kRemoveSlaveNode -> {
        ProtocolChecks.require(request.getRemoveSlaveNodeCount() > 0, "remove_slave_node");
        removeSlaveNode(link, request.getRemoveSlaveNode(0));
      }
      case kHeatBeat -> {} // declared by Pika, used by nobody
    }
  }

  private void metaSync(ReplicaLink link, InnerRequest.MetaSync request) throws FrameException {
    HostPort address = address(request.hasNode(), request.getNode(), "meta_sync");
    if (!isAuthentic(request.getAuthBytes().toByteArray())) {
      link.tell("as " + address + " refused", "wrong masterauth");
      link.send(Replies.wrongAuth());
      return;
    }
    disk(
        link,
        () -> {
          Optional<String> id = replicationId();
          return () -> {
            if (id.isEmpty()) {
              link.send(Replies.metaSyncLater("No replication id yet"));
            } else if (link.isOpen() && !connections.admit(link.channel())) {
              link.tell("as " + address + " put off", "too many replicas");
              link.send(Replies.metaSyncLater("Too many replicas"));
            } else if (link.isOpen()) {
              replicas.register(link, address);
              link.send(
                  Replies.metaSync(
                      identity.runId(),
                      id.get(),
                      replicas.dbs().stream().map(MasterDb::name).toList(),
                      config.instances()));
            }
          };
        });
  }

  private boolean isAuthentic(byte[] auth) {
    byte[] password = identity.requirePass();
    return password.length == 0 || MessageDigest.isEqual(password, auth);
  }

  private Optional<String> replicationId() {
    try {
      return identity.replicationId().filter(id -> !id.isEmpty());
    } catch (IOException e) {
      LOG.error("the replication id cannot be stored, replicas wait", e);
      return Optional.empty();
    }
  }

  private void trySync(ReplicaLink link, InnerRequest.TrySync request) throws FrameException {
    HostPort address = address(request.hasNode(), request.getNode(), "try_sync");
    ProtocolChecks.checkSlot(request.hasSlot(), request.getSlot(), "try_sync");
    BinlogOffset wanted =
        offset(request.hasBinlogOffset(), request.getBinlogOffset(), "try_sync.binlog_offset");
    requireRegistered(link, address);
    String name = request.getSlot().getDbName();
    Optional<MasterDb> found = replicas.db(name);
    if (found.isEmpty()) {
      LOG.warn("replica={} asks for db={}, which is not here", link, name);
      link.send(Replies.unknownDbInTrySync(name));
      return;
    }
    MasterDb db = found.get();
    disk(
        link,
        () -> {
          BinlogOffset producer = db.received();
          ReplyCode code =
              TrySyncCheck.run(new BinlogDirectory(db.binlogFolder()), producer, wanted);
          return () -> trySyncDone(link, address, db, producer, wanted, code);
        });
  }

  private void trySyncDone(
      ReplicaLink link,
      HostPort address,
      MasterDb db,
      BinlogOffset producer,
      BinlogOffset wanted,
      ReplyCode code) {
    if (!isRegistered(link, address)) {
      return;
    }
    if (code != ReplyCode.kOk) {
      LOG.warn(
          "replica={} db={} offset={} refused: {} producer={}",
          link,
          db.name(),
          wanted,
          code,
          producer);
      link.send(Replies.trySyncRefused(db.name(), code, producer));
      return;
    }
    // A session of its own for each grant: nothing sent before can be taken for an answer to it.
    SlaveNode node = replicas.open(link, address, db, SlaveNode.State.NOT_SYNC, wanted);
    link.send(Replies.trySyncGranted(db.name(), producer, node.sessionId()));
  }

  private void dbSync(ReplicaLink link, InnerRequest.DBSync request) throws FrameException {
    HostPort address = address(request.hasNode(), request.getNode(), "db_sync");
    ProtocolChecks.checkSlot(request.hasSlot(), request.getSlot(), "db_sync");
    BinlogOffset theirs =
        offset(request.hasBinlogOffset(), request.getBinlogOffset(), "db_sync.binlog_offset");
    requireRegistered(link, address);
    String name = request.getSlot().getDbName();
    Optional<MasterDb> db = replicas.db(name);
    if (db.isEmpty()) {
      LOG.warn("replica={} asks for db={}, which is not here", link, name);
      link.send(Replies.dbSync(name, StatusCode.kError, -1));
      return;
    }
    BinlogOffset from = snapshots.want(name, theirs.filenum(), clockMs.getAsLong());
    SlaveNode node = replicas.open(link, address, db.get(), SlaveNode.State.DB_SYNC, from);
    link.send(Replies.dbSync(name, StatusCode.kOk, node.sessionId()));
  }

  private void binlogSync(ReplicaLink link, InnerRequest.BinlogSync request) throws FrameException {
    HostPort address = address(request.hasNode(), request.getNode(), "binlog_sync");
    ProtocolChecks.require(request.hasDbName(), "binlog_sync.db_name");
    ProtocolChecks.require(request.hasSessionId(), "binlog_sync.session_id");
    ProtocolChecks.require(request.hasFirstSend(), "binlog_sync.first_send");
    BinlogOffset start =
        offset(
            request.hasAckRangeStart(), request.getAckRangeStart(), "binlog_sync.ack_range_start");
    BinlogOffset end =
        offset(request.hasAckRangeEnd(), request.getAckRangeEnd(), "binlog_sync.ack_range_end");
    // An old session's words are no fault: it may have ended while they were on their way.
    Optional<SlaveNode> found =
        replicas.node(link, address, request.getDbName(), request.getSessionId());
    if (found.isEmpty()) {
      LOG.debug("replica={} db={} not its session", link, request.getDbName());
      return;
    }
    SlaveNode node = found.get();
    node.received(clockMs.getAsLong());
    if (request.getFirstSend()) {
      if (start.equals(end)) {
        replicas.activate(node, start);
      } else {
        link.close("it begins at a range, " + start + " to " + end);
      }
    } else if (start.equals(BinlogOffset.ZERO) && end.equals(BinlogOffset.ZERO)) {
      LOG.trace("replica={} db={} answers a ping", address, node.db().name());
    } else if (node.state() != SlaveNode.State.BINLOG_SYNC || !node.ack(start, end)) {
      link.close(
          "db=%s it acknowledges %s to %s, sent was %s acknowledged %s"
              .formatted(node.db().name(), start, end, node.sent(), node.acked()));
    } else {
      replicas.pump(node);
    }
  }

  private void removeSlaveNode(ReplicaLink link, InnerRequest.RemoveSlaveNode request)
      throws FrameException {
    HostPort address = address(request.hasNode(), request.getNode(), "remove_slave_node");
    ProtocolChecks.checkSlot(request.hasSlot(), request.getSlot(), "remove_slave_node");
    requireRegistered(link, address);
    String name = request.getSlot().getDbName();
    replicas.remove(address, name, "the replica says so");
    StatusCode code = replicas.db(name).isPresent() ? StatusCode.kOk : StatusCode.kError;
    link.send(Replies.removeSlaveNode(name, code, new HostPort(config.host(), config.port())));
  }

  private static HostPort address(boolean isPresent, Node node, String where)
      throws FrameException {
    ProtocolChecks.checkNode(isPresent, node, where);
    ProtocolChecks.require(HOST.matcher(node.getIp()).matches(), where + ".node.ip as an address");
    return new HostPort(node.getIp(), node.getPort());
  }

  private static BinlogOffset offset(
      boolean isPresent, InnerMessage.BinlogOffset offset, String where) throws FrameException {
    ProtocolChecks.require(isPresent, where);
    ProtocolChecks.checkOffset(offset, where);
    return new BinlogOffset(offset.getFilenum(), offset.getOffset());
  }

  private static boolean isRegistered(ReplicaLink link, HostPort address) {
    return link.isOpen() && link.registered().equals(Optional.of(address));
  }

  private static void requireRegistered(ReplicaLink link, HostPort address) throws FrameException {
    ProtocolChecks.require(isRegistered(link, address), "MetaSync of " + address + " before this");
  }

  private interface DiskTask {
    /** Runs on the executor for disks; what it returns runs on the event loop. */
    Runnable run();
  }

  private void disk(ReplicaLink link, DiskTask task) {
    link.waits();
    try {
      disk.execute(
          () -> {
            Runnable then = task.run();
            try {
              loop.execute(
                  () -> {
                    link.waitsNoMore();
                    then.run();
                  });
            } catch (RejectedExecutionException e) {
              LOG.debug("closed while a request was answered");
            }
          });
    } catch (RejectedExecutionException e) {
      LOG.debug("closed while a request was answered");
    }
  }
}
