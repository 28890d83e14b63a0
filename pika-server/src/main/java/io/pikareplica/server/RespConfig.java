package io.pikareplica.server;

import io.pikareplica.server.resp.RespLimits;
import java.util.List;

/**
 * What the client port is started with and keeps for its life.
 *
 * @param bind addresses to listen on; the first must be free, and so must all others
 * @param port 0: one that is free, the same for all addresses
 * @param threads event loops, 1 or more; reads run on them
 */
public record RespConfig(List<String> bind, int port, int threads, RespLimits limits) {
  public RespConfig {
    bind = List.copyOf(bind);
    if (bind.isEmpty() || port < 0 || port > 65535 || threads < 1) {
      throw new IllegalArgumentException("bind " + bind + " port " + port + " threads " + threads);
    }
  }

  /** On loopback only. */
  public static RespConfig loopback(int port) {
    int threads = Math.max(2, Runtime.getRuntime().availableProcessors());
    RespLimits limits = RespLimits.forHeap(Runtime.getRuntime().maxMemory());
    return new RespConfig(List.of("127.0.0.1"), port, threads, limits);
  }
}
