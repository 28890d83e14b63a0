package io.pikareplica.server.live;

import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisException;

/** Waiting for servers to be in some state, with a deadline. */
public final class Polling {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private Polling() {}

  /** Waits until a condition holds; what it throws on the way counts as not yet. */
  public static void until(String what, Callable<Boolean> condition) {
    until(what, LIMIT, condition);
  }

  /** Lets a time pass between two steps of what a test does again and again. */
  public static void pause(Duration time) {
    await().pollDelay(time).atMost(time.plus(LIMIT)).until(() -> true);
  }

  /** Likewise, with a limit of its own. */
  public static void until(String what, Duration limit, Callable<Boolean> condition) {
    await(what)
        .atMost(limit)
        .pollInterval(Duration.ofMillis(50))
        .ignoreExceptions()
        .until(condition);
  }

  /** Whether a server on this port answers PING. */
  public static boolean answers(int port) {
    try (Jedis jedis = new Jedis("127.0.0.1", port)) {
      return "PONG".equals(jedis.ping());
    } catch (JedisException e) {
      return false;
    }
  }

  /** INFO of a section by name; of names that stand twice, the last. */
  public static Map<String, String> info(int port, String section) {
    try (Jedis jedis = new Jedis("127.0.0.1", port)) {
      Map<String, String> lines = new HashMap<>();
      for (String line : jedis.info(section).lines().toList()) {
        int colon = line.indexOf(':');
        if (colon > 0) {
          lines.put(line.substring(0, colon), line.substring(colon + 1));
        }
      }
      return lines;
    }
  }

  /** Waits until a replica's link is up, its offset is its master's and it may be promoted. */
  public static void untilCaughtUp(int masterPort, int replicaPort) {
    until(
        "replica on " + replicaPort + " has caught up",
        () -> {
          Map<String, String> replica = info(replicaPort, "replication");
          return "up".equals(replica.get("master_link_status"))
              && !"false".equals(replica.get("is_eligible_for_master_election"))
              && replica
                  .get("slave_repl_offset")
                  .equals(info(masterPort, "replication").get("slave_repl_offset"));
        });
  }
}
