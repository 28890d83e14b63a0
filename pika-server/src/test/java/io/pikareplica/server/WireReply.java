package io.pikareplica.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;

/**
 * A reply as text in which every byte of it counts, but for the lengths of strings, which follow
 * from the strings: {@code *2 [$"a" $nil]}. RESP2 and RESP3.
 */
final class WireReply {
  private WireReply() {}

  /** The next reply; {@code EOF} when the server has closed the connection instead. */
  static String read(InputStream in) throws IOException {
    String line;
    try {
      line = line(in);
    } catch (EOFException e) {
      return "EOF";
    }
    String rest = line.substring(1);
    return switch (line.charAt(0)) {
      case '+', '-', ':', ',', '#', '(', '_' -> line;
      case '$', '=' ->
          rest.equals("-1") ? "$nil" : line.charAt(0) + quoted(in, Integer.parseInt(rest));
      case '*', '~', '>' ->
          rest.equals("-1") ? "*nil" : line.charAt(0) + items(in, Integer.parseInt(rest));
      case '%' -> line.charAt(0) + items(in, 2 * Integer.parseInt(rest));
      default -> throw new IOException("no reply starts with " + line);
    };
  }

  private static String items(InputStream in, int count) throws IOException {
    StringBuilder out = new StringBuilder().append(count).append(" [");
    for (int i = 0; i < count; i++) {
      out.append(i == 0 ? "" : " ").append(read(in));
    }
    return out.append(']').toString();
  }

  private static String quoted(InputStream in, int length) throws IOException {
    byte[] bytes = in.readNBytes(length);
    String end = new String(in.readNBytes(2), ISO_8859_1);
    if (bytes.length < length || !end.equals("\r\n")) {
      throw new IOException("a string of " + length + " bytes does not end where it should");
    }
    return '"'
        + new String(bytes, ISO_8859_1)
            .replace("\\", "\\\\")
            .replace("\"", "\\\"")
            .replace("\r", "\\r")
            .replace("\n", "\\n")
        + '"';
  }

  private static String line(InputStream in) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int next = in.read(); next != '\r'; next = in.read()) {
      if (next < 0) {
        throw new EOFException();
      }
      out.write(next);
    }
    if (in.read() != '\n') {
      throw new IOException("a line that does not end in CRLF: " + out.toString(ISO_8859_1));
    }
    return out.toString(ISO_8859_1);
  }
}
