package io.pikareplica.server;

import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.SocketAddress;

/** Socket addresses as Redis prints them. */
final class Addresses {
  private Addresses() {}

  /** {@code 127.0.0.1:6379} or {@code [::1]:6379}; empty for what is no internet address. */
  static String text(SocketAddress address) {
    if (!(address instanceof InetSocketAddress inet) || inet.getAddress() == null) {
      return "";
    }
    String host = inet.getAddress().getHostAddress();
    boolean isSix = inet.getAddress() instanceof Inet6Address;
    return (isSix ? "[" + host + "]" : host) + ":" + inet.getPort();
  }
}
