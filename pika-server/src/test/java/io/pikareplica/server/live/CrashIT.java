package io.pikareplica.server.live;

import static org.assertj.core.api.Assertions.assertThat;

import io.pikareplica.server.live.Victim.Moment;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Protocol.Command;

/**
 * Kills the real program, again and again, while clients write what leaves a trace when it is lost
 * or done twice. {@code -Dcrash.kills=N} for more of it, {@code -Dcrash.seed=N} for the same again,
 * as far as the machine goes along.
 */
class CrashIT {
  private static final int DBS = 2;
  private static final int FILES_KEPT = 10;
  private static final int KILLS = Integer.getInteger("crash.kills", 50);
  private static final long SEED = Long.getLong("crash.seed", System.nanoTime());
  private static final int FIRST_DATA = 30_000;
  private static final int TO_CATCH_UP = 8_000;

  /** One kill of the master for so many of the replica. */
  private static final int KILLS_PER_MASTER = 8;

  private static final int CHECK_EVERY = 10;
  private static final long ASK_EVERY_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final List<String> QUICK_START =
      List.of("-XX:TieredStopAtLevel=1", "-Xshare:auto", "-XX:+UseSerialGC");

  @TempDir Path folder;

  private final Random random = new Random(SEED);
  private final String fsync = List.of("no", "everysec", "always").get(random.nextInt(3));
  private final List<Traffic> traffic = new ArrayList<>();
  private final Map<Moment, Integer> kills = new EnumMap<>(Moment.class);
  private final Map<Moment, Integer> hits = new EnumMap<>(Moment.class);
  private final ReconnectTimes times = new ReconnectTimes();
  private Losses losses = Losses.NONE;
  private int masterKills;

  /** Where the master was when the replica was started again. */
  private long backlogEnd;

  private OurNode master;
  private OurNode replica;
  private Victim victim;

  @BeforeEach
  void start() throws Exception {
    master = OurNode.startWith(QUICK_START, folder, "master", settings("10000"));
    for (int db = 0; db < DBS; db++) {
      traffic.add(new Traffic(master.port(), db, SEED + db, db == 1));
    }
    for (Traffic writer : traffic) {
      writer.burst(FIRST_DATA);
    }
    List<String> following = new ArrayList<>(List.of(settings(Integer.toString(FILES_KEPT))));
    following.addAll(List.of("--slaveof", "127.0.0.1:" + master.port()));
    following.addAll(List.of("--throttle-bytes-per-second", "40M", "--fsync", fsync));
    replica = OurNode.startWith(QUICK_START, folder, "replica", following.toArray(String[]::new));
    victim = new Victim(replica.files(), DBS);
  }

  private static String[] settings(String filesKept) {
    return new String[] {
      "--databases", "" + DBS, "--binlog-file-size", "64K", "--expire-logs-nums", filesKept
    };
  }

  @AfterEach
  void stop() {
    traffic.forEach(Traffic::close);
    if (replica != null) {
      replica.close();
    }
    if (master != null) {
      master.close();
    }
  }

  /** W-1. */
  @Test
  void losesNothingAndDoublesNothingWhereverItIsKilled() throws Exception {
    try {
      List<Moment> plan = plan();
      for (int i = 0; i < plan.size(); i++) {
        boolean isCatchUpNext = i + 1 < plan.size() && plan.get(i + 1) == Moment.CATCH_UP;
        killIn(plan.get(i), isCatchUpNext);
        if (i % KILLS_PER_MASTER == KILLS_PER_MASTER - 1) {
          killMaster();
        }
        if (i % CHECK_EVERY == CHECK_EVERY - 1) {
          checkMaster();
        }
      }
      compare();
      checkMaster();
    } catch (Throwable e) {
      throw new AssertionError("-Dcrash.seed=" + SEED + " after " + summary(), e);
    }
    System.out.println(summary());
    assertThat(replica.output()).doesNotContain("Exception").doesNotContain(" ERROR ");
    assertThat(master.output()).doesNotContain("Exception");
    assertThat(times.atMost(90)).as("nine of ten reconnects, %s", times).isLessThan(5_000);
  }

  private String summary() {
    return "crash test: seed=%d fsync=%s kills=%d %s of them inside=%s reconciled=%d master kills=%d commands=%d elements=%d lost=%d doubled=%d %s"
        .formatted(
            SEED,
            fsync,
            kills.values().stream().mapToInt(Integer::intValue).sum(),
            kills,
            hits,
            reconciled(),
            masterKills,
            traffic.stream().mapToLong(Traffic::commandsSent).sum(),
            losses.elements(),
            losses.lost(),
            losses.doubled(),
            times);
  }

  /** Kills between the append to the binlog and the commit of the data. */
  private long reconciled() {
    return replica.output().lines().filter(line -> line.contains("applying the binlog")).count();
  }

  /** Each kind of moment its share, in an order of the seed's. */
  private List<Moment> plan() {
    List<Moment> shares = new ArrayList<>();
    shares.addAll(Collections.nCopies(6, Moment.STREAM));
    shares.addAll(Collections.nCopies(12, Moment.CATCH_UP));
    shares.addAll(Collections.nCopies(10, Moment.FETCH));
    shares.addAll(Collections.nCopies(7, Moment.IMPORT));
    shares.addAll(Collections.nCopies(9, Moment.SWAP));
    shares.addAll(Collections.nCopies(6, Moment.PURGE));
    Collections.shuffle(shares, random);
    List<Moment> plan = new ArrayList<>();
    while (plan.size() < KILLS) {
      plan.addAll(shares.subList(0, Math.min(shares.size(), KILLS - plan.size())));
    }
    return plan;
  }

