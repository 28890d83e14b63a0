package io.pikareplica.repl.master;

import static org.assertj.core.api.Assertions.assertThat;

import io.pikareplica.binlog.BinlogOffset;
import org.junit.jupiter.api.Test;

class SendWindowTest {
  private final SendWindow window = new SendWindow(4, 100, at(0));

  @Test
  void holdsNoMoreItemsThanItsLimit() {
    assertThat(window.room()).isEqualTo(4);
    add(10, 20, 30, 40);
    assertThat(window.room()).isZero();
    assertThat(window.ack(at(10), at(20))).isTrue();
    assertThat(window.room()).isEqualTo(2);
  }

  @Test
  void hasNoRoomOnceItsBytesExceedTheLimit() {
    window.add(at(10), 100);
    assertThat(window.room()).isEqualTo(3);
    window.add(at(20), 1);
    assertThat(window.room()).isZero();
    window.ack(at(10), at(10));
    assertThat(window.room()).isEqualTo(3);
  }

  @Test
  void takesOneRangeForSeveralFrames() {
    add(10, 20, 30);
    assertThat(window.ack(at(10), at(30))).isTrue();
    assertThat(window.acked()).isEqualTo(at(30));
    assertThat(window.isEmpty()).isTrue();
  }

  @Test
  void waitsForOlderItemsBeforeItCountsNewerOnes() {
    add(10, 20, 30);
    assertThat(window.ack(at(20), at(30))).isTrue();
    assertThat(window.acked()).isEqualTo(at(0));
    assertThat(window.ack(at(10), at(10))).isTrue();
    assertThat(window.acked()).isEqualTo(at(30));
  }

  @Test
  void countsAnItemAcknowledgedTwiceOnce() {
    add(10, 20, 30);
    window.ack(at(20), at(20));
    assertThat(window.ack(at(20), at(30))).isTrue();
    assertThat(window.ack(at(10), at(10))).isTrue();
    assertThat(window.isEmpty()).isTrue();
    assertThat(window.room()).isEqualTo(4);
  }

  @Test
  void refusesWhatWasNeverSent() {
    add(10, 20, 30);
    assertThat(window.ack(at(11), at(20))).isFalse();
    assertThat(window.ack(at(10), at(21))).isFalse();
    assertThat(window.ack(at(10), at(40))).isFalse();
    assertThat(window.ack(at(20), at(10))).isFalse();
    assertThat(window.acked()).isEqualTo(at(0));
    assertThat(window.room()).isEqualTo(1);
  }

  @Test
  void refusesWhatHasLeftTheWindow() {
    add(10, 20);
    window.ack(at(10), at(20));
    assertThat(window.ack(at(10), at(20))).isFalse();
  }

  private void add(long... ends) {
    for (long end : ends) {
      window.add(at(end), 1);
    }
  }

  private static BinlogOffset at(long offset) {
    return new BinlogOffset(3, offset);
  }
}
