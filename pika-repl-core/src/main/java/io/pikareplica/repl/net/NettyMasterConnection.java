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

/** A {@link MasterConnection} over TCP; the listener is called on its event loop. */
public final class NettyMasterConnection implements MasterConnection {
  /** Flushes that happen while a burst is read become one. */
  private static final int FLUSHES_AT_ONCE = 64;

  private final long id;
  private final Listener listener;
  private final Channel channel;
  private boolean isOver;
  private volatile String localHost = "";

  private NettyMasterConnection(
      long id,
      EventLoop loop,
      InetSocketAddress address,
      int connectTimeoutMs,
      int maxFrameBytes,
      Listener listener) {
    this.id = id;
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
    return new NettyMasterConnection(
        id,
        loop,
        InetSocketAddress.createUnresolved(host, port),
        connectTimeoutMs,
        maxFrameBytes,
        listener);
  }

  @Override
  public long id() {
    return id;
  }

  @Override
  public String localHost() {
    return localHost;
  }

  @Override
  public void send(InnerRequest request) {
    var unused = channel.writeAndFlush(request, channel.voidPromise());
  }

  @Override
  public void reading(boolean isOn) {
    channel.config().setAutoRead(isOn);
  }

  @Override
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
      listener.connected(NettyMasterConnection.this);
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, InnerResponse response)
        throws FrameException {
      ProtocolChecks.check(response);
      listener.received(NettyMasterConnection.this, response);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
      over("connection closed");
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      if (cause instanceof FrameException) {
        listener.broken(NettyMasterConnection.this, cause.getMessage());
      } else {
        over(String.valueOf(cause.getMessage()));
      }
      var unused = ctx.close();
    }
  }
}
