package io.pikareplica.server.conf;

import java.util.List;
import java.util.stream.Collectors;

/** Settings that cannot be started with: everything that is wrong, at once. */
public final class ConfException extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient List<Problem> problems;

  ConfException(List<Problem> problems) {
    super(problems.stream().map(Problem::toString).collect(Collectors.joining("\n")));
    this.problems = List.copyOf(problems);
  }

  /** In the order of the file, then of the command line. */
  public List<Problem> problems() {
    return problems;
  }
}
