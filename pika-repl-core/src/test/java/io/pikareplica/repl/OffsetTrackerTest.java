package io.pikareplica.repl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pikareplica.binlog.BinlogOffset;
import java.util.concurrent.atomic.AtomicBoolean;
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

  /** What INFO shows of a DB is of one moment, also while a snapshot takes the data's place. */
  @Test
  void receivedAndAppliedAreReadTogetherWhileTheyMoveAndAreReset() throws Exception {
    int rounds = 20_000;
    AtomicBoolean isOver = new AtomicBoolean();
    Thread worker =
        new Thread(
            () -> {
              for (int round = 1; round <= rounds; round++) {
                // each history has a filenum of its own, and they take turns in going back
                int filenum = round % 2 == 0 ? 1_000_000 + round : 1_000_000 - round;
                offsets.reset(new BinlogOffset(filenum, 0), "round");
                for (int at = 1; at <= 3; at++) {
                  offsets.received(new BinlogOffset(filenum, at));
                  offsets.applied(new BinlogOffset(filenum, at));
                }
              }
              isOver.set(true);
            });
    worker.start();
    long looks = 0;
    while (!isOver.get() || looks == 0) {
      OffsetTracker.Reach reach = offsets.reach();
      assertThat(reach.applied().isAfter(reach.received())).as("%s", reach).isFalse();
      assertThat(reach.received().filenum()).as("%s", reach).isEqualTo(reach.applied().filenum());
      looks++;
    }
    worker.join();
    assertThat(offsets.reach().applied()).isEqualTo(new BinlogOffset(1_000_000 + rounds, 3));
  }
}
