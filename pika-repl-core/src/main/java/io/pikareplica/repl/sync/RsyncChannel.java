package io.pikareplica.repl.sync;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.pikareplica.proto.RsyncService;
import io.pikareplica.proto.RsyncService.FileRequest;
import io.pikareplica.proto.RsyncService.RsyncRequest;
import io.pikareplica.proto.RsyncService.RsyncResponse;
import io.pikareplica.proto.RsyncService.StatusCode;
import io.pikareplica.repl.net.FrameException;
import io.pikareplica.repl.net.PbFrameDecoder;
import io.pikareplica.repl.net.PbFrameEncoder;
import io.pikareplica.repl.net.ProtocolChecks;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * The connection of one DB's full sync to the master's file port. Up to four threads ask on it at
 * the same time, each under its own reader index, and wait for their answers; a lost connection is
 * made anew by the next question. An answer that nobody waits for is dropped.
 */
final class RsyncChannel implements AutoCloseable {
  /** The master has an array of as many (src/rsync_server.cc). */
  static final int MAX_READERS = 4;

  /** More than 4 MiB of data, or 200,000 names. */
  private static final int MAX_FRAME_BYTES = 64 << 20;

  private static final int CONNECT_TIMEOUT_MS = 3000;

  private final String db;
  private final String host;
  private final int port;
  private final Bootstrap bootstrap;
  private final AtomicReferenceArray<Question> questions = new AtomicReferenceArray<>(MAX_READERS);
  private volatile Channel channel;
  private volatile boolean isClosed;

  /** What a reader waits for. */
  private record Question(RsyncRequest request, CompletableFuture<RsyncResponse> answer) {
    /** The answer to an older question of the same reader may come late. */
    boolean isAnsweredBy(RsyncResponse response) {
      if (response.getType() != request.getType()) {
        return false;
      }
      return request.getType() == RsyncService.Type.kRsyncMeta
          || response.getCode() != StatusCode.kOk
          || (response.getFileResp().getFilename().equals(request.getFileReq().getFilename())
              && response.getFileResp().getOffset() == request.getFileReq().getOffset());
    }
  }

  RsyncChannel(String db, String host, int port, EventLoopGroup eventLoops) {
    this.db = db;
    this.host = host;
    this.port = port;
    bootstrap =
        new Bootstrap()
            .group(eventLoops)
            .channel(NioSocketChannel.class)
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_TIMEOUT_MS)
            .option(ChannelOption.SO_KEEPALIVE, true)
            .handler(
                new ChannelInitializer<SocketChannel>() {
                  @Override
                  protected void initChannel(SocketChannel connected) {
                    connected
                        .pipeline()
                        .addLast(
                            new PbFrameDecoder<>(RsyncResponse.parser(), MAX_FRAME_BYTES),
                            PbFrameEncoder.INSTANCE,
                            new Answers());
                  }
                });
  }

  /** Asks for the list of files. */
  RsyncResponse askForList(long timeoutMs)
      throws IOException, TimeoutException, FrameException, InterruptedException {
    return ask(
        0,
        RsyncRequest.newBuilder()
            .setType(RsyncService.Type.kRsyncMeta)
            .setReaderIndex(0)
            .setDbName(db)
            .setSlotId(0)
            .build(),
        timeoutMs);
  }

  /**
   * Asks for a part of a file.
   *
   * @param reader 0 to 3, of the calling thread alone
   */
  RsyncResponse askForPart(int reader, String file, long offset, long count, long timeoutMs)
      throws IOException, TimeoutException, FrameException, InterruptedException {
    return ask(
        reader,
        RsyncRequest.newBuilder()
            .setType(RsyncService.Type.kRsyncFile)
            .setReaderIndex(reader)
            .setDbName(db)
            .setSlotId(0)
            .setFileReq(
                FileRequest.newBuilder().setFilename(file).setCount(count).setOffset(offset))
            .build(),
        timeoutMs);
  }

  /**
   * Asks and waits.
   *
   * @throws IOException when there is no connection, or it was lost
   * @throws TimeoutException when no answer came in time
   * @throws FrameException when something came that is no answer
   */
  private RsyncResponse ask(int reader, RsyncRequest request, long timeoutMs)
      throws IOException, TimeoutException, FrameException, InterruptedException {
    Question question = new Question(request, new CompletableFuture<>());
    questions.set(reader, question);
    try {
      connected()
          .writeAndFlush(request)
          .addListener(
              write -> {
                if (!write.isSuccess()) {
                  question.answer().completeExceptionally(write.cause());
                }
              });
      return question.answer().get(timeoutMs, TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof FrameException wrong) {
        throw wrong;
      }
      throw new IOException(e.getCause().getMessage(), e.getCause());
    } finally {
      questions.set(reader, null);
    }
  }

  /** One reader connects, the others wait for it. */
  private synchronized Channel connected() throws IOException, InterruptedException {
    Channel current = channel;
    if (current == null || !current.isActive()) {
      // a name is looked up here, on a thread that may wait, and not on an event loop
      InetSocketAddress master = new InetSocketAddress(InetAddress.getByName(host), port);
      ChannelFuture connect = bootstrap.connect(master).await();
      if (!connect.isSuccess()) {
        throw new ConnectException(connect.cause().getMessage());
      }
      current = connect.channel();
      channel = current;
    }
    if (isClosed) {
      var unused = current.close();
      throw new IOException("closed");
    }
    return current;
  }

  /** Drops the connection, so that the next question makes a new one. Never waits. */
  void disconnect() {
    Channel current = channel;
    if (current != null) {
      var unused = current.close();
    }
  }

  /** Drops the connection for good. Never waits. */
  @Override
  public void close() {
    isClosed = true;
    disconnect();
  }

  private void failAll(Throwable cause) {
    for (int i = 0; i < MAX_READERS; i++) {
      Question question = questions.get(i);
      if (question != null) {
        question.answer().completeExceptionally(cause);
      }
    }
  }

  /** Hands answers to those who wait for them. */
  private final class Answers extends SimpleChannelInboundHandler<RsyncResponse> {
    @Override
    protected void channelRead0(ChannelHandlerContext ctx, RsyncResponse response)
        throws FrameException {
      ProtocolChecks.check(response);
      int reader = response.getReaderIndex();
      Question question = reader >= 0 && reader < MAX_READERS ? questions.get(reader) : null;
      if (question != null && response.getDbName().equals(db) && question.isAnsweredBy(response)) {
        question.answer().complete(response);
      }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
      if (ctx.channel() == channel) {
        failAll(new IOException("the master closed the connection"));
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      failAll(cause);
      var unused = ctx.close();
    }
  }
}
