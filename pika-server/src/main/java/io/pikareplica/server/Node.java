package io.pikareplica.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.pikareplica.info.InfoCommand;
import io.pikareplica.repl.HostPort;
import io.pikareplica.repl.ReplConfig;
import io.pikareplica.repl.ReplicaNode;
import io.pikareplica.repl.Replication;
import io.pikareplica.repl.ReplicationException;
import io.pikareplica.repl.ReplicationStatus;
import io.pikareplica.repl.master.MasterConfig;
import io.pikareplica.server.conf.LiveConf;
import io.pikareplica.server.conf.PikaConf;
import io.pikareplica.server.conf.SettingsTable;
import io.pikareplica.server.resp.RespLimits;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A whole node: data, replication, client port. Everything that is opened is closed in reverse
 * order, RocksDB before the JVM may end. Any thread.
 */
final class Node implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Node.class);

  /** Beside the DBs, so that files can be linked; emptied at each start. */
  private static final String SNAPSHOTS = "snapshots";

  /** What is opened on the way up and closed on the way down. */
  private interface Part {
    void close() throws Exception;
  }

  private final Deque<Part> parts = new ArrayDeque<>();
  private final CountDownLatch stop = new CountDownLatch(1);
  private final LiveConf conf;
  private volatile ServerSettings serverSettings;
  private ReplicaNode replication;
  private RespServer clientPort;

  private Node(PikaConf conf) {
    this.conf = new LiveConf(conf, this::changed);
    this.serverSettings = serverSettings(conf);
  }

  /**
   * Brings a node up: folders, data, client port, then the link to the master.
   *
   * @throws StartException with one line that says what is in the way; nothing stays open then
   */
  static Node start(PikaConf conf) throws StartException {
    Node node = new Node(conf);
    try {
      node.open(conf);
      return node;
    } catch (StartException | RuntimeException e) {
      node.close();
      throw e;
    }
  }

  private void open(PikaConf loaded) throws StartException {
    ReplConfig config = loaded.replConfig();
    parts.push(FolderLock.take(config.dbPath(), "db-path", config.port())::close);
    parts.push(FolderLock.take(config.logPath(), "log-path", config.port())::close);
    parts.push(FolderLock.take(config.dbSyncPath(), "db-sync-path", config.port())::close);
    try {
      replication = ReplicaNode.start(config);
    } catch (ReplicationException e) {
      throw e.kind() == ReplicationException.Kind.CONFIG
          ? StartException.badSetting(e.getMessage())
          : StartException.blocked(e.getMessage(), e);
    }
    parts.push(replication::close);
    conf.followMaster(() -> replication.status().master().map(ReplicationStatus.Master::address));
    StorageSampler sampler = StorageSampler.start(replication, config.logPath());
    parts.push(sampler::close);
    ServerStats stats = new ServerStats();
    NodeInfo info = new NodeInfo(replication, stats, conf::now, sampler);
    try {
      clientPort =
          RespServer.start(
              respConfig(loaded),
              new RespServer.Backend(
                  replication,
                  sections -> InfoCommand.render(info, sections),
                  new ConfSettings(conf),
                  () -> serverSettings,
                  stats,
                  stop::countDown));
    } catch (IOException e) {
      throw StartException.blocked(e.getMessage(), e);
    }
    parts.push(clientPort::close);
    try {
      replication.serve(
          masterConfig(loaded, config),
          info.runId(),
          () -> serverSettings.requirePass().getBytes(ISO_8859_1)); // its chars are bytes
    } catch (IOException e) {
      throw StartException.blocked(
          e.getMessage() + "; is another process using it? It follows from 'port'", e);
    }
  }

  /** How other nodes follow this one. */
  private static MasterConfig masterConfig(PikaConf conf, ReplConfig config) {
    List<String> bind = conf.bindAddresses();
    String announced = config.settings().announceHost();
    return MasterConfig.of(
            bind,
            announced.isEmpty() ? bind.get(0) : announced,
            config.port(),
            config.dbOptions().instanceCount(),
            config.dbPath().resolve(SNAPSHOTS))
        .withPorts(config.port() + config.replPortShift(), config.port() + config.rsyncPortShift())
        .withWindow(conf.intOf(SettingsTable.SYNC_WINDOW_SIZE));
  }

  private static RespConfig respConfig(PikaConf conf) {
    RespLimits most = RespLimits.forHeap(Runtime.getRuntime().maxMemory());
    int bulk = Math.min(most.bulkBytes(), conf.intOf(SettingsTable.PROTO_MAX_BULK_LEN));
    long request =
        Math.max(
            bulk, Math.min(most.requestBytes(), conf.get(SettingsTable.CLIENT_QUERY_BUFFER_LIMIT)));
    RespLimits limits = new RespLimits(bulk, request, most.words(), most.inlineBytes());
    int threads = Math.max(2, Runtime.getRuntime().availableProcessors());
    return new RespConfig(conf.bindAddresses(), conf.intOf(SettingsTable.PORT), threads, limits);
  }

  private static ServerSettings serverSettings(PikaConf conf) {
    return new ServerSettings(
        ConfSettings.bytesOf(conf.get(SettingsTable.REQUIREPASS)),
        conf.intOf(SettingsTable.MAXCLIENTS),
        conf.intOf(SettingsTable.TIMEOUT),
        conf.get(SettingsTable.SLOWLOG_SLOWER_THAN),
        conf.intOf(SettingsTable.SLOWLOG_MAX_LEN),
        conf.get(SettingsTable.PUBSUB_OUTPUT_BUFFER_LIMIT),
        conf.get(SettingsTable.REFUSE_UNSAFE_PROMOTION),
        conf.get(SettingsTable.ENABLE_DEBUG_COMMAND));
  }

  private void changed(PikaConf now) {
    serverSettings = serverSettings(now);
    replication.configure(now.replSettings());
  }

  PikaConf conf() {
    return conf.now();
  }

  Replication replication() {
    return replication;
  }

  /** The address on which a client of this machine reaches the node. */
  HostPort clientAddress() {
    return new HostPort(conf().bindAddresses().get(0), clientPort.port());
  }

  /** Waits until SHUTDOWN or {@link #close}. */
  void awaitStop() throws InterruptedException {
    stop.await();
  }

  /** Stops everything and waits for it; a second call waits for the first. */
  @Override
  public synchronized void close() {
    stop.countDown();
    if (clientPort != null && !parts.isEmpty()) {
      LOG.info("stopping");
    }
    while (!parts.isEmpty()) {
      Part part = parts.pop();
      try {
        part.close();
      } catch (Exception e) {
        // the rest has to be closed all the same
        LOG.error("could not be closed cleanly", e);
      }
    }
  }
}
