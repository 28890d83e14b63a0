package io.pikareplica.repl;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * Every state × every event, against {@code repl/state-table.txt}, which was read line by line
 * against the specification. States with the same outcome share a line there.
 */
class ReplicaStateMachineTest {

  @Test
  void everyStateTakesEveryEventAsTheTableSays() throws IOException {
    assertThat(render()).isEqualTo(approved());
  }

  @Test
  void anIgnoredEventLeavesTheStateAlone() {
    StateTable.states()
        .values()
        .forEach(
            state ->
                StateTable.events()
                    .values()
                    .forEach(
                        c -> {
                          Transition t =
                              ReplicaStateMachine.next(
                                  state, c.event(), StateTable.NOW + c.afterMs());
                          if (t.isIgnored()) {
                            assertThat(t.state()).isSameAs(state);
                            assertThat(t.actions()).isEmpty();
                            assertThat(t.changes()).isEmpty();
                          }
                        }));
  }

  @Test
  void theSameInputGivesTheSameTransition() {
    StateTable.states()
        .values()
        .forEach(
            state ->
                StateTable.events()
                    .values()
                    .forEach(
                        c -> {
                          long now = StateTable.NOW + c.afterMs();
                          assertThat(ReplicaStateMachine.next(state, c.event(), now))
                              .isEqualTo(ReplicaStateMachine.next(state, c.event(), now));
                        }));
  }

  private static String approved() throws IOException {
    try (InputStream in =
        ReplicaStateMachineTest.class.getResourceAsStream("/repl/state-table.txt")) {
      return in == null ? "" : new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  static String render() {
    StringBuilder out = new StringBuilder();
    StateTable.events()
        .forEach(
            (name, c) -> {
              Map<String, List<String>> states = new LinkedHashMap<>();
              StateTable.states()
                  .forEach(
                      (stateName, state) ->
                          states
                              .computeIfAbsent(outcome(state, c), k -> new ArrayList<>())
                              .add(stateName));
              out.append(name).append('\n');
              states.forEach(
                  (outcome, names) ->
                      out.append("  ")
                          .append(String.join(", ", names))
                          .append("\n    ")
                          .append(outcome)
                          .append('\n'));
            });
    return out.toString();
  }

  private static String outcome(ReplicaState state, StateTable.Case c) {
    Transition t = ReplicaStateMachine.next(state, c.event(), StateTable.NOW + c.afterMs());
    if (t.isIgnored()) {
      return "ignored: " + t.ignored();
    }
    String changes =
        t.changes().stream()
            .map(
                change ->
                    (change.db() == Transition.LINK ? "link " : "db ")
                        + change.from()
                        + "->"
                        + change.to()
                        + " \""
                        + change.reason()
                        + "\"")
            .collect(Collectors.joining("; "));
    String actions =
        t.actions().stream().map(a -> a.kind().name()).collect(Collectors.joining(", "));
    String phase =
        state.phase() == t.state().phase() ? "" : state.phase() + "->" + t.state().phase();
    return List.of(changes, phase, actions.isEmpty() ? "" : "[" + actions + "]").stream()
        .filter(s -> !s.isEmpty())
        .collect(Collectors.collectingAndThen(Collectors.toList(), ReplicaStateMachineTest::join));
  }

  private static String join(List<String> parts) {
    return parts.isEmpty() ? "nothing to do" : String.join(" ", parts);
  }

  /** Prints the table, to be read and put into the resource after a change that is meant. */
  public static void main(String[] args) {
    System.out.print(render());
  }
}
