package io.pikareplica.server.sentinel;

import static org.assertj.core.api.Assertions.assertThat;

import io.pikareplica.binlog.BinlogOffset;
import io.pikareplica.repl.HostPort;
import io.pikareplica.repl.ReplicationStatus.Replica;
import io.pikareplica.server.live.Polling;
import io.pikareplica.server.sentinel.Statuses.Flaw;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * A hundred elections by a real Sentinel over INFO of seeded replicas: one that is most advanced,
 * others that are behind it, and at least one that must not be promoted and looks better to whoever
 * does not heed that. Numbers of bytes, priorities and run ids all speak for the wrong ones.
 */
@Tag("sentinel")
class ElectionIT {
  private static final int ROUNDS = 100;

  /** Watched at the same time; each switch makes Sentinel write its file several times. */
  private static final int BATCH = 25;

  private static final List<Flaw> FLAWS = List.copyOf(EnumSet.complementOf(EnumSet.of(Flaw.NONE)));

  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  private Path folder;

  @SentinelTest(value = "100 elections", hasControl = false)
  void theMostAdvancedThatMayBePromotedIsChosenInAHundredOfAHundred(Setup setup) throws Exception {
    long seed = Long.getLong("sentinel.seed", System.nanoTime());
    System.out.println(setup + ": seed " + seed);
    Lab.run(
        setup,
        folder,
        lab -> {
          Sentinel sentinel = lab.sentinel();
          Tally tally = new Tally();
          for (int first = 0; first < ROUNDS; first += BATCH) {
            run(sentinel, first, seed, tally);
          }
          System.out.printf(
              "%s: seed %d: the most advanced was chosen in %d of %d, a flawed one in %d%n",
              setup, seed, tally.best, ROUNDS, tally.flawed);
          assertThat(tally.wrong).as("seed %d", seed).isEmpty();
          assertThat(tally.best).as("seed %d", seed).isEqualTo(ROUNDS);
        });
  }

  private static final class Tally {
    private final List<String> wrong = new ArrayList<>();
    private int best;
    private int flawed;
  }

  private static void run(Sentinel sentinel, int first, long seed, Tally tally) throws IOException {
    List<Round> rounds = new ArrayList<>();
    try {
      for (int number = first; number < first + BATCH; number++) {
        Round round = Round.start(number, new Random(seed + number));
        rounds.add(round);
        round.watch(sentinel);
      }
      for (Round round : rounds) {
        Polling.until(round + " is known", () -> round.isKnown(sentinel));
      }
      for (Round round : rounds) {
        round.killMaster();
      }
      for (Round round : rounds) {
        round.note(sentinel, tally);
        sentinel.command("REMOVE", round.toString());
      }
    } finally {
      rounds.forEach(Round::close);
    }
  }

  /** One master and its replicas; the first of them is to be chosen. */
  private static final class Round {
    private final int number;
    private final ScriptedNode master;
    private final List<ScriptedNode> replicas = new ArrayList<>();
    private final List<Flaw> flaws = new ArrayList<>();
    private final Random random;

    private Round(int number, ScriptedNode master, Random random) {
      this.number = number;
      this.master = master;
      this.random = random;
    }

    static Round start(int number, Random random) throws IOException {
      List<BinlogOffset> ends = Offsets.best(random);
      ScriptedNode master =
          ScriptedNode.start(runId(random, 'f'), Statuses.master(List.of(), ends));
      Round round = new Round(number, master, random);
      // the larger run id loses where all else is equal
      round.add(ends, Flaw.NONE, 100, 'f');
      int behind = 1 + random.nextInt(2);
      for (int i = 0; i < behind; i++) {
        round.add(Offsets.behind(random, ends), Flaw.NONE, 100, '0');
      }
      int flawed = 1 + random.nextInt(2);
      for (int i = 0; i < flawed; i++) {
        Flaw flaw = FLAWS.get(random.nextInt(FLAWS.size()));
        round.add(Offsets.ahead(random, ends), flaw, 1 + random.nextInt(100), '0');
      }
      round.attachAll(ends);
      return round;
    }

    private void add(List<BinlogOffset> ends, Flaw flaw, int priority, char runIdBegin)
        throws IOException {
      replicas.add(
          ScriptedNode.start(
              runId(random, runIdBegin), Statuses.replica(master.address(), ends, flaw, priority)));
      flaws.add(flaw);
    }

    private void attachAll(List<BinlogOffset> ends) {
      List<Replica> attached = new ArrayList<>();
      replicas.forEach(replica -> attached.add(Statuses.attached(replica.address(), ends)));
      Collections.shuffle(attached, random);
      master.shows(Statuses.master(attached, ends));
    }

    private static String runId(Random random, char begin) {
      byte[] bytes = new byte[20];
      random.nextBytes(bytes);
      return begin + HexFormat.of().formatHex(bytes).substring(1);
    }

    void watch(Sentinel sentinel) {
      HostPort address = master.address();
      String name = toString();
      sentinel.command("MONITOR", name, address.host(), Integer.toString(address.port()), "1");
      sentinel.command("SET", name, "down-after-milliseconds", "1000", "failover-timeout", "20000");
    }

    boolean isKnown(Sentinel sentinel) {
      List<Map<String, String>> seen = sentinel.replicas(toString());
      return seen.size() == replicas.size()
          && seen.stream().allMatch(one -> one.get("runid").length() == 40)
          && seen.stream().allMatch(one -> one.get("flags").equals("slave"));
    }

    void killMaster() {
      master.close();
    }

    void note(Sentinel sentinel, Tally tally) {
      Event end =
          sentinel.await(
              "the election of " + this,
              0,
              event ->
                  (event.name().equals("+selected-slave")
                          && event.text().contains(" @ " + this + " "))
                      || (event.name().equals("-failover-abort-no-good-slave")
                          && event.text().contains("master " + this + " ")));
      for (int i = 0; i < replicas.size(); i++) {
        if (end.isAbout(replicas.get(i).address())) {
          tally.best += i == 0 ? 1 : 0;
          tally.flawed += flaws.get(i) == Flaw.NONE ? 0 : 1;
        }
      }
      boolean isRight =
          end.name().equals("+selected-slave") && end.isAbout(replicas.get(0).address());
      if (!isRight) {
        tally.wrong.add(this + ": " + end + " instead of " + replicas.get(0).address());
        return;
      }
      Polling.until(
          this + " is promoted",
          Duration.ofSeconds(60),
          () -> replicas.get(0).status().master().isEmpty());
    }

    void close() {
      master.close();
      replicas.forEach(ScriptedNode::close);
    }

    @Override
    public String toString() {
      return "m" + number;
    }
  }
}
