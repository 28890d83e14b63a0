package io.pikareplica.server.live;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.commands.ProtocolCommand;

/**
 * Two nodes that live long and take turns as the master, and one that is killed all the time, while
 * clients write what leaves a trace when it is lost or done twice. Where {@code PIKA_BIN} names a
 * real Pika there are a fourth and a fifth: it, and a replica of it that lives long. At the end all
 * hold what the clients were told, and what lives long is no larger than after its first minute.
 *
 * <p>{@code mvn -Psoak verify}, for {@code -Dsoak.minutes=10}; {@code -Dsoak.seed=N} for the same
 * again, as far as the machine goes along.
 */
class NodeSoak {
  private static final int DBS = 2;
  private static final long MINUTES = Long.getLong("soak.minutes", 10);
  private static final long SEED = Long.getLong("soak.seed", System.nanoTime());
  private static final int FIRST_DATA = 20_000;

  /** Rounds of every deed before footprints are taken for the first time. */
  private static final int WARM_UP_ROUNDS = 2;

  // the heap is resident from the start, so that what grows is native memory
  private static final List<String> SMALL =
      List.of("-Xms256m", "-Xmx256m", "-XX:+AlwaysPreTouch", "-XX:+UseG1GC");

  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  Path folder;

  private final Random random = new Random(SEED);
  private final List<Traffic> traffic = new ArrayList<>();
  private final Map<Deed, Integer> deeds = new EnumMap<>(Deed.class);
  private OurNode leader;
  private OurNode follower;
  private OurNode victim;
  private RealPika pika;
  private OurNode besidePika;
  private Traffic pikaTraffic;
  private int comparisons;

  /** What befalls the nodes; each leaves them to come together again by themselves. */
  private enum Deed {
    KILL,
    KILL_IN_FULL_SYNC,
    LONG_ABSENCE,
    FULL_SYNC,
    CUT,
    DETACH,
    CHANGE_ROLES,
    FULL_SYNC_FROM_PIKA,
    CUT_FROM_PIKA
  }

  @BeforeEach
  void start() throws Exception {
    leader = node("one");
    follower = node("two", "--slaveof", address(leader.port()));
    victim = node("victim", "--slaveof", address(leader.port()));
    for (int db = 0; db < DBS; db++) {
      traffic.add(new Traffic(leader.port(), db, SEED + db, db == 1));
    }
    for (Traffic writer : traffic) {
      writer.burst(FIRST_DATA);
    }
    if (System.getenv(RealPika.VARIABLE) != null) {
      pika = RealPika.start(folder.resolve("pika"), DBS);
      besidePika = node("beside-pika", "--slaveof", address(pika.port()));
      pikaTraffic = new Traffic(pika.port(), 0, SEED, false);
    }
  }

  private OurNode node(String name, String... more) throws Exception {
    List<String> settings = new ArrayList<>(List.of("--databases", "" + DBS));
    settings.addAll(List.of("--binlog-file-size", "1M", "--throttle-bytes-per-second", "40M"));
    // full at once, for else native memory follows the data
    settings.addAll(List.of("--write-buffer-size", "1M"));
    settings.addAll(List.of(more));
    return OurNode.startWith(SMALL, folder, name, settings.toArray(String[]::new));
  }

  private static String address(int port) {
    return "127.0.0.1:" + port;
  }

  @AfterEach
  void stop() {
    traffic.forEach(Traffic::close);
    if (pikaTraffic != null) {
      pikaTraffic.close();
    }
    for (AutoCloseable each : new AutoCloseable[] {victim, follower, leader, besidePika, pika}) {
      close(each);
    }
  }

