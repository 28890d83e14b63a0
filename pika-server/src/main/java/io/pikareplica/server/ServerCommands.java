package io.pikareplica.server;

import java.util.List;
import java.util.stream.Stream;

/** All groups of the server's own commands. */
final class ServerCommands {
  private static final List<ServerCommand> ALL =
      Stream.of(
              ConnectionCommands.all(),
              ClientCommands.all(),
              CommandCommands.all(),
              ConfigCommands.all(),
              ReplicationCommands.all(),
              TransactionCommands.all(),
              PubSubCommands.all(),
              ToolCommands.all())
          .flatMap(List::stream)
          .toList();

  private ServerCommands() {}

  static List<ServerCommand> all() {
    return ALL;
  }
}
