package io.pikareplica.repl.net;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.flush.FlushConsolidationHandler;
import io.pikareplica.proto.InnerMessage.InnerRequest;
import io.pikareplica.proto.InnerMessage.InnerResponse;
import java.net.InetSocketAddress;

/**
 * One TCP connection to a master's replication port. Made by {@link #open}; ends by {@link #close}
 * or by the peer, and is not made again: each try is a new object with a new id. Methods may be
 * called from any thread; the listener is called on the event loop.
 */
public final class MasterConnection {
  /** Flushes that happen while a burst is read become one. */
  private static final int FLUSHES_AT_ONCE = 64;

  /** What happens on the connection. Runs on the event loop and must not wait. */
  public interface Listener {
    void connected(MasterConnection connection);

    /** An answer that has passed {@link ProtocolChecks}. */
    void received(MasterConnection connection, InnerResponse response);

    /** The peer sent what it must not send; the connection is being closed. */
    void broken(MasterConnection connection, String why);

    /** The last call: the connection is gone, or could not be made. */
    void disconnected(MasterConnection connection, String why);
  }

  private final long id;
  private final EventLoop loop;
  private final Listener listener;
  private final Channel channel;
  private boolean isOver;
  private volatile String localHost = "";

  private MasterConnection(
      long id,
      EventLoop loop,
      InetSocketAddress address,
      int connectTimeoutMs,
      int maxFrameBytes,
      Listener listener) {
    this.id = id;
    this.loop = loop;
    this.listener = listener;
    ChannelFuture connecting =
        new Bootstrap()
            .group(loop)
            .channel(NioSocketChannel.class)
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, connectTimeoutMs)
            .option(ChannelOption.TCP_NODELAY, true)
            .option(ChannelOption.SO_KEEPALIVE, true)
            .handler(
                new ChannelInitializer<SocketChannel>() {
                  @Override
                  protected void initChannel(SocketChannel ch) {
                    ch.pipeline()
                        .addLast(new FlushConsolidationHandler(FLUSHES_AT_ONCE, true))
                        .addLast(new PbFrameDecoder<>(InnerResponse.parser(), maxFrameBytes))
                        .addLast(PbFrameEncoder.INSTANCE)
                        .addLast(new Inbound());
                  }
                })
            .connect(address);
    channel = connecting.channel();
    connecting.addListener(
        done -> {
          if (!done.isSuccess()) {
            over("cannot connect: " + done.cause().getMessage());
          }
        });
  }

  /**
   * Starts to connect. A host name is looked up on the event loop, which has nothing else to do
   * while there is no connection.
   *
   * @param id of the caller's choice, see {@link #id}
   * @param connectTimeoutMs 1 or more
   * @param maxFrameBytes the longest answer that is taken
   */
  public static MasterConnection open(
      long id,
      EventLoop loop,
      String host,
      int port,
      int connectTimeoutMs,
      int maxFrameBytes,
      Listener listener) {
    return new MasterConnection(
        id,
        loop,
        InetSocketAddress.createUnresolved(host, port),
        connectTimeoutMs,
        maxFrameBytes,
        listener);
  }

  public long id() {
    return id;
  }

  /** Our own address on this connection; empty before it is made. */
  public String localHost() {
    return localHost;
  }

  /** Sends a request; nothing happens when the connection is gone. */
  public void send(InnerRequest request) {
    var unused = channel.writeAndFlush(request, channel.voidPromise());
  }

  /** Stops or resumes reading; while stopped TCP slows the master down. */
  public void reading(boolean isOn) {
    channel.config().setAutoRead(isOn);
  }

  /** Runs a task on the event loop, in order with what arrives. */
  public void execute(Runnable task) {
    loop.execute(task);
  }

  /** Closes soon; {@link Listener#disconnected} follows unless it was called already. */
  public void close() {
    var unused = channel.close();
  }

  private void over(String why) {
    if (!isOver) {
      isOver = true;
      listener.disconnected(this, why);
    }
  }

  private final class Inbound extends SimpleChannelInboundHandler<InnerResponse> {
    @Override
    public void channelActive(ChannelHandlerContext ctx) {
      localHost = ((InetSocketAddress) ctx.channel().localAddress()).getAddress().getHostAddress();
      listener.connected(MasterConnection.this);
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, InnerResponse response)
        throws FrameException {
      ProtocolChecks.check(response);
      listener.received(MasterConnection.this, response);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
      over("connection closed");
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      if (cause instanceof FrameException) {
        listener.broken(MasterConnection.this, cause.getMessage());
      } else {
        over(String.valueOf(cause.getMessage()));
      }
      var unused = ctx.close();
    }
  }
}
