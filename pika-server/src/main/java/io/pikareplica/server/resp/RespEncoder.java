package io.pikareplica.server.resp;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.ByteBuf;
import io.pikareplica.storage.Reply;
import java.util.List;

/** Writes replies as RESP2 or RESP3. Stateless; any thread. */
public final class RespEncoder {
  /** What a verbatim string is: plain text. */
  private static final String PLAIN = "txt:";

  /** A type, a length and the ends of two lines. */
  private static final long HEADER_BYTES = 16;

  private RespEncoder() {}

  /**
   * Appends a reply.
   *
   * @param protocol 2 or 3
   */
  public static void encode(Reply reply, int protocol, ByteBuf out) {
    switch (reply.kind()) {
      case STATUS -> line('+', ((Reply.Status) reply).text(), out);
      case FAILURE -> line('-', ((Reply.Failure) reply).text(), out);
      case INT -> header(':', ((Reply.Int) reply).value(), out);
      case BULK -> bulk((Reply.Bulk) reply, protocol, out);
      case NIL -> nil(((Reply.Nil) reply).array(), protocol, out);
      case ARRAY -> list('*', ((Reply.Array) reply).items(), protocol, out);
      case MAP -> map(((Reply.Map) reply).flat(), protocol, out);
    }
  }

  /** About how many bytes a reply becomes; not less than its words are long. */
  public static long sizeBytes(Reply reply) {
    return switch (reply.kind()) {
      case STATUS -> HEADER_BYTES + ((Reply.Status) reply).text().length();
      case FAILURE -> HEADER_BYTES + ((Reply.Failure) reply).text().length();
      case INT, NIL -> HEADER_BYTES;
      case BULK -> HEADER_BYTES + ((Reply.Bulk) reply).bytes().length;
      case ARRAY -> HEADER_BYTES + sizeBytes(((Reply.Array) reply).items());
      case MAP -> HEADER_BYTES + sizeBytes(((Reply.Map) reply).flat());
    };
  }

  /** Likewise, of several replies. */
  public static long sizeBytes(List<Reply> replies) {
    long bytes = 0;
    for (Reply reply : replies) {
      bytes += sizeBytes(reply);
    }
    return bytes;
  }

  /** Appends a message that answers no request: a push in RESP3, an array in RESP2. */
  public static void encodePush(List<Reply> items, int protocol, ByteBuf out) {
    list(protocol == 3 ? '>' : '*', items, protocol, out);
  }

  private static void list(char type, List<Reply> items, int protocol, ByteBuf out) {
    header(type, items.size(), out);
    for (Reply item : items) {
      encode(item, protocol, out);
    }
  }

  private static void map(List<Reply> flat, int protocol, ByteBuf out) {
    if (protocol == 3) {
      header('%', flat.size() / 2, out);
      for (Reply item : flat) {
        encode(item, protocol, out);
      }
    } else {
      list('*', flat, protocol, out);
    }
  }

  private static void nil(boolean array, int protocol, ByteBuf out) {
    if (protocol == 3) {
      out.writeByte('_');
      end(out);
    } else {
      header(array ? '*' : '$', -1, out);
    }
  }

  private static void bulk(Reply.Bulk reply, int protocol, ByteBuf out) {
    byte[] bytes = reply.bytes();
    if (reply.isText() && protocol == 3) {
      header('=', PLAIN.length() + bytes.length, out);
      out.writeCharSequence(PLAIN, UTF_8);
    } else {
      header('$', bytes.length, out);
    }
    out.writeBytes(bytes);
    end(out);
  }

  /** A line break inside would be the end of the reply to a client: it becomes a blank. */
  private static void line(char type, String text, ByteBuf out) {
    out.writeByte(type);
    out.writeCharSequence(text.replace('\r', ' ').replace('\n', ' '), UTF_8);
    end(out);
  }

  private static void header(char type, long value, ByteBuf out) {
    out.writeByte(type);
    decimal(value, out);
    end(out);
  }

  private static void decimal(long value, ByteBuf out) {
    if (value >= 0 && value < 10) {
      out.writeByte('0' + (int) value);
      return;
    }
    String digits = Long.toString(value);
    for (int i = 0; i < digits.length(); i++) {
      out.writeByte(digits.charAt(i));
    }
  }

  private static void end(ByteBuf out) {
    out.writeShort('\r' << 8 | '\n');
  }
}
