package io.pikareplica.server.sentinel;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.pikareplica.repl.HostPort;
import io.pikareplica.server.live.ChildProcess;
import io.pikareplica.server.live.Polling;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Predicate;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.JedisPubSub;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisException;

/** A real Redis Sentinel with a fresh configuration, and everything that it publishes. */
final class Sentinel implements AutoCloseable {
  static final String MASTER = "m";

  private static final Duration EVENT_LIMIT = Duration.ofSeconds(90);
  private static final int CLIENT_TIMEOUT_MS = 20_000;

  private final ChildProcess process;
  private final HostPort address;
  private Optional<Jedis> client = Optional.empty();
  private final List<Event> events = new CopyOnWriteArrayList<>();

  private Sentinel(ChildProcess process, HostPort address) {
    this.process = process;
    this.address = address;
  }

  /**
   * Starts one.
   *
   * @param masters what it is to watch, in the syntax of sentinel.conf
   */
  static Sentinel start(
      RedisBinary redis, Path folder, String name, HostPort address, String masters)
      throws IOException, InterruptedException {
    Path home = Files.createDirectories(folder.resolve(name));
    Path conf =
        Files.writeString(
            home.resolve("sentinel.conf"),
            """
            port %d
            bind %s
            %s
            sentinel announce-ip %s
            dir %s
            loglevel verbose
            %s
            """
                .formatted(
                    address.port(),
                    address.host(),
                    // before 7.0 this is what bind does
                    redis.hasDebug() ? "bind-source-addr " + address.host() : "",
                    address.host(),
                    home,
                    masters));
    ChildProcess process =
        ChildProcess.start(home, folder.resolve(name + ".out"), redis.sentinel(conf));
    Sentinel sentinel = new Sentinel(process, address);
    try {
      Polling.until(name + " answers", sentinel::answers);
      sentinel.subscribe();
      return sentinel;
    } catch (RuntimeException | InterruptedException e) {
      sentinel.close();
      throw e;
    }
  }

  private boolean answers() {
    try (Jedis jedis = connect()) {
      return jedis.ping().equals("PONG");
    } catch (JedisException e) {
      return false;
    }
  }

  private void subscribe() throws InterruptedException {
    CountDownLatch subscribed = new CountDownLatch(1);
    JedisPubSub collector =
        new JedisPubSub() {
          @Override
          public void onPSubscribe(String pattern, int channels) {
            subscribed.countDown();
          }

          @Override
          public void onPMessage(String pattern, String channel, String message) {
            events.add(new Event(channel, message, System.nanoTime()));
          }
        };
    Thread listener =
        new Thread(
            () -> {
              try (Jedis subscriber = new Jedis(address.host(), address.port(), 0)) {
                subscriber.psubscribe(collector, "*");
              } catch (JedisException e) {
                // Sentinel has ended
              }
            },
            "sentinel-events");
    listener.setDaemon(true);
    listener.start();
    if (!subscribed.await(CLIENT_TIMEOUT_MS, TimeUnit.MILLISECONDS)) {
      throw new IllegalStateException("no subscription to Sentinel:\n" + output());
    }
  }

  /** Everything published so far, in order. */
  List<Event> events() {
    return List.copyOf(events);
  }

  /** The events since there were so many, as {@code +sdown M}, with the nodes' names. */
  List<String> story(int since, List<TestNode> nodes) {
    List<Event> all = events();
    return all.subList(since, all.size()).stream().map(event -> told(event, nodes)).toList();
  }

  private static String told(Event event, List<TestNode> nodes) {
    return nodes.stream()
        .filter(node -> event.isAbout(node.address()))
        .findFirst()
        .map(node -> event.name() + " " + node.name())
        .orElse(event.name());
  }

  boolean has(Predicate<Event> wanted) {
    return events.stream().anyMatch(wanted);
  }

  boolean has(String name, TestNode node) {
    return has(event -> event.is(name, node));
  }

  boolean has(String name) {
    return has(event -> event.name().equals(name));
  }

  long count(Predicate<Event> wanted) {
    return events.stream().filter(wanted).count();
  }

  /** Waits for the first such event since there were so many. */
  Event await(String what, int since, Predicate<Event> wanted) {
    Polling.until(what, EVENT_LIMIT, () -> find(since, wanted).isPresent());
    return find(since, wanted).orElseThrow();
  }

  Event await(String name, int since) {
    return await(name, since, event -> event.name().equals(name));
  }

  Event await(String name, TestNode node, int since) {
    return await(name + " " + node, since, event -> event.is(name, node));
  }

  private Optional<Event> find(int since, Predicate<Event> wanted) {
    return events.stream().skip(since).filter(wanted).findFirst();
  }

  /** What it holds of its master. */
  Map<String, String> master() {
    return ask(jedis -> jedis.sentinelMaster(MASTER));
  }

  /** What it holds of the replicas of its master. */
  List<Map<String, String>> replicas() {
    return replicas(MASTER);
  }

  /** Likewise of another master. */
  List<Map<String, String>> replicas(String master) {
    return ask(jedis -> jedis.sentinelReplicas(master));
  }

  /** What it holds of one replica; empty when it does not know it. */
  Map<String, String> replica(TestNode node) {
    return replicas().stream()
        .filter(one -> one.get("ip").equals(node.address().host()))
        .filter(one -> one.get("port").equals(Integer.toString(node.address().port())))
        .findFirst()
        .orElse(Map.of());
  }

  /** What it holds of the other Sentinels of its master. */
  List<Map<String, String>> others() {
    return ask(jedis -> jedis.sentinelSentinels(MASTER));
  }

  /** Where it sends clients now. */
  HostPort masterAddress() {
    List<String> found = ask(jedis -> jedis.sentinelGetMasterAddrByName(MASTER));
    return new HostPort(found.get(0), Integer.parseInt(found.get(1)));
  }

  /** SENTINEL with some words. */
  Object command(String... words) {
    byte[][] arguments = new byte[words.length][];
    for (int i = 0; i < words.length; i++) {
      arguments[i] = words[i].getBytes(UTF_8);
    }
    return ask(jedis -> jedis.sendCommand(() -> "SENTINEL".getBytes(UTF_8), arguments));
  }

  /** The first seconds of a node's life count for nothing: it may be in any state then. */
  boolean knowsWell(TestNode node) {
    Map<String, String> seen = replica(node);
    return seen.getOrDefault("runid", "").length() == 40
        && seen.get("master-link-status").equals("ok")
        && seen.get("flags").equals("slave")
        && Long.parseLong(seen.get("info-refresh")) < 10_000;
  }

  /** On one connection: each new one would be a line in the log. */
  private synchronized <T> T ask(Function<Jedis, T> question) {
    Jedis jedis = client.orElseGet(this::connect);
    client = Optional.of(jedis);
    try {
      return question.apply(jedis);
    } catch (JedisConnectionException e) {
      client = Optional.empty();
      jedis.close();
      throw e;
    }
  }

  private Jedis connect() {
    return new Jedis(address.host(), address.port(), CLIENT_TIMEOUT_MS);
  }

  HostPort address() {
    return address;
  }

  /** Whether the clock jumped, as far as it could see: then it did nothing for 30 s. */
  boolean wasTilted() {
    return output().contains("+tilt");
  }

  String output() {
    return process.output();
  }

  @Override
  public synchronized void close() {
    process.close(); // which ends the listener as well
    client.ifPresent(Jedis::close);
  }
}
