package io.pikareplica.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.util.Locale.ROOT;

import io.pikareplica.storage.Args;
import io.pikareplica.storage.CommandException;
import io.pikareplica.storage.CommandSpec;
import io.pikareplica.storage.Reply;
import io.pikareplica.storage.cmd.Glob;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** COMMAND: what this server can do, for clients that ask. */
final class CommandCommands {
  private CommandCommands() {}

  static List<ServerCommand> all() {
    Subcommands command =
        new Subcommands("command")
            .now("count", 2, call -> Reply.of(call.server().commands().all().size()))
            .now("info", -2, CommandCommands::info)
            .now("docs", -2, CommandCommands::docs)
            .now("list", -2, CommandCommands::list)
            .now("getkeys", -4, CommandCommands::getKeys)
            .alone(CommandCommands::everything);
    return new ServerCommandList().later("command", -1, command).commands();
  }

  private static Reply everything(ServerCall call) {
    return Reply.array(call.server().commands().all().stream().map(c -> row(c.spec())).toList());
  }

  private static Reply info(ServerCall call) {
    if (call.args().size() == 2) {
      return everything(call);
    }
    List<Reply> rows = new ArrayList<>();
    for (int i = 2; i < call.args().size(); i++) {
      Optional<KnownCommand> found = call.server().commands().find(call.args().text(i));
      rows.add(found.map(command -> row(command.spec())).orElse(Reply.NIL));
    }
    return Reply.array(rows);
  }

  private static Reply row(CommandSpec spec) {
    return Reply.array(
        List.of(
            Reply.bulk(spec.name()),
            Reply.of(spec.arity()),
            Reply.array(flags(spec)),
            Reply.of(spec.firstKey()),
            Reply.of(spec.lastKey()),
            Reply.of(spec.keyStep()),
            Reply.EMPTY_ARRAY,
            Reply.EMPTY_ARRAY,
            Reply.EMPTY_ARRAY,
            Reply.EMPTY_ARRAY));
  }

  private static List<Reply> flags(CommandSpec spec) {
    List<Reply> flags = new ArrayList<>();
    if (spec.isWrite()) {
      flags.add(new Reply.Status("write"));
    }
    if (spec.flags().contains(CommandSpec.Flag.READ)) {
      flags.add(new Reply.Status("readonly"));
    }
    if (spec.flags().contains(CommandSpec.Flag.FAST)) {
      flags.add(new Reply.Status("fast"));
    }
    if (spec.group() == CommandSpec.Group.SERVER) {
      flags.add(new Reply.Status("loading"));
      flags.add(new Reply.Status("stale"));
    }
    return flags;
  }

  private static Reply docs(ServerCall call) {
    List<Reply> flat = new ArrayList<>();
    for (KnownCommand command : call.server().commands().all()) {
      String name = command.spec().name();
      if (call.args().size() == 2 || isNamed(call.args(), name)) {
        flat.add(Reply.bulk(name));
        flat.add(doc(command.spec()));
      }
    }
    return new Reply.Map(flat);
  }

  private static boolean isNamed(Args args, String name) {
    for (int i = 2; i < args.size(); i++) {
      if (args.is(i, name)) {
        return true;
      }
    }
    return false;
  }

  private static Reply doc(CommandSpec spec) {
    String group = spec.group().name().toLowerCase(ROOT);
    return new Reply.Map(
        List.of(
            Reply.bulk("summary"),
            Reply.bulk(spec.name().toUpperCase(ROOT) + ", as in Pika and Redis"),
            Reply.bulk("since"),
            Reply.bulk("0.1.0"),
            Reply.bulk("group"),
            Reply.bulk(group)));
  }

  /** COMMAND LIST, or COMMAND LIST FILTERBY PATTERN glob; there are no modules and no ACLs. */
  private static Reply list(ServerCall call) throws CommandException {
    Args args = call.args();
    Predicate<String> wanted = name -> true;
    if (args.size() == 5 && args.is(2, "filterby")) {
      if (args.is(3, "pattern")) {
        Glob glob = new Glob(Dispatcher.lower(args.text(4)).getBytes(ISO_8859_1));
        wanted = name -> glob.matches(name.getBytes(ISO_8859_1));
      } else if (args.is(3, "module") || args.is(3, "aclcat")) {
        wanted = name -> false;
      } else {
        throw CommandException.syntax();
      }
    } else if (args.size() != 2) {
      throw CommandException.syntax();
    }
    return Reply.array(
        call.server().commands().all().stream()
            .map(command -> command.spec().name())
            .filter(wanted)
            .map(Reply::bulk)
            .toList());
  }

  private static Reply getKeys(ServerCall call) throws CommandException {
    Args inner = Args.of(call.args().from(2));
    KnownCommand command =
        call.server()
            .commands()
            .find(inner.text(0))
            .orElseThrow(() -> new CommandException("ERR Invalid command specified"));
    if (!command.spec().accepts(inner.size())) {
      throw new CommandException("ERR Invalid number of arguments specified for command");
    }
    List<byte[]> keys = KeyWords.all(command.spec(), inner);
    if (keys.isEmpty()) {
      throw new CommandException("ERR The command has no key arguments");
    }
    return Reply.bulks(keys);
  }
}
