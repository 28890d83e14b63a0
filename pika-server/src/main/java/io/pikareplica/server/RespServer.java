package io.pikareplica.server;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.pikareplica.repl.Replication;
import io.pikareplica.storage.CommandTable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The client port. Started, and closed, by whoever runs the process; any thread. */
public final class RespServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RespServer.class);

  private static final WriteBufferWaterMark WATER_MARK =
      new WriteBufferWaterMark(256 * 1024, 1024 * 1024);
  private static final int BACKLOG = 511;
  private static final long SAMPLE_EVERY_MS = 100;
  private static final long CLOSE_WITHIN_MS = 5_000;

  /**
   * What the port works with.
   *
   * @param settings as they are at the moment of asking; asked often
   * @param shutdown ends the process; called on a thread of its own
   */
  public record Backend(
      Replication replication,
      InfoText info,
      Settings config,
      Supplier<ServerSettings> settings,
      ServerStats stats,
      Runnable shutdown) {}

  private final EventLoopGroup loops;
  private final ExecutorService longReads;
  private final ExecutorService settingsThread;
  private final List<Channel> listening = new ArrayList<>();
  private final Clients clients = new Clients();
  private final ClientMemory memory;
  private volatile int port;

  private RespServer(RespConfig config, Backend backend) {
    memory =
        new ClientMemory(clients, () -> backend.settings().get().clientsBytes(), backend.stats());
    loops =
        new MultiThreadIoEventLoopGroup(
            config.threads(), new DefaultThreadFactory("resp"), NioIoHandler.newFactory());
    longReads =
        Executors.newFixedThreadPool(
            config.threads(), new DefaultThreadFactory("resp-reads", true));
    settingsThread =
        Executors.newSingleThreadExecutor(new DefaultThreadFactory("resp-settings", true));
  }

  /**
   * Starts to listen.
   *
   * @throws IOException when an address cannot be used: one line that names it; nothing is left
   *     running then
   */
  public static RespServer start(RespConfig config, Backend backend) throws IOException {
    RespServer server = new RespServer(config, backend);
    try {
      server.port = config.port();
      ServerContext context = server.context(config, backend);
      for (String host : config.bind()) {
        server.bind(host, context);
      }
      server.startTimers(backend);
    } catch (IOException | RuntimeException e) {
      server.close();
      throw e;
    }
    LOG.info("listening bind={} port={}", config.bind(), server.port);
    return server;
  }

  private void bind(String host, ServerContext context) throws IOException {
    Dispatcher dispatcher = new Dispatcher(context);
    ServerBootstrap bootstrap =
        new ServerBootstrap()
            .group(loops)
            .channel(NioServerSocketChannel.class)
            .option(ChannelOption.SO_BACKLOG, BACKLOG)
            .option(ChannelOption.SO_REUSEADDR, true)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(ChannelOption.SO_KEEPALIVE, true)
            .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
            .childHandler(
                new ChannelInitializer<>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    channel.pipeline().addLast(new ConnectionHandler(context, dispatcher));
                  }
                });
    ChannelFuture bound = bootstrap.bind(new InetSocketAddress(host, port)).awaitUninterruptibly();
    if (!bound.isSuccess()) {
      throw new IOException(
          "cannot listen on "
              + host
              + ":"
              + port
              + " ("
              + bound.cause().getMessage()
              + "): is another process using it, and is 'bind' an address of this machine?",
          bound.cause());
    }
    listening.add(bound.channel());
    port = ((InetSocketAddress) bound.channel().localAddress()).getPort();
  }

  private ServerContext context(RespConfig config, Backend backend) {
    WatchedKeys watchedKeys = new WatchedKeys(backend.replication());
    return new ServerContext(
        backend.replication(),
        new KnownCommands(CommandTable.instance().all()),
        new DataRunner(backend.replication(), watchedKeys, backend.stats(), longReads),
        watchedKeys,
        clients,
        memory,
        new CrossProtocol(),
        new PubSub(),
        backend.stats(),
        new SlowLog(),
        backend.info(),
        backend.config(),
        backend.settings(),
        config.limits(),
        settingsThread,
        loops,
        backend.shutdown(),
        () -> port);
  }

  @SuppressWarnings("FutureReturnValueIgnored") // they end with the event loops
  private void startTimers(Backend backend) {
    loops.scheduleAtFixedRate(
        () -> {
          backend.stats().sampleRate(System.nanoTime());
          memory.recount();
        },
        0,
        SAMPLE_EVERY_MS,
        TimeUnit.MILLISECONDS);
    loops.scheduleAtFixedRate(
        () -> {
          int timeout = backend.settings().get().timeoutSeconds();
          if (timeout > 0) {
            clients.closeIdle(timeout);
          }
        },
        1,
        1,
        TimeUnit.SECONDS);
  }

  /** The port that it listens on. */
  public int port() {
    return port;
  }

  /** Stops listening and cuts off all clients. Waits a few seconds at most. */
  @Override
  public void close() {
    listening.forEach(channel -> channel.close().awaitUninterruptibly(CLOSE_WITHIN_MS));
    clients.all().forEach(ClientConnection::kill);
    loops
        .shutdownGracefully(0, CLOSE_WITHIN_MS, TimeUnit.MILLISECONDS)
        .awaitUninterruptibly(CLOSE_WITHIN_MS);
    settingsThread.shutdown();
    longReads.shutdown();
  }
}
