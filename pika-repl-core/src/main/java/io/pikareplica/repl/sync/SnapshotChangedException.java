package io.pikareplica.repl.sync;

/** The master has another snapshot now than the one that is being fetched. */
final class SnapshotChangedException extends Exception {
  private static final long serialVersionUID = 1;

  SnapshotChangedException(String from, String to) {
    super("snapshot " + from + " has become " + to);
  }
}
