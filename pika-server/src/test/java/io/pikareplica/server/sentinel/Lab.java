package io.pikareplica.server.sentinel;

import io.pikareplica.repl.HostPort;
import io.pikareplica.server.FreePort;
import io.pikareplica.server.live.Polling;
import io.pikareplica.server.sentinel.Setup.Kind;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Assumptions;

/**
 * What one run of a scenario has: nodes and Sentinels, each under an address of its own, so that
 * mixed-up addresses are seen. Everything ends with it.
 */
final class Lab implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofSeconds(90);
  private static final int REPL_SHIFT = 2_000;
  private static final int RSYNC_SHIFT = 10_001;

  /** Networks of the loopback interface, one for each lab of this process. */
  private static final AtomicInteger NEXT_NETWORK =
      new AtomicInteger(ThreadLocalRandom.current().nextInt(1, 200));

  /** What the test's own questions leave in logs. */
  private static final Pattern NOISE =
      Pattern.compile(" - (Accepted|Reading from client|Client closed)|\\|-(INFO|WARN) in ");

  private static final boolean HAS_MANY_ADDRESSES = canListen("127.0.1.2");

  /** What happens in a lab. */
  interface Scenario {
    void run(Lab lab) throws Exception;
  }

  /** What ends with the lab. */
  private interface Part {
    void close() throws IOException;
  }

  private final Setup setup;
  private final Path folder;
  private final int network = NEXT_NETWORK.getAndIncrement() % 250 + 1;
  private final List<TestNode> nodes = new ArrayList<>();
  private final List<Sentinel> sentinels = new ArrayList<>();
  private final Deque<Part> parts = new ArrayDeque<>();
  private int lastAddress = 1;
  private String password;
  private String sentinelSettings = "";
  private long downAfterMs = 2_000;
  private long failoverTimeoutMs = 10_000;

  private Lab(Setup setup, Path folder) {
    this.setup = setup;
    this.folder = folder;
    // the control's links are cut by means of its passwords
    password = setup.isOurs() ? "" : "secret";
  }

  /**
   * Runs a scenario. When a Sentinel lost track of time, because the machine was too busy, that
   * proves nothing: it runs once more, and this time such a Sentinel is a failure.
   */
  static void run(Setup setup, Path folder, Scenario scenario) throws Exception {
    Assumptions.assumeTrue(setup.redis().isInstalled(), "redis-sentinel is not installed");
    boolean wasTilted = attempt(setup, folder.resolve("first"), scenario);
    if (wasTilted) {
      System.out.println(setup + ": REPEATED, since a Sentinel was in TILT");
      if (attempt(setup, folder.resolve("second"), scenario)) {
        throw new AssertionError("a Sentinel was in TILT twice: the machine is too busy");
      }
    }
  }

  private static boolean attempt(Setup setup, Path folder, Scenario scenario) throws Exception {
    long startNanos = System.nanoTime();
    try (Lab lab = new Lab(setup, Files.createDirectories(folder))) {
      try {
        scenario.run(lab);
      } catch (Exception | AssertionError e) {
        if (!lab.wasTilted()) {
          lab.tellWhatHappened();
          throw e;
        }
      }
      if (lab.wasTilted()) {
        return true;
      }
      long seconds = (System.nanoTime() - startNanos) / 1_000_000_000;
      System.out.println(setup + ": passed in " + seconds + " s");
      return false;
    }
  }

  private boolean wasTilted() {
    return sentinels.stream().anyMatch(Sentinel::wasTilted);
  }

  private void tellWhatHappened() {
    StringBuilder text = new StringBuilder("---- " + setup + " FAILED\n");
    for (Sentinel sentinel : sentinels) {
      text.append("-- Sentinel ").append(sentinel.address()).append('\n');
      sentinel.story(0, nodes).forEach(line -> text.append(line).append('\n'));
      text.append(tail(sentinel.output()));
    }
    for (TestNode node : nodes) {
      text.append("-- ").append(node).append(' ').append(node.address()).append('\n');
      text.append(tail(node.output()));
    }
    System.out.println(text);
  }

  private static String tail(String output) {
    List<String> lines = output.lines().filter(line -> !NOISE.matcher(line).find()).toList();
    return String.join("\n", lines.subList(Math.max(0, lines.size() - 60), lines.size())) + "\n";
  }

  Setup setup() {
    return setup;
  }

  boolean isOurs() {
    return setup.isOurs();
  }

  List<TestNode> nodes() {
    return nodes;
  }

  /** Of all nodes that are made from now on, and of Sentinels. */
  void password(String value) {
    password = value;
  }

  /** More lines for sentinel.conf. */
  void sentinelSettings(String lines) {
    sentinelSettings = lines;
  }

  void downAfterMs(long ms) {
    downAfterMs = ms;
  }

  long downAfterMs() {
    return downAfterMs;
  }

  void failoverTimeoutMs(long ms) {
    failoverTimeoutMs = ms;
  }

  long failoverTimeoutMs() {
    return failoverTimeoutMs;
  }

  /** A node that has yet to be set up and started; it ends with the lab. */
  TestNode node(String name) throws IOException {
    HostPort address = nextAddress();
    TestNode node =
        setup.nodes() == Kind.OURS
            ? new OurTestNode(name, address, folder, password)
            : new StockTestNode(name, address, folder, password, setup.redis(), this::nodeAt);
    nodes.add(node);
    parts.push(node::close);
    return node;
  }

  /** A real Pika, on the address that it makes of itself in any case. */
  TestNode pika(String name) throws IOException {
    HostPort address = new HostPort("127.0.0.1", FreePort.withReplicationPorts());
    TestNode node = new PikaTestNode(name, address, folder);
    nodes.add(node);
    parts.push(node::close);
    return node;
  }

  TestNode nodeAt(HostPort address) {
    return nodes.stream()
        .filter(node -> node.address().equals(address))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("no node at " + address));
  }

  /** An address of the lab that nobody uses. */
  HostPort nextAddress() throws IOException {
    lastAddress++;
    String host = HAS_MANY_ADDRESSES ? "127.0." + network + "." + lastAddress : "127.0.0.1";
    return new HostPort(host, FreePort.withReplicationPorts());
  }

  private static boolean canListen(String host) {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName(host))) {
      return socket.isBound();
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * Makes the links between nodes, whoever follows whom, such that they can be cut. Before their
   * start: each of our nodes gets a replication port of its own, on which the others find a network
   * that can fail.
   */
  void makeLinksCuttable() throws IOException {
    if (!isOurs()) {
      return;
    }
    for (int i = 0; i < nodes.size(); i++) {
      nodes.get(i).set("repl-port-shift", Integer.toString(REPL_SHIFT + i));
      for (int j = 0; j < nodes.size(); j++) {
        if (i != j) {
          HostPort master = nodes.get(j).listening();
          OurTestNode follower = (OurTestNode) nodes.get(i);
          follower.through(proxy(shifted(master, REPL_SHIFT + i), shifted(master, REPL_SHIFT + j)));
        }
      }
    }
  }

  /**
   * Puts a network that can fail in front of a node, before its start: others know the node by the
   * address of that network.
   *
   * @return the network to the client port
   */
  TcpProxy front(TestNode node) throws IOException {
    HostPort address = nextAddress();
    HostPort inside = node.listening();
    node.announce(address);
    if (isOurs()) {
      proxy(shifted(address, REPL_SHIFT), shifted(inside, REPL_SHIFT));
      proxy(shifted(address, RSYNC_SHIFT), shifted(inside, RSYNC_SHIFT));
    }
    return proxy(address, inside);
  }

  static HostPort shifted(HostPort address, int shift) {
    return new HostPort(address.host(), address.port() + shift);
  }

  TcpProxy proxy(HostPort at, HostPort target) throws IOException {
    TcpProxy proxy = TcpProxy.start(at, target);
    parts.push(proxy::close);
    return proxy;
  }

  /** Starts Sentinels that watch this master. */
  List<Sentinel> sentinels(int count, int quorum, TestNode master)
      throws IOException, InterruptedException {
    List<Sentinel> started = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      started.add(sentinel(quorum, master));
    }
    return started;
  }

  /** A Sentinel alone, which decides alone. */
  Sentinel sentinel(TestNode master) throws IOException, InterruptedException {
    return sentinel(1, master);
  }

  Sentinel sentinel(int quorum, TestNode master) throws IOException, InterruptedException {
    String auth = password.isEmpty() ? "" : "sentinel auth-pass m " + password;
    return watching(
        """
        sentinel monitor m %s %d %d
        sentinel down-after-milliseconds m %d
        sentinel failover-timeout m %d
        sentinel parallel-syncs m 1
        %s
        %s
        """
            .formatted(
                master.address().host(),
                master.address().port(),
                quorum,
                downAfterMs,
                failoverTimeoutMs,
                auth,
                sentinelSettings));
  }

  /** A Sentinel that watches nobody yet. */
  Sentinel sentinel() throws IOException, InterruptedException {
    return watching("");
  }

  private Sentinel watching(String masters) throws IOException, InterruptedException {
    Sentinel sentinel =
        Sentinel.start(
            setup.redis(), folder, "sentinel" + sentinels.size(), nextAddress(), masters);
    sentinels.add(sentinel);
    parts.push(sentinel::close);
    return sentinel;
  }

  /**
   * Lets Sentinel ask for INFO each second, and publish each half second, where it can: for
   * scenarios that would only wait longer otherwise.
   */
  void hurry(Sentinel sentinel) {
    if (setup.redis().hasDebug()) {
      sentinel.command("DEBUG", "info-period", "1000", "publish-period", "500");
    }
  }

  /**
   * Waits until a replica follows this master, has all of it, and could take its place. Nobody may
   * write meanwhile.
   */
  void awaitCaughtUp(TestNode replica, TestNode master) {
    Polling.until(
        replica + " has caught up with " + master,
        LIMIT,
        () -> {
          long end = master.offset();
          Map<String, String> info = replica.info("replication");
          return follows(info, master)
              && info.get("master_link_status").equals("up")
              && !"false".equals(info.get("is_eligible_for_master_election"))
              && Long.parseLong(info.get("slave_repl_offset")) >= end;
        });
  }

  static boolean follows(Map<String, String> replicationInfo, TestNode master) {
    return "slave".equals(replicationInfo.get("role"))
        && master.address().host().equals(replicationInfo.get("master_host"))
        && Integer.toString(master.address().port()).equals(replicationInfo.get("master_port"));
  }

  /** Waits until Sentinel knows all there is to know of these replicas. */
  void awaitKnown(Sentinel sentinel, TestNode... replicas) {
    for (TestNode replica : replicas) {
      Polling.until("Sentinel knows " + replica, LIMIT, () -> sentinel.knowsWell(replica));
    }
  }

  /** Waits until Sentinel knows so many others. */
  void awaitOthers(Sentinel sentinel, int count) {
    Polling.until("Sentinels know each other", LIMIT, () -> sentinel.others().size() == count);
  }

  /** Waits until Sentinel has seen the offsets that these replicas have now. */
  void awaitOffsetsSeen(Sentinel sentinel, TestNode... replicas) {
    for (TestNode replica : replicas) {
      String now = replica.replication("slave_repl_offset");
      Polling.until(
          "Sentinel sees " + replica + " at " + now,
          LIMIT,
          () ->
              Long.parseLong(sentinel.replica(replica).get("slave-repl-offset"))
                  >= Long.parseLong(now));
    }
  }

  /** Lets a time pass that belongs to the scenario; something must hold all the while. */
  static void holdsFor(String what, Duration time, Callable<Boolean> condition) {
    Awaitility.await(what)
        .pollInterval(Duration.ofMillis(500))
        .during(time)
        .atMost(time.plus(LIMIT))
        .failFast(what, () -> !condition.call())
        .until(() -> true);
  }

  @Override
  public void close() throws IOException {
    while (!parts.isEmpty()) {
      parts.pop().close();
    }
  }
}
