package io.pikareplica.server.conf;

import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** What {@code bind} and {@code network-interface} mean on this machine. */
final class Interfaces {
  static final String LOOPBACK = "127.0.0.1";

  private Interfaces() {}

  /**
   * Addresses to listen on: those of {@code bind}, else those of the interface and 127.0.0.1 (as
   * src/pika_server.cc, InitHost), else 127.0.0.1 alone.
   */
  static List<String> bindAddresses(String bind, String networkInterface) {
    if (!bind.isEmpty()) {
      return List.of(bind.split("[ ,]+"));
    }
    Set<String> addresses = new LinkedHashSet<>();
    addresses.add(LOOPBACK);
    if (!networkInterface.isEmpty()) {
      addresses.addAll(addressesOf(networkInterface));
    }
    return List.copyOf(addresses);
  }

  /** The addresses of an interface; none when there is no such interface. */
  static List<String> addressesOf(String name) {
    try {
      NetworkInterface found = NetworkInterface.getByName(name);
      return found == null
          ? List.of()
          : found.inetAddresses().map(InetAddress::getHostAddress).toList();
    } catch (SocketException e) {
      return List.of(); // reported like a missing one: nothing can be listened on
    }
  }

  static List<String> names() {
    try {
      return NetworkInterface.networkInterfaces().map(NetworkInterface::getName).sorted().toList();
    } catch (SocketException e) {
      return List.of();
    }
  }
}
