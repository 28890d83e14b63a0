package io.pikareplica.repl.wire;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import com.google.protobuf.MessageLite;
import io.pikareplica.repl.HostPort;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** A master's three ports on loopback, each connection on a thread of its own. */
public final class MasterSockets implements AutoCloseable {
  /** What to do with a connection. */
  public interface Handler {
    void run(Socket socket) throws IOException;
  }

  private final ServerSocket client = listen();
  private final ServerSocket repl = listen();
  private final ServerSocket rsync = listen();
  private final List<Socket> accepted = new CopyOnWriteArrayList<>();
  private final Consumer<String> trouble;

  public MasterSockets(Consumer<String> trouble) throws IOException {
    this.trouble = trouble;
  }

  public void serve(Handler onClient, Handler onRepl, Handler onRsync) {
    serve(client, onClient);
    serve(repl, onRepl);
    serve(rsync, onRsync);
  }

  private static ServerSocket listen() throws IOException {
    return new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
  }

  public HostPort address() {
    return new HostPort("127.0.0.1", client.getLocalPort());
  }

  public int replPortShift() {
    return repl.getLocalPort() - client.getLocalPort();
  }

  public int rsyncPortShift() {
    return rsync.getLocalPort() - client.getLocalPort();
  }

  /** Drops every connection that is open; new ones are taken. */
  public void dropAll() throws IOException {
    for (Socket socket : accepted) {
      socket.close();
    }
    accepted.clear();
  }

  private void serve(ServerSocket server, Handler handler) {
    start(
        () -> {
          while (!server.isClosed()) {
            Socket socket = server.accept();
            accepted.add(socket);
            start(() -> handler.run(socket));
          }
        });
  }

  private interface Job {
    void run() throws IOException;
  }

  private void start(Job job) {
    Thread thread =
        new Thread(
            () -> {
              try {
                job.run();
              } catch (EOFException | SocketException e) {
                // The end of a connection.
              } catch (IOException | RuntimeException e) {
                trouble.accept(e.toString());
              }
            });
    thread.setDaemon(true);
    thread.start();
  }

  /** A client port that knows one answer, to whoever asks for the file size: 131072. */
  public static void tellFileSize(Socket socket) throws IOException {
    byte[] buffer = new byte[4096];
    int count = socket.getInputStream().read(buffer);
    if (count > 0 && new String(buffer, 0, count, ISO_8859_1).contains("binlog-file-size")) {
      String answer = "*2\r\n$16\r\nbinlog-file-size\r\n$6\r\n131072\r\n";
      socket.getOutputStream().write(answer.getBytes(ISO_8859_1));
    }
  }

  public static void write(DataOutputStream to, MessageLite message) throws IOException {
    byte[] body = message.toByteArray();
    synchronized (to) {
      to.writeInt(body.length);
      to.write(body);
      to.flush();
    }
  }

  @Override
  public void close() throws IOException {
    for (ServerSocket server : List.of(client, repl, rsync)) {
      server.close();
    }
    dropAll();
  }
}
