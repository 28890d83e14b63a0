package io.pikareplica.repl;

import io.pikareplica.binlog.BinlogItem;
import io.pikareplica.binlog.BinlogItemCodec;
import io.pikareplica.binlog.BinlogOffset;
import io.pikareplica.binlog.MalformedItemException;
import io.pikareplica.binlog.RespContent;
import io.pikareplica.repl.ReplicationException.Kind;
import io.pikareplica.storage.Args;
import io.pikareplica.storage.Command;
import io.pikareplica.storage.CommandException;
import io.pikareplica.storage.CommandTable;
import io.pikareplica.storage.Reply;
import java.util.Optional;

/**
 * The command of one binlog item, looked up and checked, ready to be executed.
 *
 * @param command empty for a reading command, which has no effect on data
 * @param end END of the item
 * @param timeMs the master's clock when it logged the item, ms since 1970, whole seconds
 */
record LoggedCommand(Optional<Command.Write> command, Args args, BinlogOffset end, long timeMs) {

  /**
   * Takes an item apart.
   *
   * @throws ReplicationException APPLY when it is no command, or none that we know
   */
  static LoggedCommand decode(byte[] item, BinlogOffset end) throws ReplicationException {
    Args args;
    try {
      args = new Args(RespContent.parseItem(item));
    } catch (MalformedItemException e) {
      throw refused(end, "it holds no command: " + e.getMessage(), e);
    }
    long timeMs = BinlogItemCodec.execTime(item) * 1000;
    Optional<Command> found = CommandTable.instance().find(args.name());
    if (found.isEmpty()) {
      throw refused(end, "unknown command: " + args, null);
    }
    Command command = found.get();
    if (!command.spec().accepts(args.size())) {
      throw refused(end, "wrong number of arguments: " + args, null);
    }
    // reads such as SUNION stand in the binlog too and only take up room (spec §8.3)
    Optional<Command.Write> write =
        command instanceof Command.Write w ? Optional.of(w) : Optional.empty();
    return new LoggedCommand(write, args, end, timeMs);
  }

  /**
   * Where an item says that it began: the END of the one before it, even if that is in the file
   * before.
   */
  static BinlogOffset placeOf(byte[] item) throws MalformedItemException {
    BinlogItem header = BinlogItemCodec.decode(item);
    boolean isOne = header.offset() >= 0 && header.offset() <= BinlogOffset.MAX_OFFSET;
    return isOne ? new BinlogOffset(header.filenum(), header.offset()) : BinlogOffset.ZERO;
  }

  /** Whether nothing else may be in the same batch. */
  boolean isAlone() {
    return command.isPresent() && command.get().spec().isBarrier(args.size());
  }

  /** FLUSHALL as a 4.0.0 master logs it: in one DB, for all of them. */
  boolean isFlushAll() {
    return args.name().equals("flushall");
  }

  /**
   * Executes it; instances that hold it already are left alone.
   *
   * @throws ReplicationException APPLY when it is refused; the batch is as it was
   */
  void replay(DataBatch batch) throws ReplicationException {
    if (command.isEmpty()) {
      return;
    }
    try {
      Reply reply = batch.replay(command.get(), args, end, timeMs);
      if (reply instanceof Reply.Failure failure) {
        throw refused(end, args + ": " + failure.text(), null);
      }
    } catch (CommandException e) {
      throw refused(end, args + ": " + e.getMessage(), e);
    }
  }

  static ReplicationException refused(BinlogOffset end, String what, Throwable cause) {
    return new ReplicationException(
        Kind.APPLY, "cannot execute the item that ends at " + end + ": " + what, cause);
  }
}
