package io.pikareplica.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;

/** Reads replies as they stand on the wire. */
final class ReplyText {
  private ReplyText() {}

  /** The next reply, with each line end shown as a blank: {@code $2 ok}. */
  static String read(InputStream in) throws IOException {
    String line = line(in);
    return switch (line.charAt(0)) {
      case '+', '-', ':', '_' -> line;
      case '$' ->
          line.equals("$-1") ? line : line + " " + bulk(in, Integer.parseInt(line.substring(1)));
      case '*', '>' -> line + replies(in, Integer.parseInt(line.substring(1)));
      case '%' -> line + replies(in, 2 * Integer.parseInt(line.substring(1)));
      default -> throw new IOException("no reply starts with " + line);
    };
  }

  private static String replies(InputStream in, int count) throws IOException {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < count; i++) {
      out.append(' ').append(read(in));
    }
    return out.toString();
  }

  private static String bulk(InputStream in, int length) throws IOException {
    byte[] bytes = in.readNBytes(length + 2);
    if (bytes.length < length + 2) {
      throw new EOFException();
    }
    return new String(bytes, 0, length, ISO_8859_1);
  }

  private static String line(InputStream in) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int next = in.read(); next != '\r'; next = in.read()) {
      if (next < 0) {
        throw new EOFException();
      }
      out.write(next);
    }
    in.read();
    return out.toString(ISO_8859_1);
  }
}
