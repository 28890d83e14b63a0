package io.pikareplica.server;

import io.pikareplica.repl.Replication;
import io.pikareplica.repl.Replication.Call;
import io.pikareplica.storage.Args;
import io.pikareplica.storage.Command;
import io.pikareplica.storage.CommandException;
import io.pikareplica.storage.DbView;
import io.pikareplica.storage.Reply;
import io.pikareplica.storage.StorageException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs commands on data: writes on the DB's worker, reads of one record where they are asked for,
 * and reads that may walk over many records on threads of their own, so that one KEYS does not keep
 * the INFO of another client waiting. Any thread; never waits.
 */
final class DataRunner {
  private static final Logger LOG = LoggerFactory.getLogger(DataRunner.class);

  /** Reads whose time does not grow with the size of a collection. */
  private static final Set<String> SHORT_READS =
      Set.of(
          "get",
          "strlen",
          "exists",
          "type",
          "ttl",
          "pttl",
          "expiretime",
          "pexpiretime",
          "getbit",
          "hget",
          "hexists",
          "hlen",
          "hstrlen",
          "llen",
          "sismember",
          "scard",
          "zscore",
          "zcard",
          "xlen");

  private final Replication replication;
  private final WatchedKeys watchedKeys;
  private final ServerStats stats;
  private final Executor longReads;

  DataRunner(
      Replication replication, WatchedKeys watchedKeys, ServerStats stats, Executor longReads) {
    this.replication = replication;
    this.watchedKeys = watchedKeys;
    this.stats = stats;
    this.longReads = longReads;
  }

  /** Whether a command may go to the worker without holding it up for long. */
  static boolean isShort(Command command) {
    return command instanceof Command.Write || SHORT_READS.contains(command.spec().name());
  }

  /** Runs one command. */
  CompletionStage<Reply> run(int db, Command command, Args args) {
    if (command instanceof Command.Read read) {
      return SHORT_READS.contains(read.spec().name())
          ? CompletableFuture.completedFuture(read(db, read, args))
          : CompletableFuture.supplyAsync(() -> read(db, read, args), longReads);
    }
    if (command.spec().name().equals("flushall")) {
      return flushAll(command, args);
    }
    return write(db, List.of(new Call(command, args))).thenApply(replies -> replies.get(0));
  }

  /** Runs commands of which at least one writes, with nothing in between. */
  CompletionStage<List<Reply>> write(int db, List<Call> calls) {
    List<Call> touching = new ArrayList<>(calls.size());
    for (Call call : calls) {
      touching.add(new Call(watchedKeys.touching(db, call.command()), call.args()));
    }
    return replication.execute(db, touching);
  }

  /** Runs commands that only read, all of them on one view. */
  CompletionStage<List<Reply>> readAll(int db, List<Call> calls) {
    return CompletableFuture.supplyAsync(
        () -> {
          try (DbView view = replication.view(db)) {
            List<Reply> replies =
                calls.stream()
                    .map(call -> read(view, (Command.Read) call.command(), call.args()))
                    .toList();
            stats.looked(view.hits(), view.misses());
            return replies;
          } catch (StorageException e) {
            return calls.stream().map(call -> loading(e)).toList();
          }
        },
        longReads);
  }

  /** FLUSHALL is one flush in each DB: a binlog knows of no other DB. */
  private CompletionStage<Reply> flushAll(Command command, Args args) {
    CompletionStage<Reply> last = CompletableFuture.completedFuture(Reply.OK);
    for (int db = 0; db < replication.dbCount(); db++) {
      List<Call> calls = List.of(new Call(command, args));
      last =
          write(db, calls)
              .thenCombine(
                  last, (mine, others) -> Replies.isFailure(others) ? others : mine.get(0));
    }
    return last;
  }

  private Reply read(int db, Command.Read command, Args args) {
    try (DbView view = replication.view(db)) {
      Reply reply = read(view, command, args);
      stats.looked(view.hits(), view.misses());
      return reply;
    } catch (StorageException e) {
      return loading(e);
    }
  }

  private static Reply loading(StorageException why) {
    return Reply.error("LOADING " + why.getMessage());
  }

  private static Reply read(DbView view, Command.Read command, Args args) {
    try {
      return command.reader().read(view, args);
    } catch (CommandException e) {
      return Reply.error(e.getMessage());
    } catch (StorageException e) {
      LOG.error("command={} cannot read", command.spec().name(), e);
      return Reply.error("ERR " + e.getMessage());
    }
  }
}
