package io.pikareplica.storage;

/** One command of the table: what it is and how it runs. Stateless; any thread. */
public sealed interface Command {
  CommandSpec spec();

  /** A command that only looks. */
  record Read(CommandSpec spec, Reader reader) implements Command {}

  /** A command that may change records. */
  record Write(CommandSpec spec, Writer writer) implements Command {}

  /** The body of a {@link Read}. */
  @FunctionalInterface
  interface Reader {
    Reply read(ReadContext context, Args args) throws CommandException;
  }

  /** The body of a {@link Write}. Throws before it has changed anything, or not at all. */
  @FunctionalInterface
  interface Writer {
    Reply write(WriteContext context, Args args) throws CommandException;
  }
}
