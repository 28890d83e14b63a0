package io.pikareplica.server.live;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.Random;

/** Client ports of which the two that Pika derives, +2000 and +10001, are free as well. */
public final class FreePorts {
  private static final int LOWEST = 20_000;
  private static final int HIGHEST = 30_000; // below the range that the system hands out itself
  private static final int TRIES = 1_000;

  private FreePorts() {}

  /** A port that nobody listens on now. */
  public static int pika() throws IOException {
    Random random = new Random();
    for (int i = 0; i < TRIES; i++) {
      int port = random.nextInt(LOWEST, HIGHEST);
      if (isFree(port) && isFree(port + 2_000) && isFree(port + 10_001)) {
        return port;
      }
    }
    throw new IOException("no free ports between " + LOWEST + " and " + HIGHEST);
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