  private void killIn(Moment moment, boolean withBacklog) throws IOException {
    switch (moment) {
      case STREAM -> pass(random.nextInt(800));
      case CATCH_UP -> pass(random.nextInt(200));
      case FETCH -> {
        setThrottle("2M");
        awaitInFullSync(victim::isFetching);
        pass(random.nextInt(500));
      }
      case IMPORT -> {
        awaitInFullSync(victim::isImporting);
        pass(random.nextInt(60));
      }
      case SWAP -> {
        awaitInFullSync(victim::isSwapping);
        pass(random.nextInt(60));
      }
      case PURGE -> {
        List<Long> oldest = victim.oldestBinlogs();
        awaitFast("a purge", () -> !victim.oldestBinlogs().equals(oldest));
      }
    }
    boolean wasBehind = appliedOffset(replica) < backlogEnd;
    replica.kill();
    kills.merge(moment, 1, Integer::sum);
    if (moment == Moment.CATCH_UP ? wasBehind : victim.wasIn(moment, FILES_KEPT)) {
      hits.merge(moment, 1, Integer::sum);
    }
    if (withBacklog) {
      for (Traffic writer : traffic) {
        writer.burst(TO_CATCH_UP);
      }
      backlogEnd = appliedOffset(master);
    }
    replica.begin();
    Polling.until("replica answers", () -> Polling.answers(replica.port()));
    measure();
  }

  /** Both processes die, or the master alone, whatever the replica is doing. */
  private void killMaster() throws IOException {
    boolean both = random.nextBoolean();
    pass(random.nextInt(500));
    master.kill();
    if (both) {
      replica.kill();
      replica.begin();
    }
    masterKills++;
    pass(random.nextInt(1_000));
    master.restart();
    measure();
  }

  /** From here, where both answer, until the link is up or the full sync that is due has begun. */
  private void measure() {
    long began = System.nanoTime();
    Awaitility.await("the link is up again")
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(10))
        .ignoreExceptions()
        .until(
            () -> {
              Map<String, String> info = Polling.info(replica.port(), "replication");
              return info.get("master_link_status").equals("up")
                  || info.containsKey("master_sync_total_bytes");
            });
    times.add(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began));
    traffic.forEach(Traffic::check);
  }

  private static long appliedOffset(OurNode node) {
    return Long.parseLong(Polling.info(node.port(), "replication").get("slave_repl_offset"));
  }

  private void setThrottle(String bytesPerSecond) {
    try (Jedis jedis = new Jedis("127.0.0.1", replica.port())) {
      jedis.configSet("throttle-bytes-per-second", bytesPerSecond);
    }
  }

  /** Waits until a full sync has come so far; asks for one whenever none is under way. */
  private void awaitInFullSync(BooleanSupplier soFar) {
    long[] askedNanos = {System.nanoTime() - ASK_EVERY_NANOS};
    awaitFast(
        "a full sync",
        () -> {
          if (!soFar.getAsBoolean() && System.nanoTime() - askedNanos[0] >= ASK_EVERY_NANOS) {
            askForFullSync();
            askedNanos[0] = System.nanoTime();
          }
          return soFar.getAsBoolean();
        });
  }

  /** A full sync mends everything: what was lost before it must be seen before it. */
  private void askForFullSync() {
    if (Polling.info(replica.port(), "replication").get("master_sync_in_progress").equals("0")) {
      compare();
      try (Jedis jedis = new Jedis("127.0.0.1", replica.port())) {
        jedis.sendCommand(Command.SLAVEOF, "127.0.0.1", "" + master.port(), "force");
      }
    }
  }

  private static void awaitFast(String what, BooleanSupplier condition) {
    Awaitility.await(what)
        .atMost(PATIENCE)
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(1))
        .until(condition::getAsBoolean);
  }

  /** Lets time go by: what is wanted is a moment that nothing marks. */
  private static void pass(int ms) {
    long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(ms);
    for (long left = until - System.nanoTime(); left > 0; left = until - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
  }

  /** Element for element: the replica against the master. */
  private void compare() {
    traffic.forEach(Traffic::pause);
    try {
      Polling.untilCaughtUp(master.port(), replica.port());
      losses = Losses.NONE;
      for (int db = 0; db < DBS; db++) {
        ServerDump ofMaster = ServerDump.of(master.port(), db);
        ServerDump ofReplica = ServerDump.of(replica.port(), db);
        losses = losses.plus(Losses.of(ofMaster, ofReplica));
        assertThat(ofReplica.differencesFrom(ofMaster)).as("replica, db%d", db).isEmpty();
      }
    } finally {
      traffic.forEach(Traffic::resume);
    }
  }

  /** Element for element: the master against what clients were told. */
  private void checkMaster() {
    for (int db = 0; db < DBS; db++) {
      Traffic writer = traffic.get(db);
      writer.pause();
      try {
        ServerDump ofMaster = ServerDump.of(master.port(), db);
        assertThat(ofMaster.differencesFrom(writer.expected())).as("master, db%d", db).isEmpty();
      } finally {
        writer.resume();
      }
    }
  }
}
