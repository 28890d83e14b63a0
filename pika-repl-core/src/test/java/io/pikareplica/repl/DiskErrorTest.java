package io.pikareplica.repl;

import static org.assertj.core.api.Assertions.assertThat;

import io.pikareplica.repl.ReplConfig.Fsync;
import io.pikareplica.repl.sim.SimDisk;
import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * One life of a node, again and again, each time with another one of its changes to files going
 * wrong: a full sync, catching up with rolls, purges, a forced full sync. Whatever fails, nothing
 * is lost or doubled, the DB says why it has stopped, and it goes on by itself once the fault is
 * gone. Only a node that does not start is started again.
 */
class DiskErrorTest {
  private static final long SEED = 7;
  private static final long FULL_SYNC_AT_MS = 3_500;
  private static final long LOOK_EVERY_MS = 50;

  private static final SimConfig CONFIG =
      new SimConfig(1, 2, Fsync.ALWAYS, 250, 20, 8, 30, 100_000, 1_000_000, 60, 5_000, Set.of());

  /** What becomes of a change. */
  enum Kind {
    NO_SPACE("No space left on device"),
    IO_ERROR("Input/output error"),
    /** No error: a write that writes less than it was given. */
    SHORT("");

    private final String message;

    Kind(String message) {
      this.message = message;
    }

    int strike(int bytes) throws IOException {
      if (this == SHORT) {
        return Math.max(1, bytes / 2);
      }
      throw new IOException(message);
    }
  }

  /** A run in which one change fails. */
  private static final class Life {
    private final SimWorld world = new SimWorld(SEED, Optional.of(CONFIG), false);
    private final long failing;
    private final Kind kind;
    private String failed = "nothing";
    private boolean hasStopped;

    Life(long failing, Kind kind) {
      this.failing = failing;
      this.kind = kind;
    }

    long changesOfWholeRun() {
      run();
      return world.disk().changes();
    }

    void run() {
      world.diskFails();
      world.disk().faults(this::before);
      world.scheduler().after(FULL_SYNC_AT_MS, () -> true, this::forceFullSync);
      world.scheduler().after(LOOK_EVERY_MS, () -> true, this::lookAfter);
      assertThat(world.run())
          .as("change %d failed: %s%n%s", failing, failed, world.trace())
          .isEmpty();
    }

    private int before(SimDisk.Change change, String path, int bytes) throws IOException {
      if (world.disk().changes() != failing) {
        return bytes;
      }
      failed = change + " " + path;
      world.trace("fails: " + failed);
      return kind.strike(bytes);
    }

    private void forceFullSync() {
      SimProcess process = world.process();
      if (process.isRunning() && process.node() != null) {
        process.guarded(
            () -> {
              var unused = process.node().slaveOf(world.masters().get(0).address, true);
            });
      }
    }

    /** Somebody who looks at INFO now and then, and does nothing. */
    private void lookAfter() {
      SimProcess process = world.process();
      if (process.isRunning() && process.node() != null) {
        Optional<ReplicationException> failure = process.node().db(0).failure();
        if (failure.isPresent()) {
          hasStopped = true;
          String shown = process.node().status().dbs().get(0).error();
          if (!shown.contains(kind.message)) {
            world.oracle().violation("INFO does not say why: " + shown);
          }
        }
      }
      world.scheduler().after(LOOK_EVERY_MS, () -> true, this::lookAfter);
    }
  }

  @Test
  void theLifeHoldsWhatIsToFail() {
    Life life = new Life(Long.MAX_VALUE, Kind.SHORT);
    life.run();
    assertThat(life.world.disk().changes()).isGreaterThan(300);
    assertThat(life.world.process().node().db(0).firstRetained().filenum())
        .as("first file that was not purged")
        .isPositive();
    assertThat(life.world.target().orElseThrow().db(0).end().filenum()).isGreaterThan(12);
  }

  @ParameterizedTest
  @EnumSource
  void goesOnWithoutLossWhicheverChangeToAFileFails(Kind kind) {
    long changes = new Life(Long.MAX_VALUE, kind).changesOfWholeRun();
    int stopped = 0;
    for (long failing = 1; failing <= changes; failing++) {
      Life life = new Life(failing, kind);
      life.run();
      stopped += life.hasStopped ? 1 : 0;
    }
    if (kind == Kind.SHORT) {
      assertThat(stopped).isZero();
    } else {
      assertThat(stopped).isGreaterThan(100);
    }
  }
}
