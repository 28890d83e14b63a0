package io.pikareplica.repl;

import io.pikareplica.binlog.BinlogOffset;
import io.pikareplica.storage.Args;
import io.pikareplica.storage.Command;
import io.pikareplica.storage.CommandException;
import io.pikareplica.storage.DbBatch;
import io.pikareplica.storage.Reply;

/**
 * Commands that become visible and durable together, see {@link DbBatch}. Owned by the DB's worker.
 */
interface DataBatch extends AutoCloseable {
  /** Executes a client's command. */
  DbBatch.Outcome execute(Command.Write command, Args args, long nowMs) throws CommandException;

  /** Executes a reading command, which sees what the batch has changed so far. */
  Reply read(Command.Read command, Args args, long nowMs) throws CommandException;

  /** Executes an item of a master; instances that hold it already are left alone. */
  Reply replay(Command.Write command, Args args, BinlogOffset end, long execTimeMs)
      throws CommandException;

  /** Writes all changes, each instance's together with the offset. */
  void commit(BinlogOffset end);

  @Override
  void close();
}
