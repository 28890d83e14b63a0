package io.pikareplica.bench;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;

/** A connection to a node on loopback that does as little as possible itself. One thread. */
final class Wire implements AutoCloseable {
  private static final int TIMEOUT_MS = 60_000;
  private static final int BUFFER_BYTES = 64 * 1024;

  private final Socket socket;
  private final InputStream in;

  Wire(int port) throws IOException {
    socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(TIMEOUT_MS);
    socket.setTcpNoDelay(true);
    in = new BufferedInputStream(socket.getInputStream(), BUFFER_BYTES);
  }

  /** A request as it is sent, to be kept and sent often. */
  static byte[] request(String... words) {
    StringBuilder text = new StringBuilder("*" + words.length + "\r\n");
    for (String word : words) {
      text.append('$').append(word.length()).append("\r\n").append(word).append("\r\n");
    }
    return text.toString().getBytes(ISO_8859_1);
  }

  /**
   * Sends a request and gives the reply, a line or a bulk string.
   *
   * @throws IOException when it is an error, too
   */
  String ask(String... words) throws IOException {
    send(request(words));
    return read();
  }

  /** Sends bytes that hold one request or more. */
  void send(byte[] requests) throws IOException {
    socket.getOutputStream().write(requests);
  }

  /** Waits for the next reply. */
  String read() throws IOException {
    String line = line();
    if (line.startsWith("-")) {
      throw new IOException(line);
    }
    if (!line.startsWith("$")) {
      return line;
    }
    int bytes = Integer.parseInt(line, 1, line.length(), 10);
    String text = new String(in.readNBytes(bytes), ISO_8859_1);
    line();
    return text;
  }

  private String line() throws IOException {
    StringBuilder line = new StringBuilder();
    for (int next = in.read(); next != '\n'; next = in.read()) {
      if (next < 0) {
        throw new EOFException("the node closed the connection");
      }
      if (next != '\r') {
        line.append((char) next);
      }
    }
    return line.toString();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
