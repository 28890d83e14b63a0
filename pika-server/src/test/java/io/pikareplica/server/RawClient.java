package io.pikareplica.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;

/** A client that sends what it is told and shows replies as they stand on the wire. */
final class RawClient implements AutoCloseable {
  private final Socket socket;
  private final InputStream in;

  RawClient(int port) throws IOException {
    socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(10_000);
    socket.setTcpNoDelay(true);
    in = new BufferedInputStream(socket.getInputStream());
  }

  Socket socket() {
    return socket;
  }

  /** The client's own {@code ip:port}. */
  String address() {
    return "127.0.0.1:" + socket.getLocalPort();
  }

  /** Sends text; each char is one byte. */
  RawClient send(String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(ISO_8859_1));
    socket.getOutputStream().flush();
    return this;
  }

  /** Sends one request as an array and gives its reply. */
  String ask(String... words) throws IOException {
    send(request(words));
    return reply();
  }

  static String request(String... words) {
    StringBuilder out = new StringBuilder("*" + words.length + "\r\n");
    for (String word : words) {
      out.append('$').append(word.length()).append("\r\n").append(word).append("\r\n");
    }
    return out.toString();
  }

  /** The next reply, with each line end shown as a blank: {@code $2 ok}. */
  String reply() throws IOException {
    String line = line();
    return switch (line.charAt(0)) {
      case '+', '-', ':', '_' -> line;
      case '$' ->
          line.equals("$-1") ? line : line + " " + bulk(Integer.parseInt(line.substring(1)));
      case '*', '>' -> line + replies(Integer.parseInt(line.substring(1)));
      case '%' -> line + replies(2 * Integer.parseInt(line.substring(1)));
      default -> throw new IOException("no reply starts with " + line);
    };
  }

  private String replies(int count) throws IOException {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < count; i++) {
      out.append(' ').append(reply());
    }
    return out.toString();
  }

  private String bulk(int length) throws IOException {
    byte[] bytes = in.readNBytes(length + 2);
    if (bytes.length < length + 2) {
      throw new EOFException();
    }
    return new String(bytes, 0, length, ISO_8859_1);
  }

  private String line() throws IOException {
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

  /** Whether the server has closed the connection; waits for it or for a byte. */
  boolean isClosedByServer() throws IOException {
    try {
      return in.read() < 0;
    } catch (java.net.SocketException e) {
      return true;
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
