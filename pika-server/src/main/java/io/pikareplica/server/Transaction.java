package io.pikareplica.server;

import io.pikareplica.storage.Args;
import java.util.ArrayList;
import java.util.List;

/** The commands between MULTI and EXEC of one client. Its event loop only. */
final class Transaction {
  static final int MAX_COMMANDS = 1 << 20;

  /** Of a queued command, about. */
  private static final long OVERHEAD_BYTES = 64;

  private final long maxBytes;
  private final List<Queued> commands = new ArrayList<>();
  private long bytes;
  private boolean isBroken;

  /** A command that was found good when it was queued. */
  record Queued(KnownCommand command, Args args) {}

  /**
   * @param maxBytes of all commands together
   */
  Transaction(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  /** Takes a command; false when it would be too much. */
  boolean add(KnownCommand command, Args args) {
    bytes += OVERHEAD_BYTES + args.sizeBytes();
    if (commands.size() == MAX_COMMANDS || bytes > maxBytes) {
      return false;
    }
    commands.add(new Queued(command, args));
    return true;
  }

  /** What is queued costs. */
  long bytes() {
    return bytes;
  }

  /** A command was refused: EXEC will run nothing. */
  void markBroken() {
    isBroken = true;
  }

  boolean isBroken() {
    return isBroken;
  }

  List<Queued> commands() {
    return commands;
  }
}
