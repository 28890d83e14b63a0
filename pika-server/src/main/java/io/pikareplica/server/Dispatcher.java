package io.pikareplica.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.pikareplica.repl.Replication.Call;
import io.pikareplica.server.ServerCommand.Trait;
import io.pikareplica.storage.Args;
import io.pikareplica.storage.Command;
import io.pikareplica.storage.CommandException;
import io.pikareplica.storage.Reply;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Decides what becomes of a request: refused, queued by MULTI, or run. The checks and their order
 * are Redis's (server.c, processCommand), but that a client without the password learns nothing,
 * not even which commands there are. Called on the client's event loop.
 */
final class Dispatcher {
  private static final int SHOWN_CHARS = 128;

  private final ServerContext server;

  Dispatcher(ServerContext server) {
    this.server = server;
  }

  /** What a request names. */
  Optional<KnownCommand> find(Args args) {
    return server.commands().find(args);
  }

  /**
   * Handles one request. The stage never fails.
   *
   * @param found what {@link #find} gave
   */
  CompletionStage<Reply> dispatch(
      ClientConnection client, Optional<KnownCommand> found, Args args) {
    Optional<Reply> refusal = refusal(client, found, args);
    if (refusal.isPresent()) {
      found.ifPresent(command -> server.stats().rejected(command.spec().name()));
      return CompletableFuture.completedFuture(refused(client, found, refusal.get()));
    }
    KnownCommand command = found.orElseThrow();
    client.ranCommand(command.spec().name());
    if (server.clients().hasMonitors()) {
      Monitors.tell(server.clients(), client, args);
    }
    if (client.transaction().isPresent() && !hasTrait(command, Trait.NEVER_QUEUED)) {
      return CompletableFuture.completedFuture(queue(client, command, args));
    }
    return new Timed(server, client).run(command, args);
  }

  /** A refused command breaks a transaction; a refused EXEC ends it. */
  private Reply refused(ClientConnection client, Optional<KnownCommand> found, Reply why) {
    boolean isExec = found.isPresent() && found.get().spec().name().equals("exec");
    if (isExec && why instanceof Reply.Failure failure) {
      TransactionCommands.abandon(server, client);
      String text = failure.text();
      return Reply.error(
          "EXECABORT Transaction discarded because of: "
              + (text.startsWith("ERR ") ? text.substring("ERR ".length()) : text));
    }
    client.transaction().ifPresent(Transaction::markBroken);
    return why;
  }

  /** The call, where it is one that may go to the worker together with its neighbours. */
  Optional<Call> asData(ClientConnection client, Optional<KnownCommand> found, Args args) {
    if (client.transaction().isPresent() || !client.subscriptions().isEmpty()) {
      return Optional.empty();
    }
    if (found.isEmpty()
        || !(found.get() instanceof KnownCommand.OfData data)
        || data.spec().name().equals("flushall")
        || !DataRunner.isShort(data.command())
        || server.clients().hasMonitors()
        || refusal(client, found, args).isPresent()) {
      return Optional.empty();
    }
    return Optional.of(new Call(data.command(), args));
  }

  private Optional<Reply> refusal(
      ClientConnection client, Optional<KnownCommand> found, Args args) {
    boolean mayEnter = client.isAuthenticated() || server.settings().get().requirePass().isEmpty();
    if (!mayEnter && !found.map(c -> hasTrait(c, Trait.BEFORE_AUTH)).orElse(false)) {
      return Optional.of(Replies.NO_AUTH);
    }
    if (found.isEmpty()) {
      return Optional.of(unknown(args));
    }
    KnownCommand command = found.get();
    if (!command.spec().accepts(args.size())) {
      return Optional.of(Reply.error(CommandException.arity(command.spec().name()).getMessage()));
    }
    String name = command.spec().name();
    if (command instanceof KnownCommand.OfServer own
        && own.command().body() instanceof Subcommands subcommands) {
      Optional<CommandException> wrong = subcommands.refusal(args);
      if (wrong.isPresent()) {
        return Optional.of(Reply.error(wrong.get().getMessage()));
      }
      name = subcommands.nameOf(args);
    }
    if (isSubscriberOnly(client) && !hasTrait(command, Trait.WHILE_SUBSCRIBED)) {
      return Optional.of(onlyWhileSubscribed(name));
    }
    if (client.transaction().isPresent() && hasTrait(command, Trait.NOT_IN_MULTI)) {
      return Optional.of(Reply.error("ERR Command not allowed inside a transaction"));
    }
    if (command instanceof KnownCommand.OfData data
        && data.command() instanceof Command.Write
        && server.replication().isReplica()) {
      return Optional.of(Replies.READ_ONLY);
    }
    if (client.transaction().isPresent()) {
      return ReplicationCommands.refusalWhenQueued(server, args);
    }
    return Optional.empty();
  }

  private Reply queue(ClientConnection client, KnownCommand command, Args args) {
    Transaction transaction = client.transaction().orElseThrow();
    if (!transaction.add(command, args)) {
      transaction.markBroken();
      return Reply.error("ERR the transaction is too large");
    }
    client.queuedCommands(transaction.commands().size());
    return Reply.QUEUED;
  }

  private static boolean isSubscriberOnly(ClientConnection client) {
    return client.protocol() == 2 && !client.subscriptions().isEmpty();
  }

  private static boolean hasTrait(KnownCommand command, Trait trait) {
    return command instanceof KnownCommand.OfServer own && own.command().has(trait);
  }

  private static Reply onlyWhileSubscribed(String name) {
    return Reply.error(
        "ERR Can't execute '"
            + name
            + "': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this"
            + " context");
  }

  private static Reply unknown(Args args) {
    StringBuilder shown = new StringBuilder();
    for (int i = 1; i < args.size() && shown.length() < SHOWN_CHARS; i++) {
      String word = cut(args.get(i), SHOWN_CHARS - shown.length());
      shown.append('\'').append(word).append("' ");
    }
    String name = cut(args.get(0), SHOWN_CHARS);
    return Reply.error("ERR unknown command '" + name + "', with args beginning with: " + shown);
  }

  private static String cut(byte[] word, int maxChars) {
    return new String(word, 0, Math.min(word.length, maxChars), ISO_8859_1);
  }

  /** Lower case, for tables. */
  static String lower(String word) {
    return word.toLowerCase(Locale.ROOT);
  }
}