  private static void close(AutoCloseable each) {
    try {
      if (each != null) {
        each.close();
      }
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void holdsItsDataAndItsSize() throws Exception {
    try {
      for (int round = 0; round < WARM_UP_ROUNDS; round++) {
        doAll();
      }
      Map<String, Footprint> before = footprints();
      long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(MINUTES);
      while (System.nanoTime() < end) {
        doAll();
      }
      compare();
      Map<String, Footprint> after = footprints();
      System.out.println(summary(before, after));
      before.forEach(
          (name, footprint) ->
              assertThat(footprint.growthTo(after.get(name))).as("growth of %s", name).isEmpty());
    } catch (Throwable e) {
      throw new AssertionError("-Dsoak.seed=" + SEED + " after " + deeds, e);
    }
    for (OurNode node : ours()) {
      assertThat(node.output()).doesNotContain("Exception").doesNotContain(" ERROR ");
    }
  }

  private String summary(Map<String, Footprint> before, Map<String, Footprint> after) {
    StringBuilder text = new StringBuilder();
    text.append("soak: seed=%d minutes=%d deeds=%s%n".formatted(SEED, MINUTES, deeds));
    text.append(
        "soak: commands=%d, to Pika=%d, comparisons=%d, each with 0 lost, 0 doubled%n"
            .formatted(
                traffic.stream().mapToLong(Traffic::commandsSent).sum(),
                pikaTraffic == null ? 0 : pikaTraffic.commandsSent(),
                comparisons));
    before.forEach(
        (name, then) -> text.append("soak: %s %s -> %s%n".formatted(name, then, after.get(name))));
    return text.toString();
  }

  /** All deeds once, in an order of the seed's, and then a comparison. */
  private void doAll() throws Exception {
    List<Deed> order = new ArrayList<>(List.of(Deed.values()));
    Collections.shuffle(order, random);
    for (Deed deed : order) {
      if (perform(deed)) {
        deeds.merge(deed, 1, Integer::sum);
        for (Traffic writer : traffic) {
          writer.check();
        }
      }
    }
    compare();
  }

  /** Whether it could be done. */
  private boolean perform(Deed deed) throws Exception {
    switch (deed) {
      case KILL -> {
        passMs(1_000);
        victim.kill();
        victim.restart();
      }
      case KILL_IN_FULL_SYNC -> {
        compare(); // a full sync mends what was lost before it
        say(victim, Command.SLAVEOF, "127.0.0.1", "" + leader.port(), "force");
        passMs(1_500);
        victim.kill();
        victim.restart();
      }
      case LONG_ABSENCE -> {
        victim.stop();
        for (Traffic writer : traffic) {
          writer.burst(5_000);
        }
        victim.restart();
      }
      case FULL_SYNC -> {
        compare();
        say(follower, Command.SLAVEOF, "127.0.0.1", "" + leader.port(), "force");
      }
      case CUT -> {
        say(follower, Command.SLAVEOF, "127.0.0.1", "1");
        passMs(1_000);
        say(follower, Command.SLAVEOF, "127.0.0.1", "" + leader.port());
      }
      case DETACH -> {
        Polling.until("link up", () -> isUp(follower)); // else the node refuses, as Pika does
        ProtocolCommand dbSlaveOf = () -> "DBSLAVEOF".getBytes(US_ASCII);
        say(follower, dbSlaveOf, "db1", "no", "one");
        passMs(1_000);
        say(follower, dbSlaveOf, "db1");
      }
      case CHANGE_ROLES -> changeRoles();
      case FULL_SYNC_FROM_PIKA, CUT_FROM_PIKA -> {
        return pika != null && besidePika(deed);
      }
    }
    return true;
  }

  private boolean besidePika(Deed deed) {
    comparePika();
    if (deed == Deed.FULL_SYNC_FROM_PIKA) {
      say(besidePika, Command.SLAVEOF, "127.0.0.1", "" + pika.port(), "force");
    } else {
      say(besidePika, Command.SLAVEOF, "127.0.0.1", "1");
      passMs(1_000);
      say(besidePika, Command.SLAVEOF, "127.0.0.1", "" + pika.port());
    }
    return true;
  }

  /** The follower has everything, so that nobody's write is lost: as in a failover by hand. */
  private void changeRoles() {
    traffic.forEach(Traffic::pause);
    try {
      Polling.untilCaughtUp(leader.port(), follower.port());
      say(follower, Command.SLAVEOF, "no", "one");
      say(leader, Command.SLAVEOF, "127.0.0.1", "" + follower.port());
      say(victim, Command.SLAVEOF, "127.0.0.1", "" + follower.port());
      OurNode next = follower;
      follower = leader;
      leader = next;
      traffic.forEach(writer -> writer.follow(leader.port()));
    } finally {
      traffic.forEach(Traffic::resume);
    }
  }

  private static boolean isUp(OurNode node) {
    return Polling.info(node.port(), "replication").get("master_link_status").equals("up");
  }

  private static void say(OurNode node, ProtocolCommand command, String... words) {
    try (Jedis jedis = new Jedis("127.0.0.1", node.port(), 30_000)) {
      assertThat(jedis.sendCommand(command, words)).isNotNull();
    }
  }

  private void passMs(int most) {
    Polling.pause(Duration.ofMillis(random.nextInt(most)));
  }

  private List<OurNode> ours() {
    List<OurNode> nodes = new ArrayList<>(List.of(leader, follower, victim));
    if (besidePika != null) {
      nodes.add(besidePika);
    }
    return nodes;
  }

  /** Every node against what clients were told. */
  private void compare() {
    traffic.forEach(Traffic::pause);
    try {
      for (OurNode replica : List.of(follower, victim)) {
        Polling.untilCaughtUp(leader.port(), replica.port());
      }
      for (int db = 0; db < DBS; db++) {
        for (OurNode node : List.of(leader, follower, victim)) {
          assertThat(ServerDump.of(node.port(), db).differencesFrom(traffic.get(db).expected()))
              .as("node on port %d, db%d", node.port(), db)
              .isEmpty();
        }
      }
      comparisons++;
    } finally {
      traffic.forEach(Traffic::resume);
    }
    if (pika != null) {
      comparePika();
    }
  }

  private void comparePika() {
    pikaTraffic.pause();
    try {
      Polling.untilCaughtUp(pika.port(), besidePika.port());
      assertThat(ServerDump.of(besidePika.port(), 0).differencesFrom(ServerDump.of(pika.port(), 0)))
          .as("beside Pika")
          .isEmpty();
    } finally {
      pikaTraffic.resume();
    }
  }

  /** Of those that live long, with nobody writing. */
  private Map<String, Footprint> footprints() throws Exception {
    Map<String, Footprint> footprints = new TreeMap<>();
    traffic.forEach(Traffic::pause);
    if (pikaTraffic != null) {
      pikaTraffic.pause();
    }
    try {
      for (OurNode node : ours()) {
        if (node != victim) {
          footprints.put(node.files().getFileName().toString(), Footprint.ofQuiet(node.pid()));
        }
      }
    } finally {
      traffic.forEach(Traffic::resume);
      if (pikaTraffic != null) {
        pikaTraffic.resume();
      }
    }
    return footprints;
  }
}
