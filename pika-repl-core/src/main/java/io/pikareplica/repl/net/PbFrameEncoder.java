package io.pikareplica.repl.net;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.MessageLite;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.MessageToByteEncoder;
import java.io.IOException;

/**
 * Writes a message as Pika frames it: four bytes of length, big-endian, then the body. Without
 * state, so one instance serves every channel.
 */
@Sharable
public final class PbFrameEncoder extends MessageToByteEncoder<MessageLite> {
  public static final PbFrameEncoder INSTANCE = new PbFrameEncoder();

  private PbFrameEncoder() {}

  @Override
  protected ByteBuf allocateBuffer(
      ChannelHandlerContext ctx, MessageLite message, boolean preferDirect) {
    return ctx.alloc().ioBuffer(PbFrameDecoder.HEADER_BYTES + message.getSerializedSize());
  }

  @Override
  protected void encode(ChannelHandlerContext ctx, MessageLite message, ByteBuf out)
      throws IOException {
    int length = message.getSerializedSize();
    if (length == 0) {
      // Pika takes an empty body for the end of the connection (src/net/src/pb_conn.cc).
      throw new IllegalStateException("an empty frame must never be sent");
    }
    out.writeInt(length);
    CodedOutputStream body =
        CodedOutputStream.newInstance(out.nioBuffer(out.writerIndex(), length));
    message.writeTo(body);
    body.flush();
    out.writerIndex(out.writerIndex() + length);
  }
}
