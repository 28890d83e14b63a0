package io.pikareplica.server;

import static java.util.Locale.ROOT;

import io.pikareplica.server.ServerCommand.Body;
import io.pikareplica.server.ServerCommand.ImmediateBody;
import io.pikareplica.storage.CommandException;
import io.pikareplica.storage.CommandSpec;
import io.pikareplica.storage.CommandSpec.Group;
import io.pikareplica.storage.Reply;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * A command whose second word says what to do: CLIENT, CONFIG and their like. Filled, then fixed.
 */
final class Subcommands implements Body {
  private final String parent;
  private final Map<String, ServerCommand> byName = new LinkedHashMap<>();

  /**
   * @param parent lower case
   */
  Subcommands(String parent) {
    this.parent = parent;
  }

  /**
   * @param arity all words, both names included; negative: at least that many
   */
  Subcommands now(String name, int arity, ImmediateBody body) {
    return later(name, arity, ServerCommandList.immediate(body));
  }

  Subcommands later(String name, int arity, Body body) {
    CommandSpec spec = new CommandSpec(parent + "|" + name, arity, Group.SERVER, Set.of(), 0, 0, 0);
    byName.put(name, new ServerCommand(spec, Set.of(), body));
    return this;
  }

  @Override
  public CompletionStage<Reply> run(ServerCall call) throws CommandException {
    String word = call.args().text(1);
    String name = word.toLowerCase(ROOT);
    if (name.equals("help") && !byName.containsKey("help")) {
      return CompletableFuture.completedFuture(help());
    }
    ServerCommand found = byName.get(name);
    if (found == null) {
      String cut = word.length() > 128 ? word.substring(0, 128) : word;
      throw new CommandException(
          "ERR unknown subcommand '" + cut + "'. Try " + parent.toUpperCase(ROOT) + " HELP.");
    }
    if (!found.spec().accepts(call.args().size())) {
      throw CommandException.arity(found.spec().name());
    }
    call.client().ranCommand(found.spec().name());
    return found.body().run(call);
  }

  private Reply help() {
    String names = String.join(" ", byName.keySet()).toUpperCase(ROOT);
    return new Reply.Array(
        java.util.List.of(
            new Reply.Status(parent.toUpperCase(ROOT) + " <subcommand> [<arg> ...]. Known are:"),
            new Reply.Status(names),
            new Reply.Status("HELP")));
  }
}
