package io.pikareplica.server;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/** Looks for ports that nobody listens on. */
public final class FreePort {
  private static final int REPL_SHIFT = 2_000;
  private static final int RSYNC_SHIFT = 10_001;
  private static final int LOWEST = 10_000;
  private static final int HIGHEST = 32_000 - RSYNC_SHIFT; // below those that clients are given
  private static final int TRIES = 200;

  private FreePort() {}

  /** A client port whose replication ports are free as well, on loopback, a moment ago. */
  public static int withReplicationPorts() throws IOException {
    for (int i = 0; i < TRIES; i++) {
      int port = ThreadLocalRandom.current().nextInt(LOWEST, HIGHEST);
      if (isFree(port) && isFree(port + REPL_SHIFT) && isFree(port + RSYNC_SHIFT)) {
        return port;
      }
    }
    throw new IOException("found no free ports on the loopback interface");
  }

  private static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
