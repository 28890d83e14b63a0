package io.pikareplica.repl;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Random lives of the state machine against a model of a master; a failure names its seed. */
class ReplicaWalkTest {
  private static final int SEEDS = Integer.getInteger("walk.seeds", 100);

  @Test
  void connectsAgainInBoundedTimeOnceFaultsStop() {
    for (int seed = 0; seed < SEEDS; seed++) {
      ModelMaster world = new ModelMaster(seed);
      try {
        world.follow();
        for (int step = 0; step < 2_000; step++) {
          world.step(true);
        }
        world.heal();
        long faultsEndMs = world.nowMs();
        while (!world.state().isUp()) {
          world.step(false);
          assertThat(world.nowMs() - faultsEndMs)
              .as("time without a fault in %s", world.state())
              .isLessThan(60_000);
        }
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError("seed " + seed, e);
      }
    }
  }

  @Test
  void isUpWithinASecondWhenNothingGoesWrong() {
    for (int seed = 0; seed < 20; seed++) {
      ModelMaster world = new ModelMaster(seed);
      world.follow();
      while (!world.state().isUp()) {
        world.step(false);
        assertThat(world.nowMs()).as("seed %d", seed).isLessThan(1_000);
      }
    }
  }
}
