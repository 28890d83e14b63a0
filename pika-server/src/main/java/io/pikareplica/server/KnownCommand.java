package io.pikareplica.server;

import io.pikareplica.storage.Command;
import io.pikareplica.storage.CommandSpec;

/** A command of either table. */
sealed interface KnownCommand {
  CommandSpec spec();

  /** Of the server's own. */
  record OfServer(ServerCommand command) implements KnownCommand {
    @Override
    public CommandSpec spec() {
      return command.spec();
    }
  }

  /** On data. */
  record OfData(Command command) implements KnownCommand {
    @Override
    public CommandSpec spec() {
      return command.spec();
    }
  }
}
