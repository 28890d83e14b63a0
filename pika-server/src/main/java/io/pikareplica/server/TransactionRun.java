package io.pikareplica.server;

import io.pikareplica.repl.Replication.Call;
import io.pikareplica.server.Transaction.Queued;
import io.pikareplica.storage.Args;
import io.pikareplica.storage.Command;
import io.pikareplica.storage.CommandException;
import io.pikareplica.storage.CommandSpec;
import io.pikareplica.storage.Reply;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Runs what MULTI has queued, in order and to the end, whatever becomes of the client meanwhile.
 * Neighbouring commands on the same DB go to its worker together, so nothing comes between them;
 * when keys are watched, they are looked at on the worker, right before the first command. The
 * client's event loop only, though a stage that it waits for may complete anywhere. One use.
 */
final class TransactionRun {
  private static final CommandSpec GUARD =
      new CommandSpec("watch", -1, CommandSpec.Group.SERVER, Set.of(), 0, 0, 0);

  private final ServerContext server;
  private final ClientConnection client;
  private final List<Queued> commands;
  private final List<Watch> watches;
  private final List<Reply> replies = new ArrayList<>();
  private final CompletableFuture<Reply> result = new CompletableFuture<>();
  private final ReplyBudget budget;
  private boolean isGuarded;
  private boolean isBroken;
  private int next;

  /**
   * @param watches stay the caller's, who gives them up when the result is there
   */
  TransactionRun(
      ServerContext server, ClientConnection client, List<Queued> commands, List<Watch> watches) {
    this.server = server;
    this.client = client;
    this.commands = commands;
    this.watches = watches;
    budget = ReplyBudget.refusingAt(server.limits().bulkBytes());
    isGuarded = watches.isEmpty();
  }

  CompletionStage<Reply> start() {
    proceed();
    return result;
  }

  /** Goes on as long as replies are there; a reply that comes later calls it again. */
  private void proceed() {
    while (next < commands.size() || !isGuarded) {
      CompletionStage<Void> step = step();
      if (!step.toCompletableFuture().isDone()) {
        step.whenComplete((done, error) -> client.channel().eventLoop().execute(this::proceed));
        return;
      }
      if (isBroken) {
        result.complete(Reply.NIL_ARRAY);
        return;
      }
    }
    result.complete(isBroken ? Reply.NIL_ARRAY : Reply.array(replies));
  }

  private CompletionStage<Void> step() {
    List<Call> run = dataRun();
    if (run.isEmpty() && isGuarded) {
      Queued queued = commands.get(next++);
      return new Timed(server, client)
          .run(queued.command(), queued.args())
          .thenAccept(replies::add);
    }
    next += run.size();
    return data(run);
  }

  /** The data commands that come next, as far as they may go together. */
  private List<Call> dataRun() {
    List<Call> run = new ArrayList<>();
    for (int i = next; i < commands.size(); i++) {
      Queued queued = commands.get(i);
      if (!(queued.command() instanceof KnownCommand.OfData data)
          || data.spec().name().equals("flushall")) {
        break;
      }
      run.add(new Call(data.command(), queued.args()));
    }
    return run;
  }

  private CompletionStage<Void> data(List<Call> run) {
    long start = System.nanoTime();
    List<Call> bounded = budget.around(run);
    boolean onlyReads = run.stream().allMatch(call -> call.command() instanceof Command.Read);
    if (isGuarded) {
      CompletionStage<List<Reply>> running =
          onlyReads
              ? server.data().readAll(client.db(), bounded)
              : server.data().write(client.db(), bounded);
      return running.handle((found, error) -> take(run, found, error, start));
    }
    isGuarded = true;
    Guard guard = new Guard();
    List<Call> guarded = new ArrayList<>();
    Command looking = new Command.Read(GUARD, (context, args) -> guard.look());
    guarded.add(new Call(looking, Args.of("watch")));
    bounded.forEach(call -> guarded.add(new Call(guard.around(call.command()), call.args())));
    return server
        .data()
        .write(client.db(), guarded)
        .handle(
            (found, error) -> {
              isBroken = guard.isBroken;
              List<Reply> own = error == null ? found.subList(1, found.size()) : List.<Reply>of();
              return take(run, own, error, start);
            });
  }

  private Void take(List<Call> run, List<Reply> found, Throwable error, long startNanos) {
    long each = (System.nanoTime() - startNanos) / Math.max(1, run.size());
    for (int i = 0; i < run.size(); i++) {
      String name = run.get(i).command().spec().name();
      Reply reply = error == null ? budget.checked(found.get(i)) : Timed.failure(name, error);
      replies.add(reply);
      Timed.count(server, client, name, run.get(i).args(), each, Replies.isFailure(reply));
    }
    return null;
  }

  /** Looks at the watched keys once, on the worker; then lets commands pass, or none. */
  private final class Guard {
    private volatile boolean isBroken;

    Reply look() {
      isBroken = server.watchedKeys().isAnyBroken(watches);
      return Reply.OK;
    }

    Command around(Command command) {
      if (command instanceof Command.Read read) {
        return new Command.Read(
            read.spec(),
            (context, args) -> {
              check();
              return read.reader().read(context, args);
            });
      }
      Command.Write write = (Command.Write) command;
      return new Command.Write(
          write.spec(),
          (context, args) -> {
            check();
            return write.writer().write(context, args);
          });
    }

    private void check() throws CommandException {
      if (isBroken) {
        throw new CommandException("EXECABORT a watched key was changed");
      }
    }
  }
}
