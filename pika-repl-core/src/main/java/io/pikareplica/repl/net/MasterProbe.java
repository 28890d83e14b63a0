package io.pikareplica.repl.net;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Asks a master's client port for its {@code binlog-file-size}, which the replication protocol does
 * not carry. Whatever the master answers, or if it answers nothing, the outcome is a number or
 * none. Runs on an event loop.
 */
public final class MasterProbe {
  /** Pika's own patience with this port (src/pika_repl_client.cc). */
  private static final int TIMEOUT_MS = 1_500;

  private static final int MAX_ANSWER_BYTES = 4_096;

  /** Pika takes 100 MiB instead of what is outside (src/pika_conf.cc), so no master has it. */
  private static final long MIN_FILE_BYTES = 1 << 10;

  private static final long MAX_FILE_BYTES = 1 << 30;
  private static final Pattern ANSWER =
      Pattern.compile("\\$16\r\nbinlog-file-size\r\n\\$\\d+\r\n(\\d{1,18})\r\n");

  private MasterProbe() {}

  /**
   * @param password {@code masterauth}; empty for none
   * @return completes on the event loop, never exceptionally, within a few seconds
   */
  public static CompletionStage<OptionalLong> binlogFileSizeBytes(
      EventLoop loop, String host, int port, String password) {
    CompletableFuture<OptionalLong> result = new CompletableFuture<>();
    var unused =
        loop.schedule(
            () -> result.complete(OptionalLong.empty()), 2 * TIMEOUT_MS, TimeUnit.MILLISECONDS);
    new Bootstrap()
        .group(loop)
        .channel(NioSocketChannel.class)
        .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, TIMEOUT_MS)
        .handler(
            new ChannelInitializer<SocketChannel>() {
              @Override
              protected void initChannel(SocketChannel ch) {
                ch.pipeline().addLast(new Exchange(password, result));
              }
            })
        .connect(InetSocketAddress.createUnresolved(host, port))
        .addListener(
            done -> {
              if (!done.isSuccess()) {
                result.complete(OptionalLong.empty());
              }
            });
    return result;
  }

  private static final class Exchange extends SimpleChannelInboundHandler<ByteBuf> {
    private final String password;
    private final CompletableFuture<OptionalLong> result;
    private final StringBuilder answer = new StringBuilder();

    Exchange(String password, CompletableFuture<OptionalLong> result) {
      this.password = password;
      this.result = result;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
      String auth = password.isEmpty() ? "" : command("AUTH", password);
      String request = auth + command("CONFIG", "GET", "binlog-file-size");
      send(ctx, request);
      var unused = result.thenRun(() -> close(ctx));
    }

    private static void send(ChannelHandlerContext ctx, String request) {
      var unused = ctx.writeAndFlush(Unpooled.copiedBuffer(request, StandardCharsets.UTF_8));
    }

    private static void close(ChannelHandlerContext ctx) {
      var unused = ctx.close();
    }

    private static String command(String... words) {
      StringBuilder out = new StringBuilder("*" + words.length + "\r\n");
      for (String word : words) {
        int length = word.getBytes(StandardCharsets.UTF_8).length;
        out.append('$').append(length).append("\r\n").append(word).append("\r\n");
      }
      return out.toString();
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, ByteBuf in) {
      int room = MAX_ANSWER_BYTES - answer.length();
      int count = Math.min(room, in.readableBytes());
      byte[] bytes = ByteBufUtil.getBytes(in, in.readerIndex(), count);
      answer.append(new String(bytes, StandardCharsets.ISO_8859_1));
      Matcher found = ANSWER.matcher(answer.toString().toLowerCase(Locale.ROOT));
      if (found.find()) {
        long size = Long.parseLong(found.group(1));
        boolean isPossible = size >= MIN_FILE_BYTES && size <= MAX_FILE_BYTES;
        result.complete(isPossible ? OptionalLong.of(size) : OptionalLong.empty());
      } else if (answer.length() == MAX_ANSWER_BYTES) {
        result.complete(OptionalLong.empty());
      }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
      result.complete(OptionalLong.empty());
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      result.complete(OptionalLong.empty());
      var unused = ctx.close();
    }
  }
}
