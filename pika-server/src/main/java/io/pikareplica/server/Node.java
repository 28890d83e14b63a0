package io.pikareplica.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.netty.util.internal.PlatformDependent;
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
import io.pikareplica.storage.NativeLibrary;
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

  /** In db-path; emptied by a stop, written anew by the start after a kill. */
  private static final String NATIVE = "native";

  /** What is opened on the way up and closed on the way down. */
  private interface Part {
    void close() throws Exception;
  }

  /**
   * What stands beside a request's words in the message that takes it to a replica: the lengths of
   * a million words, and small items in front. A write that no replica can be sent would end
   * replication for good.
   */
  private static final int FRAME_OVERHEAD_BYTES = 20 << 20;

  /** Open files that are not for clients: Pika's own number (PIKA_MIN_RESERVED_FDS). */
  private static final long RESERVED_FILES = 5_000;

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
    warnOfMaxClients(loaded);
    loadRocksDb(config);
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
    KeyspaceScan keyspaceScan = new KeyspaceScan(replication);
    parts.push(keyspaceScan::close);
    ServerStats stats = new ServerStats();
    RespConfig respConfig = respConfig(loaded);
    NodeInfo info =
        new NodeInfo(
            replication,
            stats,
            conf::now,
            () -> serverSettings,
            sampler,
            keyspaceScan,
            respConfig.threads());
    try {
      clientPort =
          RespServer.start(
              respConfig,
              new RespServer.Backend(
                  replication,
                  new NodeInfoText(info, keyspaceScan),
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

  private static void loadRocksDb(ReplConfig config) {
    try {
      NativeLibrary.load(config.dbPath().resolve(NATIVE));
    } catch (IOException e) {
      LOG.warn("RocksDB is loaded from java.io.tmpdir instead: {}", e.getMessage());
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
    int frame = conf.maxFrameBytes() - FRAME_OVERHEAD_BYTES;
    int bulk =
        Math.min(Math.min(most.bulkBytes(), frame), conf.intOf(SettingsTable.PROTO_MAX_BULK_LEN));
    long request =
        Math.min(
            Math.min(most.requestBytes(), frame + (1 << 20)), // the longest word has a key
            conf.get(SettingsTable.CLIENT_QUERY_BUFFER_LIMIT));
    RespLimits limits =
        new RespLimits(bulk, Math.max(bulk, request), most.words(), most.inlineBytes());
    int threads = Math.max(2, Runtime.getRuntime().availableProcessors());
    return new RespConfig(conf.bindAddresses(), conf.intOf(SettingsTable.PORT), threads, limits);
  }

  private static ServerSettings serverSettings(PikaConf conf) {
    return new ServerSettings(
        ConfSettings.bytesOf(conf.get(SettingsTable.REQUIREPASS)),
        maxClients(conf.intOf(SettingsTable.MAXCLIENTS)),
        conf.intOf(SettingsTable.TIMEOUT),
        conf.get(SettingsTable.SLOWLOG_SLOWER_THAN),
        conf.intOf(SettingsTable.SLOWLOG_MAX_LEN),
        conf.get(SettingsTable.MAXMEMORY_CLIENTS).bytes(clientMemory()),
        conf.get(SettingsTable.PUBSUB_OUTPUT_BUFFER_LIMIT),
        conf.get(SettingsTable.REFUSE_UNSAFE_PROMOTION),
        conf.get(SettingsTable.ENABLE_DEBUG_COMMAND));
  }

  /**
   * As many clients as open files allow, as in Redis: a table or a binlog file that cannot be
   * opened would stop a DB.
   */
  private static int maxClients(int wanted) {
    long files = ProcessUsage.maxOpenFiles();
    return (int) Math.min(wanted, Math.max(files - RESERVED_FILES, files / 2));
  }

  private static void warnOfMaxClients(PikaConf conf) {
    int wanted = conf.intOf(SettingsTable.MAXCLIENTS);
    if (maxClients(wanted) < wanted) {
      LOG.warn(
          "maxclients={} is more than the open files of this process allow ({}): {} it is",
          wanted,
          ProcessUsage.maxOpenFiles(),
          maxClients(wanted));
    }
  }

  /** Requests are held on the heap, replies beside it: both have to fit. */
  private static long clientMemory() {
    return Math.min(Runtime.getRuntime().maxMemory(), PlatformDependent.maxDirectMemory());
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
