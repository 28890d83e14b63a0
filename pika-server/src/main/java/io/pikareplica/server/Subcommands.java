package io.pikareplica.server;

import static java.util.Locale.ROOT;

import io.pikareplica.server.ServerCommand.Body;
import io.pikareplica.server.ServerCommand.ImmediateBody;
import io.pikareplica.storage.Args;
import io.pikareplica.storage.CommandException;
import io.pikareplica.storage.CommandSpec;
import io.pikareplica.storage.CommandSpec.Group;
import io.pikareplica.storage.Reply;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * A command whose second word says what to do: CLIENT, CONFIG and their like. Filled, then fixed.
 */
final class Subcommands implements Body {
  private static final int SHOWN_CHARS = 128;

  private final String parent;
  private final Map<String, ServerCommand> byName = new LinkedHashMap<>();
  private Optional<Body> alone = Optional.empty();

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

  /** What the command does without a second word; it has to have one otherwise. */
  Subcommands alone(ImmediateBody body) {
    alone = Optional.of(ServerCommandList.immediate(body));
    return this;
  }

  /**
   * Why the words are wrong, which Redis finds before it runs or queues anything: such a command
   * breaks a transaction.
   */
  Optional<CommandException> refusal(Args args) {
    if (args.size() == 1) {
      return alone.isPresent() ? Optional.empty() : Optional.of(CommandException.arity(parent));
    }
    String word = args.text(1);
    ServerCommand found = byName.get(word.toLowerCase(ROOT));
    if (found == null) {
      return isHelp(word) ? Optional.empty() : Optional.of(unknown(word));
    }
    return found.spec().accepts(args.size())
        ? Optional.empty()
        : Optional.of(CommandException.arity(found.spec().name()));
  }

  private CommandException unknown(String word) {
    String cut = word.substring(0, Math.min(word.length(), SHOWN_CHARS));
    return new CommandException(
        "ERR unknown subcommand '" + cut + "'. Try " + parent.toUpperCase(ROOT) + " HELP.");
  }

  /** What Redis says where a subcommand itself counts its words. */
  static CommandException wrongWords(String parent, String word) {
    return new CommandException(
        "ERR unknown subcommand or wrong number of arguments for '"
            + word.substring(0, Math.min(word.length(), SHOWN_CHARS))
            + "'. Try "
            + parent.toUpperCase(ROOT)
            + " HELP.");
  }

  private static boolean isHelp(String word) {
    return word.equalsIgnoreCase("help");
  }

  /** The name in full, such as {@code client|kill}, of a call that was not refused. */
  String nameOf(Args args) {
    ServerCommand found = args.size() > 1 ? byName.get(args.text(1).toLowerCase(ROOT)) : null;
    return found == null ? parent : found.spec().name();
  }

  @Override
  public CompletionStage<Reply> run(ServerCall call) throws CommandException {
    Optional<CommandException> refusal = refusal(call.args());
    if (refusal.isPresent()) {
      throw refusal.get();
    }
    if (call.args().size() == 1) {
      return alone.orElseThrow().run(call);
    }
    ServerCommand found = byName.get(call.args().text(1).toLowerCase(ROOT));
    if (found == null) {
      return CompletableFuture.completedFuture(help());
    }
    call.client().ranCommand(found.spec().name());
    return found.body().run(call);
  }

  private Reply help() {
    String names = String.join(" ", byName.keySet()).toUpperCase(ROOT);
    return Reply.array(
        List.of(
            new Reply.Status(parent.toUpperCase(ROOT) + " <subcommand> [<arg> ...]. Known are:"),
            new Reply.Status(names),
            new Reply.Status("HELP")));
  }
}
