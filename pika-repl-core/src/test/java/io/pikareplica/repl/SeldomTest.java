package io.pikareplica.repl;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class SeldomTest {
  private final AtomicLong nowMs = new AtomicLong(-5_000);

  @Test
  void letsAFewThroughEachPeriodAndCountsTheOthers() {
    Seldom seldom = new Seldom(2, 1_000, nowMs::get);

    assertThat(seldom.next()).hasValue(0);
    assertThat(seldom.next()).hasValue(0);
    assertThat(seldom.next()).isEmpty();
    nowMs.addAndGet(999);
    assertThat(seldom.next()).isEmpty();

    nowMs.addAndGet(1);
    assertThat(seldom.next()).hasValue(2);
    assertThat(seldom.next()).hasValue(0);
    assertThat(seldom.next()).isEmpty();
  }
}
