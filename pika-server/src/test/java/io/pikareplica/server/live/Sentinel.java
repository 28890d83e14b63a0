package io.pikareplica.server.live;

import io.pikareplica.server.FreePort;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.JedisPubSub;
import redis.embedded.core.ExecutableProvider;

/** A real Redis Sentinel that watches one master, named {@code m}, and what it says of it. */
final class Sentinel implements AutoCloseable {
  static final String MASTER = "m";

  private final ChildProcess process;
  private final int port;
  private final Jedis subscriber;
  private final List<String> events = new CopyOnWriteArrayList<>();

  private Sentinel(ChildProcess process, int port) throws InterruptedException {
    this.process = process;
    this.port = port;
    subscriber = new Jedis("127.0.0.1", port, 0);
    CountDownLatch subscribed = new CountDownLatch(1);
    JedisPubSub collector =
        new JedisPubSub() {
          @Override
          public void onPSubscribe(String pattern, int channels) {
            subscribed.countDown();
          }

          @Override
          public void onPMessage(String pattern, String channel, String message) {
            events.add(channel + " " + message);
          }
        };
    Thread listener =
        new Thread(
            () -> {
              try {
                subscriber.psubscribe(collector, "*");
              } catch (RuntimeException e) {
                events.add("listener ended: " + e.getMessage());
              }
            },
            "sentinel-events");
    listener.setDaemon(true);
    listener.start();
    if (!subscribed.await(20, TimeUnit.SECONDS)) {
      throw new IllegalStateException("no subscription to Sentinel:\n" + process.output());
    }
  }

  /**
   * Starts the Sentinel that comes with embedded-redis (6.2).
   *
   * @param downAfterMs how long the master must be silent before it counts as down
   */
  static Sentinel start(Path folder, int masterPort, long downAfterMs)
      throws IOException, InterruptedException {
    Path binary = ExecutableProvider.newJarResourceProvider(folder.toFile()).get().toPath();
    int port = FreePort.withReplicationPorts();
    Path conf =
        Files.writeString(
            folder.resolve("sentinel.conf"),
            """
            port %d
            bind 127.0.0.1
            dir %s
            sentinel monitor m 127.0.0.1 %d 1
            sentinel down-after-milliseconds m %d
            sentinel failover-timeout m 10000
            """
                .formatted(port, folder, masterPort, downAfterMs));
    ChildProcess process =
        ChildProcess.start(
            folder,
            folder.resolve("sentinel.out"),
            List.of(binary.toString(), conf.toString(), "--sentinel"));
    Polling.until("Sentinel answers", () -> Polling.answers(port));
    return new Sentinel(process, port);
  }

  /** Names and messages of everything that Sentinel published since it started, in order. */
  List<String> events() {
    return List.copyOf(events);
  }

  boolean has(String event) {
    return events.stream().anyMatch(line -> line.startsWith(event + " "));
  }

  /** What Sentinel holds of the replicas of its master. */
  List<Map<String, String>> replicas() {
    try (Jedis jedis = new Jedis("127.0.0.1", port)) {
      return jedis.sentinelReplicas(MASTER);
    }
  }

  /** Where Sentinel sends clients now. */
  int masterPort() {
    try (Jedis jedis = new Jedis("127.0.0.1", port)) {
      return Integer.parseInt(jedis.sentinelGetMasterAddrByName(MASTER).get(1));
    }
  }

  @Override
  public void close() {
    process.close(); // which ends the listener as well
    subscriber.close();
  }
}
