package io.pikareplica.repl.sim;

/** What a name on a {@link SimDisk} stands for. */
abstract class SimNode {
  private final long id;
  private long modifiedMs;

  SimNode(long id, long modifiedMs) {
    this.id = id;
    this.modifiedMs = modifiedMs;
  }

  /** As an inode's number: never used again. */
  long id() {
    return id;
  }

  long modifiedMs() {
    return modifiedMs;
  }

  void modified(long nowMs) {
    modifiedMs = nowMs;
  }
}
