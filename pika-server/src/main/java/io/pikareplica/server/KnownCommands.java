package io.pikareplica.server;

import io.pikareplica.storage.Args;
import io.pikareplica.storage.Command;
import io.pikareplica.storage.CommandTable;
import java.util.Collection;
import java.util.Collections;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** All commands of the port by their names. Immutable. */
final class KnownCommands {
  /** Words that stand in binlogs and that no client may put there. */
  private static final Set<String> NOT_FOR_CLIENTS =
      Set.of("dummy", "padding", "slotsmgrt-exec-wrapper", "clearreplicationid");

  /** Longer than any name. */
  private static final int MAX_NAME_BYTES = 64;

  private final Map<String, KnownCommand> byName = new TreeMap<>();

  /**
   * @param data the commands on data; where the server has one of the same name, that one counts
   */
  KnownCommands(Collection<Command> data) {
    for (Command command : data) {
      if (!NOT_FOR_CLIENTS.contains(command.spec().name())) {
        byName.put(command.spec().name(), new KnownCommand.OfData(command));
      }
    }
    for (ServerCommand command : ServerCommands.all()) {
      byName.put(command.spec().name(), new KnownCommand.OfServer(command));
    }
  }

  /** Finds a command by its name in any case. */
  Optional<KnownCommand> find(String name) {
    return Optional.ofNullable(byName.get(name.toLowerCase(Locale.ROOT)));
  }

  /** Finds the command that a request asks for; its options may make it another one. */
  Optional<KnownCommand> find(Args args) {
    if (args.get(0).length > MAX_NAME_BYTES) {
      return Optional.empty(); // a long word is not worth two copies
    }
    Optional<KnownCommand> named = find(args.text(0));
    if (named.isPresent() && named.get() instanceof KnownCommand.OfData) {
      return CommandTable.instance().find(args).map(KnownCommand.OfData::new);
    }
    return named;
  }

  /** In the order of names. */
  Collection<KnownCommand> all() {
    return Collections.unmodifiableCollection(byName.values());
  }
}
