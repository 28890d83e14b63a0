package io.pikareplica.storage.cmd;

import io.pikareplica.storage.Command;
import io.pikareplica.storage.CommandSpec;
import io.pikareplica.storage.CommandSpec.Flag;
import io.pikareplica.storage.CommandSpec.Group;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** Collects the commands of one group; a row of the table is one call. */
final class CommandList {
  private final Group group;
  private final List<Command> commands = new ArrayList<>();

  CommandList(Group group) {
    this.group = group;
  }

  /** A read of the one key that follows the name. */
  CommandList read(String name, int arity, Command.Reader body) {
    return readKeys(name, arity, 1, 1, 1, body);
  }

  CommandList readKeys(
      String name, int arity, int firstKey, int lastKey, int step, Command.Reader body) {
    Set<Flag> flags = EnumSet.of(Flag.READ);
    commands.add(
        new Command.Read(
            new CommandSpec(name, arity, group, flags, firstKey, lastKey, step), body));
    return this;
  }

  /** A write to the one key that follows the name. */
  CommandList write(String name, int arity, Command.Writer body) {
    return write(name, arity, EnumSet.of(Flag.WRITE), 1, 1, 1, body);
  }

  /** A write that may touch several keys, and so several instances. */
  CommandList writeKeys(
      String name, int arity, int firstKey, int lastKey, int step, Command.Writer body) {
    return write(name, arity, EnumSet.of(Flag.WRITE, Flag.BARRIER), firstKey, lastKey, step, body);
  }

  private CommandList write(
      String name,
      int arity,
      Set<Flag> flags,
      int firstKey,
      int lastKey,
      int step,
      Command.Writer body) {
    commands.add(
        new Command.Write(
            new CommandSpec(name, arity, group, flags, firstKey, lastKey, step), body));
    return this;
  }

  List<Command> commands() {
    return List.copyOf(commands);
  }
}
