package io.pikareplica.repl.master;

/**
 * How many whole chunks of files may be in memory for all replicas together: read, or sent and not
 * taken. Who gets none does with a small piece at a time. Event loop only.
 */
final class ChunkPermits {
  private int free;

  ChunkPermits(int count) {
    free = count;
  }

  /** Takes one, to be given back; false when there is none. */
  boolean take() {
    if (free == 0) {
      return false;
    }
    free--;
    return true;
  }

  void giveBack() {
    free++;
  }
}
