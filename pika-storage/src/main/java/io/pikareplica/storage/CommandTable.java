package io.pikareplica.storage;

import io.pikareplica.storage.CommandSpec.Group;
import io.pikareplica.storage.cmd.DataCommands;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Every command on data, by its name. Immutable. */
public final class CommandTable {
  /** Behind the name of a command that stores what its namesake only shows. */
  public static final String STORING = " store";

  /** Words of GEORADIUSBYMEMBER, the shorter one, in front of its options. */
  private static final int FIRST_GEO_OPTION = 5;

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

  /**
   * Finds the command that the words of a client ask for: by the name, but a search for places that
   * stores its result is a write of its own, while one that does not is a read for any replica.
   */
  public Optional<Command> find(Args args) {
    Optional<Command> command = find(args.name());
    boolean stores = false;
    if (command.isPresent() && command.get().spec().group() == Group.GEO) {
      for (int i = FIRST_GEO_OPTION; i < args.size(); i++) {
        stores |= args.is(i, "store") || args.is(i, "storedist");
      }
    }
    return stores ? find(args.name() + STORING).or(() -> command) : command;
  }

  /** Every command that has a name of its own. */
  public Collection<Command> all() {
    return byName.values().stream()
        .filter(command -> !command.spec().name().endsWith(STORING))
        .toList();
  }
}
