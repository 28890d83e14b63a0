package io.pikareplica.server;

import io.pikareplica.storage.CommandException;
import io.pikareplica.storage.CommandSpec;
import io.pikareplica.storage.Reply;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/** A command about the server, a connection or replication: all that is no data. Stateless. */
record ServerCommand(CommandSpec spec, Set<Trait> traits, Body body) {
  /** When a command may come, where that is not "always, but for unauthenticated clients". */
  enum Trait {
    /** Before the password was given. */
    BEFORE_AUTH,
    /** While a RESP2 client subscribes. */
    WHILE_SUBSCRIBED,
    /** Runs at once between MULTI and EXEC, where others are queued. */
    NEVER_QUEUED,
    /** Refused between MULTI and EXEC. */
    NOT_IN_MULTI
  }

  /** What it does. Runs on the client's event loop and never waits there. */
  @FunctionalInterface
  interface Body {
    CompletionStage<Reply> run(ServerCall call) throws CommandException;
  }

  /** A {@link Body} that has its reply at once. */
  @FunctionalInterface
  interface ImmediateBody {
    Reply run(ServerCall call) throws CommandException;
  }

  boolean has(Trait trait) {
    return traits.contains(trait);
  }
}
