package io.pikareplica.repl.net;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import com.google.protobuf.UnsafeByteOperations;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.util.Arrays;

/**
 * Turns Pika's frames (four bytes of length, big-endian, then that many bytes of protobuf) into
 * messages. One per channel; runs on its event loop.
 *
 * <p>A frame's body is copied once, out of the socket's buffers into an array of its own; {@code
 * bytes} fields of the message are views of that array. The array grows with what has arrived, so a
 * peer that announces much and sends little costs little.
 *
 * <p>A frame that is empty, longer than the limit, of more fields than any of Pika's, or no such
 * message ends the decoding: {@link FrameException} goes down the pipeline once, what follows on
 * the channel is dropped, and whoever handles it closes the channel.
 *
 * @param <M> the message, for example {@code InnerResponse}
 */
public final class PbFrameDecoder<M extends Message> extends ChannelInboundHandlerAdapter {
  static final int HEADER_BYTES = 4;

  /** A body of this many bytes or more is refused by every Pika (src/net/include/net_define.h). */
  public static final int PIKA_LIMIT_BYTES = 536_870_912 - HEADER_BYTES;

  private static final int FIRST_ALLOCATION_BYTES = 64 * 1024;

  private final Parser<M> parser;
  private final Descriptor type;
  private final int maxBodyBytes;
  private byte[] body = new byte[0];
  private int headerBytes;
  private int length;
  private int received;
  private boolean isBroken;

  /**
   * @param parser of the one kind of message that the peer may send
   * @param maxBodyBytes the longest body that is taken, 1 to {@link #PIKA_LIMIT_BYTES} - 1
   */
  public PbFrameDecoder(Parser<M> parser, int maxBodyBytes) {
    if (maxBodyBytes < 1 || maxBodyBytes >= PIKA_LIMIT_BYTES) {
      throw new IllegalArgumentException("frame limit " + maxBodyBytes);
    }
    this.parser = parser;
    this.type = typeOf(parser);
    this.maxBodyBytes = maxBodyBytes;
  }

  private static Descriptor typeOf(Parser<? extends Message> parser) {
    try {
      return parser.parsePartialFrom(ByteString.EMPTY).getDescriptorForType();
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalArgumentException("no message may be empty", e);
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (!(message instanceof ByteBuf in)) {
      ctx.fireChannelRead(message);
      return;
    }
    try {
      // A handler behind may close the channel at any message; what is left is then of no use.
      while (!isBroken && in.isReadable() && ctx.channel().isActive()) {
        M frame = read(in);
        if (frame != null) {
          ctx.fireChannelRead(frame);
        }
      }
    } catch (FrameException e) {
      isBroken = true;
      body = new byte[0];
      ctx.fireExceptionCaught(e);
    } finally {
      ReferenceCountUtil.release(in);
    }
  }

  /** Takes what it can use of the buffer; a message once its last byte is there, else null. */
  private M read(ByteBuf in) throws FrameException {
    if (headerBytes < HEADER_BYTES) {
      readHeader(in);
      return null;
    }
    int count = Math.min(in.readableBytes(), length - received);
    ensureRoom(received + count);
    in.readBytes(body, received, count);
    received += count;
    if (received < length) {
      return null;
    }
    M frame = parse();
    headerBytes = 0;
    length = 0;
    return frame;
  }

  private void readHeader(ByteBuf in) throws FrameException {
    while (headerBytes < HEADER_BYTES && in.isReadable()) {
      length = length << 8 | in.readUnsignedByte();
      headerBytes++;
    }
    if (headerBytes < HEADER_BYTES) {
      return;
    }
    if (length == 0) {
      throw new FrameException("empty frame");
    }
    if (length < 0 || length > maxBodyBytes) {
      throw new FrameException(
          "frame of "
              + Integer.toUnsignedString(length)
              + " bytes is longer than the limit of "
              + maxBodyBytes);
    }
    received = 0;
    body = new byte[Math.min(length, FIRST_ALLOCATION_BYTES)];
  }

  private void ensureRoom(int needed) {
    if (needed > body.length) {
      long doubled = Math.max(needed, body.length * 2L);
      body = Arrays.copyOf(body, (int) Math.min(length, doubled));
    }
  }

  private M parse() throws FrameException {
    // The array is handed over to the message: it is never written again.
    byte[] bytes = body;
    body = new byte[0];
    // newInstance(byte[]) would copy every bytes field even with aliasing on; this does not.
    CodedInputStream in = UnsafeByteOperations.unsafeWrap(bytes, 0, length).newCodedInput();
    in.enableAliasing(true);
    in.setSizeLimit(Integer.MAX_VALUE);
    try {
      if (!FieldLimit.holds(bytes, length, type)) {
        throw new FrameException(
            "frame of " + length + " bytes has more than " + FieldLimit.MAX_FIELDS + " fields");
      }
      M message = parser.parsePartialFrom(in);
      in.checkLastTagWas(0);
      return message;
    } catch (IOException e) {
      throw new FrameException(
          "frame of " + length + " bytes does not parse: " + e.getMessage(), e);
    }
  }
}
