package io.pikareplica.server;

import io.pikareplica.server.ServerCommand.Body;
import io.pikareplica.server.ServerCommand.ImmediateBody;
import io.pikareplica.server.ServerCommand.Trait;
import io.pikareplica.storage.CommandSpec;
import io.pikareplica.storage.CommandSpec.Flag;
import io.pikareplica.storage.CommandSpec.Group;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** Collects server commands; a row of the table is one call. */
final class ServerCommandList {
  private final List<ServerCommand> commands = new ArrayList<>();

  /** A command that has its reply at once. */
  ServerCommandList now(String name, int arity, ImmediateBody body, Trait... traits) {
    return later(name, arity, immediate(body), traits);
  }

  /** A command whose reply comes when it is done. */
  ServerCommandList later(String name, int arity, Body body, Trait... traits) {
    return add(name, arity, 0, 0, body, traits);
  }

  /** Likewise, and all words behind its name are keys. */
  ServerCommandList ofKeys(String name, int arity, Body body, Trait... traits) {
    return add(name, arity, 1, -1, body, traits);
  }

  private ServerCommandList add(
      String name, int arity, int firstKey, int lastKey, Body body, Trait... traits) {
    Set<Flag> flags = EnumSet.of(Flag.FAST);
    Set<Trait> set = EnumSet.noneOf(Trait.class);
    set.addAll(List.of(traits));
    CommandSpec spec =
        new CommandSpec(name, arity, Group.SERVER, flags, firstKey, lastKey, firstKey);
    commands.add(new ServerCommand(spec, set, body));
    return this;
  }

  static Body immediate(ImmediateBody body) {
    return call -> CompletableFuture.completedFuture(body.run(call));
  }

  List<ServerCommand> commands() {
    return List.copyOf(commands);
  }
}
