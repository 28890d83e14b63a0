package io.pikareplica.server;

import io.pikareplica.repl.Seldom;
import io.pikareplica.storage.Args;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices a browser that a web page made talk to this port, by the two lines of HTTP that come
 * before anything the page can choose (Redis: server.c, processCommand). Any thread.
 */
final class CrossProtocol {
  private static final Logger LOG = LoggerFactory.getLogger(CrossProtocol.class);

  private final Seldom lines = Seldom.inPeriod(1, 60_000);

  /** Whether a request is a line of HTTP. */
  static boolean isHttp(Args args) {
    return args.is(0, "post") || args.is(0, "host:");
  }

  /** Cuts the client off, with a line in the log once a minute. */
  void cutOff(ClientConnection client) {
    if (client.kill()) {
      lines
          .next()
          .ifPresent(
              leftOut ->
                  LOG.warn(
                      "Possible SECURITY ATTACK detected: client={} sends POST or Host:, as a"
                          + " browser that was sent here would; cut off not_shown={}",
                      client.address(),
                      leftOut));
    }
  }
}
