package io.pikareplica.repl.master;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.pikareplica.proto.InnerMessage.InnerRequest;
import io.pikareplica.repl.net.FrameException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The end of the pipeline of a replica's connection: hands on what happens there. */
final class ReplHandler extends SimpleChannelInboundHandler<InnerRequest> {
  private static final Logger LOG = LoggerFactory.getLogger(ReplHandler.class);

  private final ReplRequests requests;
  private final Replicas replicas;
  private final Connections connections;
  private final ReplicaLink link;

  ReplHandler(ReplRequests requests, Replicas replicas, Connections connections, ReplicaLink link) {
    this.requests = requests;
    this.replicas = replicas;
    this.connections = connections;
    this.link = link;
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    connections.opened(ctx.channel(), link::close);
    ctx.fireChannelActive();
  }

  @Override
  protected void channelRead0(ChannelHandlerContext ctx, InnerRequest request)
      throws FrameException {
    connections.heard(ctx.channel());
    requests.handle(link, request);
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (ctx.channel().isWritable()) {
      replicas.pumpAll();
    }
    ctx.fireChannelWritabilityChanged();
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    connections.closed(ctx.channel());
    replicas.closed(link);
    ctx.fireChannelInactive();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (!(cause instanceof FrameException) && !(cause instanceof java.io.IOException)) {
      LOG.error("replica={} a request failed", link, cause);
    }
    link.close(String.valueOf(cause.getMessage()));
  }
}
