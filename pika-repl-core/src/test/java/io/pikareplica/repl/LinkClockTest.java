package io.pikareplica.repl;

import static io.pikareplica.repl.ReplSettings.LinkDownClock.CONNECTION;
import static io.pikareplica.repl.ReplSettings.LinkDownClock.LAST_IO;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

/** Every row of the table of spec sentinel-info §5.3 that is a matter of the clock alone. */
class LinkClockTest {
  private static final LinkClock UP = LinkClock.NEVER.next(true, 1_000, 1_000);

  @Test
  void aLinkThatNeverWasUpHasNoTime() {
    LinkClock clock = LinkClock.NEVER.next(false, 5_000, 0);
    assertThat(clock.downSeconds(60_000, CONNECTION)).isEqualTo(-1);
    assertThat(clock.downSeconds(60_000, LAST_IO)).isEqualTo(-1);
  }

  @Test
  void aLinkThatIsUpIsDownSinceNoTime() {
    assertThat(UP.downSeconds(9_000, CONNECTION)).isZero();
    assertThat(UP.downSeconds(9_000, LAST_IO)).isZero();
  }

  @Test
  void countsFromTheLossThroughAllTriesUntilItIsUpAgain() {
    LinkClock lost = UP.next(false, 3_000, 3_000);
    LinkClock triedAgain = lost.next(false, 9_000, 9_000).next(false, 10_000, 10_000);
    assertThat(lost.downSeconds(3_999, CONNECTION)).isZero();
    assertThat(triedAgain.downSeconds(10_999, CONNECTION)).isEqualTo(7);
    LinkClock back = triedAgain.next(true, 11_000, 11_000);
    assertThat(back.downSeconds(12_000, CONNECTION)).isZero();
    assertThat(back.next(false, 20_000, 20_000).downSeconds(21_000, CONNECTION)).isEqualTo(1);
  }

  @Test
  void canCountFromTheLastMessageInsteadWhichComesBeforeTheLossIsNoticed() {
    LinkClock silent = UP.next(false, 30_000, 10_000).next(false, 40_000, 39_000);
    assertThat(silent.downSeconds(45_000, CONNECTION)).isEqualTo(15);
    assertThat(silent.downSeconds(45_000, LAST_IO)).isEqualTo(35);
  }

  @Test
  void goesOnAfterARestart() {
    LinkClock clock = LinkClock.resumed(100, 42_000);
    assertThat(clock.downSeconds(1_100, CONNECTION)).isEqualTo(43);
    assertThat(clock.downSeconds(1_100, LAST_IO)).isEqualTo(43);
    assertThat(clock.next(false, 2_000, 2_000).downSeconds(2_100, CONNECTION)).isEqualTo(44);
  }

  @Test
  void aWallClockThatWasSetBackSinceTheLastMessageCountsAsNoTime() {
    LinkClock clock = LinkClock.resumed(100, -5_000);
    assertThat(clock.downSeconds(100, CONNECTION)).isZero();
    assertThat(clock.downSeconds(1_100, CONNECTION)).isEqualTo(1);
  }

  /** One look at the link: how much later, whether it is up, how long ago something came. */
  record Look(int afterMs, boolean isUp, int silentMs) {}

  @Provide
  Arbitrary<List<Look>> looks() {
    return Combinators.combine(
            Arbitraries.integers().between(0, 50_000),
            Arbitraries.of(true, false, false, false),
            Arbitraries.integers().between(0, 20_000))
        .as(Look::new)
        .list()
        .ofMaxSize(60);
  }

  @Property
  void whileItStaysDownItNeverGoesBackAndNeverRunsFasterThanTime(
      @ForAll("looks") List<Look> looks) {
    LinkClock clock = LinkClock.NEVER;
    long now = 0;
    long lostAt = -1;
    long last = 0;
    for (Look look : looks) {
      now += look.afterMs();
      boolean wasUp = clock.state() == LinkClock.State.UP;
      clock = clock.next(look.isUp(), now, now - look.silentMs());
      lostAt = look.isUp() ? -1 : wasUp ? now : lostAt;
      long down = clock.downSeconds(now, CONNECTION);
      long sinceMessage = clock.downSeconds(now, LAST_IO);
      if (look.isUp()) {
        assertThat(down).isZero();
        last = 0;
      } else if (lostAt < 0) {
        assertThat(down).isEqualTo(-1);
      } else {
        assertThat(down).isEqualTo((now - lostAt) / 1000).isGreaterThanOrEqualTo(last);
        assertThat(sinceMessage).isGreaterThanOrEqualTo(down);
        last = down;
      }
    }
  }
}
