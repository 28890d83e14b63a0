package io.pikareplica.server;

import java.util.List;

/** Renders INFO. Called on event loops: never waits. */
@FunctionalInterface
public interface InfoText {
  /**
   * @param sections as the client named them; empty: the default ones
   */
  String render(List<String> sections);
}
