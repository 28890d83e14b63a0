package io.pikareplica.repl;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/**
 * Whole lives of a node, from seeds, see {@link SimWorld}. A seed that fails names itself: {@code
 * -Dsim.seed=S} runs it alone and prints all of its trace; {@code -Dsim.seeds=N} runs more of them.
 */
class SimulationTest {
  private static final int SEEDS = Integer.getInteger("sim.seeds", 10_000);
  private static final Optional<Long> ONLY = Optional.ofNullable(Long.getLong("sim.seed"));

  /** W-1. */
  @Test
  void nothingIsLostNothingDoubledAndTheNodeComesBack() {
    if (ONLY.isPresent()) {
      SimWorld world = new SimWorld(ONLY.get(), true);
      Optional<String> violation = run(world);
      System.out.println(world.trace());
      assertThat(violation).isEmpty();
      return;
    }
    Optional<String> failed =
        LongStream.range(0, SEEDS)
            .parallel()
            .mapToObj(SimulationTest::violation)
            .flatMap(Optional::stream)
            .findFirst();
    assertThat(failed).isEmpty();
  }

  private static Optional<String> violation(long seed) {
    SimWorld world = new SimWorld(seed, false);
    return run(world)
        .map(
            violation ->
                "seed %d: %s%nreplay it with -Dsim.seed=%d%n%s"
                    .formatted(seed, violation, seed, world.trace()));
  }

  private static Optional<String> run(SimWorld world) {
    try {
      return world.run();
    } catch (RuntimeException e) {
      world.trace("the simulation broke off: " + e);
      throw new IllegalStateException(world.trace().toString(), e);
    }
  }

  @Test
  void aSeedIsReplayedExactly() {
    for (long seed = 0; seed < 20; seed++) {
      SimWorld first = new SimWorld(seed, false);
      SimWorld second = new SimWorld(seed, false);
      run(first);
      run(second);
      assertThat(second.trace().hash()).as("seed %d", seed).isEqualTo(first.trace().hash());
    }
  }
}
