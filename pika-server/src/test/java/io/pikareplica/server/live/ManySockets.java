package io.pikareplica.server.live;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;

/** Thousands of connections that say something once, and then nothing. */
final class ManySockets implements AutoCloseable {
  private final List<SocketChannel> channels = new ArrayList<>();

  /** Opens connections to a port, from two addresses of loopback, and sends a few bytes on each. */
  static ManySockets open(int port, int count, String said) throws IOException {
    ManySockets many = new ManySockets();
    InetSocketAddress server = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    byte[] bytes = said.getBytes(US_ASCII);
    try {
      for (int i = 0; i < count; i++) {
        SocketChannel channel = SocketChannel.open();
        many.channels.add(channel);
        byte[] own = {127, 0, 0, (byte) (2 + i % 2)};
        channel.bind(new InetSocketAddress(InetAddress.getByAddress(own), 0));
        channel.connect(server);
        channel.write(ByteBuffer.wrap(bytes));
      }
      return many;
    } catch (IOException | RuntimeException e) {
      many.close();
      throw e;
    }
  }

  /** How many of them the server has closed. */
  int closed() throws IOException {
    int closed = 0;
    ByteBuffer buffer = ByteBuffer.allocate(4096);
    for (SocketChannel channel : channels) {
      channel.configureBlocking(false);
      closed += isClosed(channel, buffer.clear()) ? 1 : 0;
    }
    return closed;
  }

  private static boolean isClosed(SocketChannel channel, ByteBuffer buffer) {
    try {
      return channel.read(buffer) < 0;
    } catch (IOException e) {
      return true; // reset
    }
  }

  @Override
  public void close() throws IOException {
    for (SocketChannel channel : channels) {
      channel.close();
    }
  }
}
