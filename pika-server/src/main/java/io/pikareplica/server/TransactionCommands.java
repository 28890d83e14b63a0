package io.pikareplica.server;

import static io.pikareplica.server.ServerCommand.Trait.NEVER_QUEUED;

import io.pikareplica.repl.Replication.Call;
import io.pikareplica.storage.Args;
import io.pikareplica.storage.Command;
import io.pikareplica.storage.CommandException;
import io.pikareplica.storage.CommandSpec;
import io.pikareplica.storage.Reply;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** MULTI, EXEC, DISCARD, WATCH, UNWATCH. */
final class TransactionCommands {
  private static final int MAX_WATCHES = 10_000;
  private static final CommandSpec WATCHING =
      new CommandSpec("watch", -2, CommandSpec.Group.SERVER, Set.of(), 1, -1, 1);

  private TransactionCommands() {}

  static List<ServerCommand> all() {
    return new ServerCommandList()
        .now("multi", 1, TransactionCommands::multi, NEVER_QUEUED)
        .later("exec", 1, TransactionCommands::exec, NEVER_QUEUED)
        .now("discard", 1, TransactionCommands::discard, NEVER_QUEUED)
        .ofKeys("watch", -2, TransactionCommands::watch, NEVER_QUEUED)
        .now("unwatch", 1, TransactionCommands::unwatch)
        .commands();
  }

  private static Reply multi(ServerCall call) throws CommandException {
    if (call.client().transaction().isPresent()) {
      throw new CommandException("ERR MULTI calls can not be nested");
    }
    long maxBytes = call.server().limits().requestBytes();
    call.client().transaction(Optional.of(new Transaction(maxBytes)));
    return Reply.OK;
  }

  private static Reply discard(ServerCall call) throws CommandException {
    if (call.client().transaction().isEmpty()) {
      throw new CommandException("ERR DISCARD without MULTI");
    }
    abandon(call.server(), call.client());
    return Reply.OK;
  }

  private static Reply unwatch(ServerCall call) {
    call.server().watchedKeys().unwatch(call.client().watches());
    return Reply.OK;
  }

  private static CompletionStage<Reply> exec(ServerCall call) throws CommandException {
    ServerContext server = call.server();
    Transaction transaction =
        call.client()
            .transaction()
            .orElseThrow(() -> new CommandException("ERR EXEC without MULTI"));
    call.client().transaction(Optional.empty());
    String refusal = refusal(server, transaction);
    if (!refusal.isEmpty()) {
      abandon(server, call.client());
      throw new CommandException(refusal);
    }
    List<Watch> watches = new ArrayList<>(call.client().watches());
    call.client().watches().clear();
    return new TransactionRun(server, call.client(), transaction.commands(), watches)
        .start()
        .whenComplete((reply, error) -> server.watchedKeys().unwatch(watches));
  }

  private static String refusal(ServerContext server, Transaction transaction) {
    if (transaction.isBroken()) {
      return "EXECABORT Transaction discarded because of previous errors.";
    }
    boolean writes =
        transaction.commands().stream().anyMatch(queued -> queued.command().spec().isWrite());
    if (writes && server.replication().isReplica()) {
      return "EXECABORT Transaction discarded because of:"
          + " READONLY You can't write against a read only replica.";
    }
    return "";
  }

  /** Forgets what is queued and what is watched. */
  static void abandon(ServerContext server, ClientConnection client) {
    client.transaction(Optional.empty());
    server.watchedKeys().unwatch(client.watches());
  }

  /**
   * Sets the watches on the DB's worker, so that every write that comes after the reply is seen and
   * every write before it can be read.
   */
  private static CompletionStage<Reply> watch(ServerCall call) throws CommandException {
    ClientConnection client = call.client();
    if (client.transaction().isPresent()) {
      throw new CommandException("ERR WATCH inside MULTI is not allowed");
    }
    if (client.watches().size() + call.args().size() > MAX_WATCHES) {
      throw new CommandException("ERR too many watched keys");
    }
    int db = client.db();
    List<Watch> set = Collections.synchronizedList(new ArrayList<>());
    Command setting =
        new Command.Read(
            WATCHING,
            (context, args) -> {
              for (int i = 1; i < args.size(); i++) {
                set.add(call.server().watchedKeys().watch(db, args.text(i)));
              }
              return Reply.OK;
            });
    Args args = call.args();
    return call.server()
        .data()
        .write(db, List.of(new Call(setting, args)))
        .thenCompose(replies -> adopted(call, set, replies.get(0)));
  }

  /** The client's event loop takes the watches over; a client that has gone gives them up. */
  private static CompletionStage<Reply> adopted(ServerCall call, List<Watch> set, Reply reply) {
    ClientConnection client = call.client();
    return CompletableFuture.supplyAsync(
        () -> {
          client.watches().addAll(set);
          if (!client.channel().isActive()) {
            call.server().watchedKeys().unwatch(client.watches());
          }
          return reply;
        },
        client.channel().eventLoop());
  }
}
