package io.pikareplica.repl;

import static org.assertj.core.api.Assertions.assertThat;

import io.pikareplica.repl.ReplicaAction.SendMetaSync;
import io.pikareplica.repl.ReplicaEvent.Connected;
import io.pikareplica.repl.ReplicaEvent.MetaSyncReply;
import io.pikareplica.repl.ReplicaEvent.MetaSyncReply.Code;
import io.pikareplica.repl.ReplicaEvent.MetaSyncReply.DbInfo;
import io.pikareplica.repl.ReplicaEvent.SlaveOf;
import io.pikareplica.repl.ReplicaEvent.Tick;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What the state machine does when nothing comes, or always the same. */
class ReplicaPatienceTest {
  private static final long TICK_MS = 100;

  /** How long a real master may hold an earlier registration of ours. */
  private static final long HELD_MS = 180_000;

  private long nowMs;
  private ReplicaState state;

  private List<ReplicaAction> handle(ReplicaEvent event) {
    Transition transition = ReplicaStateMachine.next(state, event, nowMs);
    state = transition.state();
    return transition.actions();
  }

  /** When MetaSync was sent, ms after the start, while the master refused all but the last. */
  private List<Long> refusedFor(long ms, long seed) {
    List<DbInfo> dbs = List.of(new DbInfo("db0", OptionalInt.of(3)));
    nowMs = 0;
    state = ReplicaState.initial(ReplicaPolicy.DEFAULT, 3, StateTable.HISTORY, List.of(""), seed);
    handle(new SlaveOf(StateTable.MASTER, false));
    List<Long> askedMs = new ArrayList<>();
    List<ReplicaAction> actions = handle(new Tick(nowMs, List.of(nowMs)));
    assertThat(actions).hasExactlyElementsOfTypes(ReplicaAction.Connect.class);
    long connection = state.connectionId();
    actions = handle(new Connected(connection));
    while (state.link() != LinkState.META_SYNC_DONE) {
      if (actions.stream().anyMatch(SendMetaSync.class::isInstance)) {
        askedMs.add(nowMs);
        boolean isHeld = nowMs < ms;
        handle(
            new MetaSyncReply(
                connection,
                isHeld ? Code.BUSY : Code.OK,
                isHeld ? "Slave AlreadyExist" : "",
                isHeld ? List.of() : dbs,
                isHeld ? "" : StateTable.HISTORY));
      }
      assertThat(state.connectionId()).as("the connection is kept").isEqualTo(connection);
      nowMs += TICK_MS;
      actions = handle(new Tick(nowMs, List.of(nowMs)));
    }
    return askedMs;
  }

  /** W-26. */
  @Test
  void asksAMasterThatRefusesForThreeMinutesAgainUntilItAgrees() {
    List<Long> askedMs = refusedFor(HELD_MS, 1);
    assertThat(askedMs.get(askedMs.size() - 1)).isBetween(HELD_MS, HELD_MS + 2_100);
    assertThat(askedMs.get(1)).as("the first pause is short").isLessThanOrEqualTo(200);
    assertThat(askedMs).as("and then long enough").hasSizeBetween(80, 200);
    for (int i = 1; i < askedMs.size(); i++) {
      assertThat(askedMs.get(i) - askedMs.get(i - 1)).isLessThanOrEqualTo(2_100);
    }
    assertThat(state.error()).isEmpty();
  }

  @Test
  void twoReplicasDoNotAskInStep() {
    assertThat(refusedFor(HELD_MS, 1)).isNotEqualTo(refusedFor(HELD_MS, 2));
  }

  /** Nothing to wait for, or the worker of this node, which is not the master's to answer for. */
  private static final Set<String> WAIT_FOR_NO_MASTER =
      Set.of(
          "none",
          "sync.IDLE.installing",
          "TRY_CONNECT.draining",
          "TRY_DB_SYNC.draining",
          "WAIT_DB_SYNC.installing",
          "DB_NO_CONNECT",
          "DB_NO_CONNECT.installing");

  /** W-9. */
  @Test
  void everyStateThatWaitsForTheMasterIsLeftWhenNothingComes() {
    long limitMs =
        ReplicaPolicy.DEFAULT.silenceMs()
            + ReplicaPolicy.DEFAULT.replyTimeoutMs()
            + ReplicaPolicy.DEFAULT.errorRetryMs();
    StateTable.states()
        .forEach(
            (name, start) -> {
              boolean isLeft = false;
              for (long ms = 0; ms <= limitMs && !isLeft; ms += TICK_MS) {
                Tick silence = new Tick(StateTable.NOW, List.of(StateTable.NOW));
                Transition t = ReplicaStateMachine.next(start, silence, StateTable.NOW + ms);
                isLeft = !t.actions().isEmpty() || !t.changes().isEmpty();
              }
              assertThat(isLeft).as(name).isEqualTo(!WAIT_FOR_NO_MASTER.contains(name));
            });
  }

  /** W-9: that the master is alive does not make it answer. */
  @Test
  void anAnswerThatDoesNotComeIsNotWaitedForAlthoughTheMasterPings() {
    for (String name : List.of("WAIT_REPLY.try", "WAIT_REPLY.db", "sync.WAIT_META_SYNC")) {
      long laterMs = StateTable.NOW + ReplicaPolicy.DEFAULT.replyTimeoutMs() + TICK_MS;
      Transition t =
          ReplicaStateMachine.next(
              StateTable.states().get(name), new Tick(laterMs, List.of(laterMs)), laterMs);
      assertThat(t.changes()).as(name).isNotEmpty();
    }
  }

  @Test
  void whatCameOnAnEarlierConnectionOrSyncChangesNothingInAnyState() {
    StateTable.events().entrySet().stream()
        .filter(event -> event.getKey().endsWith(" stale"))
        .forEach(
            event ->
                StateTable.states()
                    .forEach(
                        (name, start) ->
                            assertThat(
                                    ReplicaStateMachine.next(
                                            start, event.getValue().event(), StateTable.NOW)
                                        .isIgnored())
                                .as("%s in %s", event.getKey(), name)
                                .isTrue()));
  }

  /** Axes of the table that a later change might forget. */
  @Test
  void theTableHasEveryKindOfEventAndEveryPartOfTheState() {
    Map<String, StateTable.Case> events = StateTable.events();
    assertThat(
            events.values().stream().map(each -> each.event().kind()).collect(Collectors.toSet()))
        .isEqualTo(EnumSet.allOf(ReplicaEvent.Kind.class));
    List<ReplicaState> states = List.copyOf(StateTable.states().values());
    assertThat(states).extracting(ReplicaState::link).contains(LinkState.values());
    assertThat(states).extracting(ReplicaState::phase).contains(ReplicaState.Phase.values());
    assertThat(states).extracting(each -> each.dbs().get(0).state()).contains(ReplState.values());
    assertThat(states).extracting(each -> each.dbs().get(0).sync()).contains(DbLink.Sync.values());
    assertThat(states)
        .extracting(each -> each.policy().onDivergence())
        .contains(ReplicaPolicy.OnDivergence.values());
  }
}
