package io.pikareplica.server;

import io.pikareplica.storage.Args;
import io.pikareplica.storage.CommandSpec;
import java.util.ArrayList;
import java.util.List;

/** Finds the keys among the words of a call, by its spec. */
final class KeyWords {
  private KeyWords() {}

  static List<byte[]> of(CommandSpec spec, Args args) {
    if (spec.firstKey() == 0) {
      return List.of();
    }
    int last = spec.lastKey() < 0 ? args.size() + spec.lastKey() : spec.lastKey();
    List<byte[]> keys = new ArrayList<>();
    for (int i = spec.firstKey(); i <= Math.min(last, args.size() - 1); i += spec.keyStep()) {
      keys.add(args.get(i));
    }
    return keys;
  }
}
