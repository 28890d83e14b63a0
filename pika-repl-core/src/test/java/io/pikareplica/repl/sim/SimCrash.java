package io.pikareplica.repl.sim;

/** The process ends here. Whatever still runs of it reaches neither disk nor network any more. */
public final class SimCrash extends Error {
  private static final long serialVersionUID = 1L;

  public SimCrash() {
    super("the process was killed", null, false, false);
  }
}
