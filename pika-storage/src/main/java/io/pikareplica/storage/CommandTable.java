package io.pikareplica.storage;

import io.pikareplica.storage.cmd.DataCommands;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Every command on data, by its name. Immutable. */
public final class CommandTable {
  /** Words of GEORADIUSBYMEMBER, the shorter one, in front of its options. */
  private static final int FIRST_GEO_OPTION = 5;

  private static final CommandTable INSTANCE = new CommandTable();

  private final Map<String, Command> byName = new LinkedHashMap<>();

  /** What a name means with the option STORE or STOREDIST. */
  private final Map<String, Command> storing = new LinkedHashMap<>();

  private CommandTable() {
    for (Command command : DataCommands.all()) {
      if (byName.put(command.spec().name(), command) != null) {
        throw new IllegalStateException("two commands are named " + command.spec().name());
      }
    }
    DataCommands.storing().forEach(command -> storing.put(command.spec().name(), command));
  }

  public static CommandTable instance() {
    return INSTANCE;
  }

  /** Finds a command by its name in any case. */
  public Optional<Command> find(String name) {
    return Optional.ofNullable(byName.get(name.toLowerCase(Locale.ROOT)));
  }

  /**
   * Finds the command that the words of a client ask for: by the name, but a search for places that
   * stores its result is a write of its own, while one that does not is a read for any replica.
   */
  public Optional<Command> find(Args args) {
    String name = args.name();
    if (storing.containsKey(name)) {
      for (int i = FIRST_GEO_OPTION; i < args.size(); i++) {
        if (args.is(i, "store") || args.is(i, "storedist")) {
          return Optional.of(storing.get(name));
        }
      }
    }
    return find(name);
  }

  public Collection<Command> all() {
    return Collections.unmodifiableCollection(byName.values());
  }
}
