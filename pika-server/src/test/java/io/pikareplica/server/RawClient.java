package io.pikareplica.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;

/** A client that sends what it is told and shows replies as they stand on the wire. */
public final class RawClient implements AutoCloseable {
  private final Socket socket;
  private final InputStream in;

  RawClient(int port) throws IOException {
    this(InetAddress.getLoopbackAddress(), port);
  }

  public RawClient(InetAddress host, int port) throws IOException {
    socket = new Socket(host, port);
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
  public RawClient send(String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(ISO_8859_1));
    socket.getOutputStream().flush();
    return this;
  }

  /** Sends one request as an array and gives its reply. */
  public String ask(String... words) throws IOException {
    send(request(words));
    return reply();
  }

  public static String request(String... words) {
    StringBuilder out = new StringBuilder("*" + words.length + "\r\n");
    for (String word : words) {
      out.append('$').append(word.length()).append("\r\n").append(word).append("\r\n");
    }
    return out.toString();
  }

  /** The next reply, see {@link ReplyText}. */
  public String reply() throws IOException {
    return ReplyText.read(in);
  }

  /** Whether the server has closed the connection; waits for it or for a byte. */
  public boolean isClosedByServer() throws IOException {
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
