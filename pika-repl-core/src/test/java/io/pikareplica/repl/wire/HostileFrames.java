package io.pikareplica.repl.wire;

import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.embedded.EmbeddedChannel;
import io.pikareplica.binlog.hostile.HostileBytes;
import io.pikareplica.repl.net.FrameException;
import io.pikareplica.repl.net.PbFrameDecoder;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Feeds bytes to a pipeline of Netty as a socket would, and sees where they end. */
public final class HostileFrames {
  private static final int LIMIT = 1 << 20;

  /** A channel, and the first piece of a body. */
  private static final long FIXED_BYTES = 512 * 1024;

  /**
   * A body is copied a few times as it grows, and two bytes of it can become an object of some
   * seventy.
   */
  private static final long BYTES_PER_BYTE = 200;

  private HostileFrames() {}

  /** The last handler of a pipeline. */
  public interface Handler<M> {
    /** Takes a message on; throws as a real one does. */
    void handle(ChannelHandlerContext ctx, M message, Consumer<Object> found) throws FrameException;

    /** The connection is gone. */
    default void closed() {}
  }

  /**
   * Frames of one kind of message, on their way to a handler.
   *
   * @param handlers makes one for each connection
   */
  public static <M extends Message> HostileBytes against(
      String name, Parser<M> parser, Supplier<Handler<M>> handlers) {
    return HostileBytes.against(
            name,
            (bytes, pieceBytes, found) -> read(parser, handlers.get(), bytes, pieceBytes, found))
        .refusedBy(FrameException.class)
        .allocating(FIXED_BYTES, BYTES_PER_BYTE)
        .watching(PbFrameDecoder.class)
        .bad(header(0), header(LIMIT), header(LIMIT + 1), header(-1), header(Integer.MIN_VALUE));
  }

  private static byte[] header(int length) {
    return new byte[] {
      (byte) (length >> 24), (byte) (length >> 16), (byte) (length >> 8), (byte) length, 8, 1
    };
  }

  private static <M extends Message> void read(
      Parser<M> parser, Handler<M> handler, byte[] bytes, int pieceBytes, Consumer<Object> found) {
    EmbeddedChannel channel =
        new EmbeddedChannel(
            new PbFrameDecoder<>(parser, LIMIT),
            new SimpleChannelInboundHandler<Message>() {
              @Override
              @SuppressWarnings("unchecked") // the decoder makes no other
              protected void channelRead0(ChannelHandlerContext ctx, Message message)
                  throws FrameException {
                handler.handle(ctx, (M) message, found);
              }

              @Override
              public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
                var unused = ctx.close(); // what follows is not looked at
                ctx.fireExceptionCaught(cause);
              }
            });
    try {
      for (int at = 0; at < bytes.length && channel.isActive(); at += pieceBytes) {
        int count = Math.min(pieceBytes, bytes.length - at);
        channel.writeInbound(Unpooled.wrappedBuffer(bytes, at, count));
      }
    } finally {
      channel.finishAndReleaseAll();
      handler.closed();
    }
  }
}
