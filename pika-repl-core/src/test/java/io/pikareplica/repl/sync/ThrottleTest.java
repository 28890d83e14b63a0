package io.pikareplica.repl.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ThrottleTest {
  private final AtomicLong nowMs = new AtomicLong(5000);
  private final Throttle throttle = new Throttle(1000, nowMs::get);

  @Test
  void dealsOutATenthPerCycle() {
    assertThat(throttle.take(60)).isEqualTo(60);
    assertThat(throttle.take(60)).isEqualTo(40);
    assertThat(throttle.take(60)).isZero();
    nowMs.addAndGet(100);
    assertThat(throttle.take(500)).isEqualTo(100);
  }

  @Test
  void whatIsGivenBackCanBeTakenInTheSameCycle() {
    throttle.take(100);
    throttle.giveBack(30);
    assertThat(throttle.take(60)).isEqualTo(30);
  }

  @Test
  void whatIsGivenBackTooLateIsGone() {
    throttle.take(100);
    nowMs.addAndGet(100);
    throttle.giveBack(30);
    assertThat(throttle.take(600)).isEqualTo(100);
  }

  @Test
  void refusesARateThatAllowsNothing() {
    assertThatIllegalArgumentException().isThrownBy(() -> throttle.bytesPerSecond(9));
    throttle.bytesPerSecond(10);
    nowMs.addAndGet(100);
    assertThat(throttle.take(500)).isEqualTo(1);
  }

  @Test
  void aNewRateHoldsFromTheNextCycleOn() {
    throttle.take(1);
    throttle.bytesPerSecond(5000);
    assertThat(throttle.take(500)).isEqualTo(99);
    nowMs.addAndGet(100);
    assertThat(throttle.take(5000)).isEqualTo(500);
  }
}
