package io.pikareplica.repl;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LinkClockTest {
  private final LinkClock clock = new LinkClock();

  @Test
  void aLinkThatNeverWasUpHasNoTime() {
    clock.update(false, 5_000);
    assertThat(clock.downSeconds(60_000)).isEqualTo(-1);
  }

  @Test
  void countsFromTheLossThroughAllTriesUntilItIsUpAgain() {
    clock.update(true, 1_000);
    assertThat(clock.downSeconds(2_000)).isZero();
    clock.update(false, 3_000);
    clock.update(false, 9_000);
    assertThat(clock.downSeconds(10_999)).isEqualTo(7);
    clock.update(true, 11_000);
    assertThat(clock.downSeconds(12_000)).isZero();
  }

  @Test
  void goesOnAfterARestart() {
    clock.resumeAt(100, 42_000);
    assertThat(clock.downSeconds(1_100)).isEqualTo(43);
  }

  @Test
  void aWallClockThatWasSetBackCountsAsNoTime() {
    clock.resumeAt(100, -5_000);
    assertThat(clock.downSeconds(1_100)).isEqualTo(1);
  }

  @Test
  void aPromotedNodeForgetsIt() {
    clock.update(true, 0);
    clock.forget();
    clock.update(false, 1_000);
    assertThat(clock.downSeconds(9_000)).isEqualTo(-1);
  }
}
