package io.pikareplica.repl.master;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.internal.PlatformDependent;
import io.pikareplica.binlog.BinlogOffset;
import io.pikareplica.proto.InnerMessage.InnerRequest;
import io.pikareplica.proto.RsyncService.RsyncRequest;
import io.pikareplica.repl.ReplicationStatus;
import io.pikareplica.repl.Seldom;
import io.pikareplica.repl.net.PbFrameDecoder;
import io.pikareplica.repl.net.PbFrameEncoder;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The service of a Pika master: replicas, ours or real ones, follow this node through it. Runs
 * whatever the role of the node is, as in Pika; a replica serves on what it receives.
 *
 * <p>Methods are for any thread and do not wait, but for start and close. One event loop owns the
 * state; see {@link Replicas}.
 */
public final class MasterService implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(MasterService.class);

  /** The longest request is a MetaSync with its password. */
  private static final int MAX_REQUEST_BYTES = 1 << 16;

  /** What may wait for one peer before nothing more is read for it. */
  private static final WriteBufferWaterMark BUFFER = new WriteBufferWaterMark(1 << 20, 4 << 20);

  /** Enough for the four files that a replica fetches at once, and for others beside it. */
  private static final int MAX_CHUNKS = 16;

  /** The shortest that {@code repl-ping-replica-period} can become while this runs. */
  private static final long MIN_PING_MS = 1_000;

  private static final long TICKS_PER_PING = 4;

  private final EventLoopGroup group =
      new MultiThreadIoEventLoopGroup(
          1, new DefaultThreadFactory("master-loop", true), NioIoHandler.newFactory());
  private final EventLoop loop = group.next();
  private final ExecutorService disk =
      Executors.newFixedThreadPool(2, new DefaultThreadFactory("master-binlog", true));
  private final ExecutorService files =
      Executors.newFixedThreadPool(2, new DefaultThreadFactory("master-files", true));
  private final List<Channel> servers = new ArrayList<>();
  private final AtomicBoolean isWakeUpDue = new AtomicBoolean();
  private final MasterConfig config;
  private final Connections replLinks;
  private final Connections fileLinks;
  private final ChunkPermits chunks;
  private final Seldom lines = Seldom.inPeriod(20, 10_000);
  private final Replicas replicas;
  private final Snapshots snapshots;
  private final ReplRequests requests;
  private volatile int replPort;
  private volatile int rsyncPort;

  private MasterService(MasterConfig config, MasterIdentity identity, List<MasterDb> dbs) {
    this.config = config;
    List<MasterDb> all = List.copyOf(dbs);
    snapshots = new Snapshots(config, all, loop, files);
    long directBytes = PlatformDependent.maxDirectMemory();
    replLinks = connections(config);
    fileLinks = connections(config);
    chunks = new ChunkPermits((int) Math.min(MAX_CHUNKS, Math.max(4, directBytes / (32 << 20))));
    replicas =
        new Replicas(config, all, loop, disk, MasterService::nowMs, snapshots, directBytes / 4);
    requests =
        new ReplRequests(
            config, identity, replicas, replLinks, snapshots, loop, disk, MasterService::nowMs);
  }

  private static Connections connections(MasterConfig config) {
    return new Connections(
        config.timeoutMs(), config.idleMs(), config.timeoutMs(), MasterService::nowMs);
  }

  /**
   * Starts to listen on both ports.
   *
   * @throws IOException if a port is taken or the folder for snapshots cannot be emptied; the
   *     message says which. Nothing runs then
   */
  @SuppressWarnings("FutureReturnValueIgnored") // the rounds of keepalives end with the loop
  public static MasterService start(
      MasterConfig config, MasterIdentity identity, List<MasterDb> dbs) throws IOException {
    MasterService service = new MasterService(config, identity, dbs);
    try {
      service.snapshots.clear();
      service.replPort = service.listen("replication", config.replPort(), service::initRepl);
      service.rsyncPort = service.listen("snapshot files", config.rsyncPort(), service::initRsync);
      long tickMs = Math.max(1, Math.min(config.pingMs(), MIN_PING_MS) / TICKS_PER_PING);
      service.loop.scheduleWithFixedDelay(service::tick, tickMs, tickMs, TimeUnit.MILLISECONDS);
      return service;
    } catch (IOException | RuntimeException e) {
      service.close();
      throw e;
    }
  }

  private interface Init {
    void init(SocketChannel channel);
  }

  /** The port in effect, the same on all addresses. */
  private int listen(String what, int port, Init init) throws IOException {
    ServerBootstrap server =
        new ServerBootstrap()
            .group(group)
            .channel(NioServerSocketChannel.class)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, BUFFER)
            .childHandler(
                new ChannelInitializer<SocketChannel>() {
                  @Override
                  protected void initChannel(SocketChannel channel) {
                    init.init(channel);
                  }
                });
    int actual = port;
    for (String host : config.bind()) {
      ChannelFuture bound = server.bind(host, actual).awaitUninterruptibly();
      if (!bound.isSuccess()) {
        throw new IOException(
            "cannot listen for %s on %s:%d: %s"
                .formatted(what, host, actual, bound.cause().getMessage()),
            bound.cause());
      }
      servers.add(bound.channel());
      actual = ((InetSocketAddress) bound.channel().localAddress()).getPort();
    }
    return actual;
  }

  private void initRepl(SocketChannel channel) {
    channel
        .pipeline()
        .addLast(new PbFrameDecoder<>(InnerRequest.parser(), MAX_REQUEST_BYTES))
        .addLast(PbFrameEncoder.INSTANCE)
        .addLast(new ReplHandler(requests, replicas, replLinks, new ReplicaLink(channel, lines)));
  }

  private void initRsync(SocketChannel channel) {
    channel
        .pipeline()
        .addLast(new PbFrameDecoder<>(RsyncRequest.parser(), MAX_REQUEST_BYTES))
        .addLast(PbFrameEncoder.INSTANCE)
        .addLast(
            new RsyncHandler(snapshots, fileLinks, chunks, files, lines, MasterService::nowMs));
  }

  private static long nowMs() {
    return System.nanoTime() / 1_000_000;
  }

  private void tick() {
    try {
      replicas.tick();
      replLinks.tick();
      fileLinks.tick();
      snapshots.tick(nowMs());
    } catch (RuntimeException e) {
      LOG.error("a round of keepalives failed", e); // else the rounds would end unseen
    }
  }

  /**
   * Takes over another {@code repl-ping-replica-period}.
   *
   * @param periodMs {@value #MIN_PING_MS} or more
   */
  public void pingMs(long periodMs) {
    replicas.pingMs(periodMs);
  }

  /** A binlog has grown. Cheap: many calls become one round of sending. */
  public void appended() {
    if (isWakeUpDue.compareAndSet(false, true)) {
      onLoop(
          () -> {
            isWakeUpDue.set(false);
            replicas.pumpAll();
          });
    }
  }

  /** The binlog of a DB was reset: its replicas are cut off, so that they ask anew. */
  public void binlogReplaced(String db) {
    onLoop(() -> replicas.binlogReplaced(db));
  }

  /** Cuts all replicas off, for instance because this node now follows another master. */
  public void disconnectReplicas(String reason) {
    onLoop(() -> replicas.closeAll(reason));
  }

  /**
   * What replicas, and snapshots that they fetch, still need of a DB's binlog.
   *
   * @return empty: nothing
   */
  public Optional<BinlogOffset> floor(String db) {
    return replicas.floor(db);
  }

  /** The nodes that follow this one, by address. */
  public List<ReplicationStatus.Replica> replicas() {
    return replicas.status();
  }

  /** The port that replicas connect to. */
  public int replPort() {
    return replPort;
  }

  /** The port that files are fetched from. */
  public int rsyncPort() {
    return rsyncPort;
  }

  private void onLoop(Runnable task) {
    try {
      loop.execute(task);
    } catch (RejectedExecutionException e) {
      LOG.debug("closed");
    }
  }

  /** Closes all connections and ports. Waits a moment for reads that are under way. */
  @Override
  public void close() {
    servers.forEach(server -> server.close().awaitUninterruptibly());
    onLoop(() -> replicas.closeAll("shutting down"));
    group.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly();
    disk.shutdownNow();
    files.shutdownNow();
  }
}
