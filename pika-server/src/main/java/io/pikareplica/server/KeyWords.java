package io.pikareplica.server;

import io.pikareplica.storage.Args;
import io.pikareplica.storage.CommandException;
import io.pikareplica.storage.CommandSpec;
import java.util.ArrayList;
import java.util.List;

/** Finds the keys among the words of a call, by its spec and by what a few commands do besides. */
final class KeyWords {
  private KeyWords() {}

  /** Those that a write may change, and more of them rather than too few. */
  static List<byte[]> written(CommandSpec spec, Args args) {
    List<byte[]> keys = bySpec(spec, args);
    if (spec.name().startsWith("georadius")) {
      addStore(args, keys);
    }
    return keys;
  }

  /**
   * All of a call, as COMMAND GETKEYS shows them.
   *
   * @throws CommandException when the words that would tell are missing
   */
  static List<byte[]> all(CommandSpec spec, Args args) throws CommandException {
    List<byte[]> keys = written(spec, args);
    switch (spec.name()) {
      case "zunionstore", "zinterstore" -> addCounted(args, keys);
      case "xread" -> addStreams(args, keys);
      // each of their subcommands that takes a key takes it there
      case "object", "memory" -> addRange(args, 2, Math.min(args.size(), 3), keys);
      default -> {}
    }
    return keys;
  }

  private static List<byte[]> bySpec(CommandSpec spec, Args args) {
    List<byte[]> keys = new ArrayList<>();
    if (spec.firstKey() > 0) {
      int last = spec.lastKey() < 0 ? args.size() + spec.lastKey() : spec.lastKey();
      for (int i = spec.firstKey(); i <= Math.min(last, args.size() - 1); i += spec.keyStep()) {
        keys.add(args.get(i));
      }
    }
    return keys;
  }

  private static void addRange(Args args, int from, int to, List<byte[]> keys) {
    for (int i = from; i < to; i++) {
      keys.add(args.get(i));
    }
  }

  /** GEORADIUS key longitude latitude radius unit ... STORE key. */
  private static void addStore(Args args, List<byte[]> keys) {
    for (int i = 1; i < args.size() - 1; i++) {
      if (args.is(i, "store") || args.is(i, "storedist")) {
        keys.add(args.get(i + 1));
      }
    }
  }

  /** ZUNIONSTORE destination count key ... */
  private static void addCounted(Args args, List<byte[]> keys) throws CommandException {
    long count;
    try {
      count = args.int64(2);
    } catch (CommandException e) {
      throw invalid();
    }
    if (count < 1 || count > args.size() - 3) {
      throw invalid();
    }
    addRange(args, 3, 3 + (int) count, keys);
  }

  /** XREAD ... STREAMS key ... id ... */
  private static void addStreams(Args args, List<byte[]> keys) throws CommandException {
    for (int i = 1; i < args.size(); i++) {
      if (args.is(i, "streams")) {
        int words = args.size() - i - 1;
        if (words == 0 || words % 2 != 0) {
          throw invalid();
        }
        addRange(args, i + 1, i + 1 + words / 2, keys);
        return;
      }
    }
    throw invalid();
  }

  private static CommandException invalid() {
    return new CommandException("ERR Invalid arguments specified for command");
  }
}
