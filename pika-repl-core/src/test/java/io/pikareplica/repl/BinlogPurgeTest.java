package io.pikareplica.repl;

import static org.assertj.core.api.Assertions.assertThat;

import io.pikareplica.binlog.BinlogOffset;
import io.pikareplica.repl.BinlogPurge.LogFile;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BinlogPurgeTest {
  private static final long NOW_MS = 1_790_000_000_000L;
  private static final long DAY_MS = 86_400_000;

  private static ReplSettings settings(int nums, int days) {
    ReplSettings base = ReplSettings.DEFAULT;
    return new ReplSettings(
        base.masterAuth(),
        base.announceHost(),
        base.announcePort(),
        base.priority(),
        base.announced(),
        base.replTimeoutMs(),
        base.throttleBytesPerSecond(),
        base.rsyncTimeoutMs(),
        nums,
        days,
        base.onDivergence(),
        base.divergenceKeep(),
        base.pingReplicaMs(),
        base.linkDownClock(),
        base.offsetOrder());
  }

  private static List<LogFile> files(int from, int to, long modifiedMs) {
    return IntStream.rangeClosed(from, to).mapToObj(i -> new LogFile(i, modifiedMs)).toList();
  }

  private static Optional<Integer> newest(int producer, BinlogOffset... needed) {
    return BinlogPurge.newestDeletable(
        new BinlogOffset(producer, 5), List.of(needed).stream().findFirst());
  }

  @Test
  void tenFilesInFrontOfTheCurrentOneStay() {
    assertThat(newest(25)).contains(15);
    assertThat(newest(10)).contains(0);
  }

  /** W-15. */
  @Test
  void nothingGoesWhileThereAreFewerThanTenInFront() {
    assertThat(newest(9)).isEmpty();
    assertThat(newest(0)).isEmpty();
  }

  @Test
  void whatSomeoneNeedsStays() {
    assertThat(newest(25, new BinlogOffset(7, 100))).contains(6);
    assertThat(newest(25, new BinlogOffset(0, 100))).isEmpty();
    assertThat(newest(25, new BinlogOffset(24, 0))).contains(15);
  }

  @Test
  void filesBeyondTheNumberGo() {
    assertThat(
            BinlogPurge.firstKept(files(3, 30, NOW_MS), Optional.of(20), settings(12, 7), NOW_MS))
        .contains(19);
  }

  @Test
  void noMoreFilesGoThanMay() {
    assertThat(BinlogPurge.firstKept(files(3, 30, NOW_MS), Optional.of(8), settings(12, 7), NOW_MS))
        .contains(9);
    assertThat(
            BinlogPurge.firstKept(files(3, 30, NOW_MS), Optional.empty(), settings(12, 7), NOW_MS))
        .contains(3);
  }

  @Test
  void oldFilesGoButForTen() {
    long old = NOW_MS - 8 * DAY_MS;
    assertThat(BinlogPurge.firstKept(files(0, 30, old), Optional.of(20), settings(100, 7), NOW_MS))
        .contains(21);
    assertThat(BinlogPurge.firstKept(files(21, 30, old), Optional.of(20), settings(100, 7), NOW_MS))
        .contains(21);
    assertThat(
            BinlogPurge.firstKept(
                files(0, 30, NOW_MS - 6 * DAY_MS), Optional.of(20), settings(100, 7), NOW_MS))
        .contains(0);
  }

  @Test
  void filenumsAboveTheSignedRangeAreInOrder() {
    assertThat(newest(Integer.MIN_VALUE + 5)).contains(Integer.MAX_VALUE - 4);
  }
}
