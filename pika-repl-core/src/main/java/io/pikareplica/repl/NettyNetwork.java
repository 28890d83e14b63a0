package io.pikareplica.repl;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.pikareplica.repl.net.MasterConnection;
import io.pikareplica.repl.net.MasterProbe;
import io.pikareplica.repl.net.NettyMasterConnection;
import io.pikareplica.repl.sync.FullSync;
import io.pikareplica.repl.sync.SnapshotFetch;
import java.util.OptionalLong;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/** Sockets, on event loops of its own; one loop serves all connections to the master. */
final class NettyNetwork implements Network {
  private static final int EVENT_LOOPS = 2;
  private static final long CLOSE_SECONDS = 5;

  private final EventLoopGroup loops =
      new MultiThreadIoEventLoopGroup(
          EVENT_LOOPS, new DefaultThreadFactory("replica-net", true), NioIoHandler.newFactory());
  private final EventLoop link = loops.next();

  @Override
  public Executor loop() {
    return link;
  }

  @Override
  public MasterConnection connect(
      long id,
      HostPort replicationPort,
      int timeoutMs,
      int maxFrameBytes,
      MasterConnection.Listener listener) {
    return NettyMasterConnection.open(
        id,
        link,
        replicationPort.host(),
        replicationPort.port(),
        timeoutMs,
        maxFrameBytes,
        listener);
  }

  @Override
  public CompletionStage<OptionalLong> binlogFileSizeBytes(HostPort master, String password) {
    return MasterProbe.binlogFileSizeBytes(loops.next(), master.host(), master.port(), password);
  }

  @Override
  public SnapshotFetch fetch(FullSync.Request request, FullSync.Listener listener) {
    return FullSync.start(request, loops, listener);
  }

  @Override
  public void close() {
    loops
        .shutdownGracefully(0, CLOSE_SECONDS, TimeUnit.SECONDS)
        .awaitUninterruptibly(CLOSE_SECONDS, TimeUnit.SECONDS);
  }
}
