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
  private static final CommandTable INSTANCE = new CommandTable();

  private final Map<String, Command> byName = new LinkedHashMap<>();

  private CommandTable() {
    for (Command command : DataCommands.all()) {
      if (byName.put(command.spec().name(), command) != null) {
        throw new IllegalStateException("two commands are named " + command.spec().name());
      }
    }
  }

  public static CommandTable instance() {
    return INSTANCE;
  }

  /** Finds a command by its name in any case. */
  public Optional<Command> find(String name) {
    return Optional.ofNullable(byName.get(name.toLowerCase(Locale.ROOT)));
  }

  public Collection<Command> all() {
    return Collections.unmodifiableCollection(byName.values());
  }
}
