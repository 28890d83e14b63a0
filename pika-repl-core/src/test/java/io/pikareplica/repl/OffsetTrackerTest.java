package io.pikareplica.repl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pikareplica.binlog.BinlogOffset;
import org.junit.jupiter.api.Test;

class OffsetTrackerTest {
  private static final BinlogOffset LOW = new BinlogOffset(1, 100);
  private static final BinlogOffset HIGH = new BinlogOffset(2, 50);

  private final OffsetTracker offsets = new OffsetTracker("db0");

  @Test
  void eachOffsetMovesOnItsOwn() {
    offsets.received(HIGH);
    offsets.applied(LOW);
    offsets.durable(HIGH);
    assertThat(offsets.received()).isEqualTo(HIGH);
    assertThat(offsets.applied()).isEqualTo(LOW);
    assertThat(offsets.durable()).isEqualTo(HIGH);
  }

  @Test
  void noneGoesBack() {
    offsets.received(HIGH);
    assertThatThrownBy(() -> offsets.received(LOW))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("db0: received goes back from 2:50 to 1:100");
    offsets.applied(HIGH);
    assertThatThrownBy(() -> offsets.applied(LOW))
        .hasMessage("db0: applied goes back from 2:50 to 1:100");
  }

  @Test
  void nothingIsAppliedOrDurableBeforeItIsReceived() {
    offsets.received(LOW);
    assertThatThrownBy(() -> offsets.applied(HIGH))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("db0: applied 2:50 is beyond received 1:100");
    assertThatThrownBy(() -> offsets.durable(HIGH))
        .hasMessage("db0: durable 2:50 is beyond received 1:100");
  }

  @Test
  void aResetSetsAllOfThemBackOrForth() {
    offsets.received(HIGH);
    offsets.reset(LOW, "back");
    assertThat(offsets.received()).isEqualTo(LOW);
    assertThat(offsets.applied()).isEqualTo(LOW);
    assertThat(offsets.durable()).isEqualTo(LOW);
    offsets.reset(HIGH, "forth");
    assertThat(offsets.applied()).isEqualTo(HIGH);
  }

  @Test
  void filenumsAboveTheSignedRangeAreInOrder() {
    BinlogOffset last = new BinlogOffset(Integer.MAX_VALUE, 7);
    BinlogOffset next = new BinlogOffset(Integer.MIN_VALUE, 0);
    offsets.received(last);
    offsets.received(next);
    assertThat(offsets.received()).isEqualTo(next);
  }
}
