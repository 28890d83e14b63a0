package io.pikareplica.repl;

/**
 * A client address of a node, exactly as someone gave it: never resolved, never replaced.
 *
 * @param port 1 to 65535
 */
public record HostPort(String host, int port) {
  public HostPort {
    if (host.isEmpty() || port < 1 || port > 65535) {
      throw new IllegalArgumentException("'" + host + "' port " + port + " is no address");
    }
  }

  @Override
  public String toString() {
    return host + ":" + port;
  }
}
