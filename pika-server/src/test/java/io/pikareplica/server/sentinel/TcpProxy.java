package io.pikareplica.server.sentinel;

import io.pikareplica.repl.HostPort;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/**
 * A network between two processes that can fail, seen from the connecting one. Threads of its own,
 * which end with it.
 */
final class TcpProxy implements AutoCloseable {
  /** What the network does. */
  enum Mode {
    PASS,
    /** Nothing arrives and nobody is told, as when a cable is pulled. What waits comes later. */
    STALL,
    /** Connections are reset, and so are new ones. */
    RESET
  }

  private static final int BUFFER_BYTES = 1 << 16;

  private record Pair(Socket near, Socket far, String source) {}

  private final ServerSocket listener;
  private final HostPort target;
  private final Set<Pair> pairs = ConcurrentHashMap.newKeySet();
  private Mode mode = Mode.PASS;
  private Predicate<String> isAffected = source -> true;
  private boolean isClosed;
  private volatile UnaryOperator<byte[]> replies = UnaryOperator.identity();

  private TcpProxy(ServerSocket listener, HostPort target) {
    this.listener = listener;
    this.target = target;
  }

  static TcpProxy start(HostPort at, HostPort target) throws IOException {
    ServerSocket listener = new ServerSocket();
    listener.setReuseAddress(true);
    listener.bind(new InetSocketAddress(InetAddress.getByName(at.host()), at.port()));
    TcpProxy proxy = new TcpProxy(listener, target);
    proxy.run("proxy-accept", proxy::accept);
    return proxy;
  }

  private void run(String name, Runnable task) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    thread.start();
  }

  /**
   * Changes the network for some of those who connect.
   *
   * @param sources the addresses that they connect from
   */
  synchronized void mode(Mode next, Predicate<String> sources) {
    mode = next;
    isAffected = sources;
    if (next == Mode.RESET) {
      pairs.stream().filter(pair -> sources.test(pair.source())).forEach(this::reset);
    }
    notifyAll();
  }

  void mode(Mode next) {
    mode(next, source -> true);
  }

  /** Changes what the target says, piece by piece as it arrives; its length must stay. */
  void rewriteReplies(UnaryOperator<byte[]> change) {
    replies = change;
  }

  private synchronized Mode modeFor(String source) {
    return isAffected.test(source) ? mode : Mode.PASS;
  }

  private void accept() {
    while (true) {
      try {
        Socket near = listener.accept();
        run("proxy-connect", () -> connect(near));
      } catch (IOException e) {
        return; // closed
      }
    }
  }

  private void connect(Socket near) {
    String source = near.getInetAddress().getHostAddress();
    Pair pair = new Pair(near, new Socket(), source);
    try {
      near.setTcpNoDelay(true);
      awaitPassage(source);
      if (modeFor(source) == Mode.RESET) {
        reset(pair);
        return;
      }
      pair.far().connect(new InetSocketAddress(target.host(), target.port()), 1_000);
      pair.far().setTcpNoDelay(true);
    } catch (IOException e) {
      reset(pair);
      return;
    }
    pairs.add(pair);
    if (modeFor(source) == Mode.RESET || listener.isClosed()) {
      reset(pair); // the network has changed meanwhile
      return;
    }
    run("proxy-up", () -> pump(pair, near, pair.far()));
    run("proxy-down", () -> pump(pair, pair.far(), near));
  }

  private void pump(Pair pair, Socket from, Socket to) {
    byte[] buffer = new byte[BUFFER_BYTES];
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      int count = in.read(buffer);
      while (count >= 0) {
        awaitPassage(pair.source());
        byte[] bytes = Arrays.copyOf(buffer, count);
        out.write(from == pair.far() ? replies.apply(bytes) : bytes);
        count = in.read(buffer);
      }
      awaitPassage(pair.source());
      close(pair);
    } catch (IOException e) {
      close(pair);
    }
  }

  private synchronized void awaitPassage(String source) throws SocketException {
    try {
      while (modeFor(source) == Mode.STALL && !isClosed) {
        wait();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SocketException("interrupted");
    }
  }

  private void reset(Pair pair) {
    try {
      pair.near().setSoLinger(true, 0);
    } catch (SocketException e) {
      // closed already
    }
    close(pair);
  }

  private void close(Pair pair) {
    pairs.remove(pair);
    closeQuietly(pair.near());
    closeQuietly(pair.far());
  }

  private static void closeQuietly(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // nothing can be done about it
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
    synchronized (this) {
      isClosed = true;
      notifyAll();
    }
    pairs.forEach(this::close);
  }
}
