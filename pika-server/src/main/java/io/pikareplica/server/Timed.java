package io.pikareplica.server;

import io.pikareplica.repl.ReplicationException;
import io.pikareplica.storage.Args;
import io.pikareplica.storage.CommandException;
import io.pikareplica.storage.Reply;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs one command, turns whatever goes wrong into an error reply, and counts. One use. */
final class Timed {
  private static final Logger LOG = LoggerFactory.getLogger(Timed.class);

  private final ServerContext server;
  private final ClientConnection client;
  private final long startNanos = System.nanoTime();

  Timed(ServerContext server, ClientConnection client) {
    this.server = server;
    this.client = client;
  }

  /** The stage never fails. */
  CompletionStage<Reply> run(KnownCommand command, Args args) {
    CompletableFuture<Reply> running = start(command, args).toCompletableFuture();
    if (running.isDone() && !running.isCompletedExceptionally()) {
      finish(command, args, running.join());
      return running;
    }
    return running.handle(
        (reply, error) -> {
          Reply answer = error == null ? reply : failure(command.spec().name(), error);
          finish(command, args, answer);
          return answer;
        });
  }

  private CompletionStage<Reply> start(KnownCommand command, Args args) {
    try {
      if (command instanceof KnownCommand.OfServer own) {
        return own.command().body().run(new ServerCall(server, client, args));
      }
      return server.data().run(client.db(), ((KnownCommand.OfData) command).command(), args);
    } catch (CommandException | RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private void finish(KnownCommand command, Args args, Reply reply) {
    long elapsed = System.nanoTime() - startNanos;
    count(server, client, command.spec().name(), args, elapsed, Replies.isFailure(reply));
  }

  /** Counts a command that ran. */
  static void count(
      ServerContext server,
      ClientConnection client,
      String name,
      Args args,
      long elapsedNanos,
      boolean hasFailed) {
    server.stats().ran(name, elapsedNanos, hasFailed);
    ServerSettings settings = server.settings().get();
    long micros = TimeUnit.NANOSECONDS.toMicros(elapsedNanos);
    if (settings.slowlogMicros() >= 0 && micros >= settings.slowlogMicros()) {
      server.stats().slowCommand();
      long now = TimeUnit.MILLISECONDS.toSeconds(System.currentTimeMillis());
      Args shown = SecretWords.masked(args);
      server
          .slowLog()
          .add(now, micros, shown, client.address(), client.name(), settings.slowlogMaxLen());
    }
  }

  /** What a client is told of a failure. */
  static Reply failure(String command, Throwable error) {
    Throwable cause =
        error instanceof CompletionException && error.getCause() != null ? error.getCause() : error;
    if (cause instanceof CommandException) {
      return Reply.error(cause.getMessage());
    }
    if (cause instanceof ReplicationException) {
      return Reply.error("ERR " + cause.getMessage());
    }
    LOG.error("command={} failed", command, cause);
    return Reply.error("ERR internal error: " + cause.getMessage());
  }
}
