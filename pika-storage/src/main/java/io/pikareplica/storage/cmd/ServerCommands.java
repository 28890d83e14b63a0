package io.pikareplica.storage.cmd;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.pikareplica.storage.Args;
import io.pikareplica.storage.Command;
import io.pikareplica.storage.CommandException;
import io.pikareplica.storage.CommandSpec.Group;
import io.pikareplica.storage.Reply;
import io.pikareplica.storage.WriteContext;
import io.pikareplica.storage.codec.DataType;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Writes that concern a whole DB, and those that stand in binlogs without changing data. */
final class ServerCommands {
  private static final byte[] FLUSHDB = "flushdb".getBytes(US_ASCII);
  private static final byte[] DEL = "del".getBytes(US_ASCII);

  /** BATCH_DELETE_LIMIT of the original. */
  private static final int MAX_REMOVED = 100;

  private ServerCommands() {}

  static List<Command> commands() {
    return new CommandList(Group.SERVER)
        .writeKeys("flushdb", -1, 0, 0, 0, ServerCommands::flush)
        .writeKeys("flushall", -1, 0, 0, 0, ServerCommands::flush)
        .writeKeys("pkpatternmatchdel", -2, 0, 0, 0, ServerCommands::removeMatching)
        .writeKeys("clearreplicationid", -1, 0, 0, 0, ServerCommands::nothing)
        .writeKeys("clearcache", -1, 0, 0, 0, ServerCommands::nothing)
        .writeKeys("dummy", -1, 0, 0, 0, ServerCommands::nothing)
        .writeKeys("padding", -1, 0, 0, 0, ServerCommands::nothing)
        .writeKeys("slotsmgrt-exec-wrapper", -1, 0, 0, 0, ServerCommands::nothing)
        .commands();
  }

  /**
   * FLUSHDB, and FLUSHALL as far as one DB is concerned: whoever takes a FLUSHALL runs it in every
   * DB. A 3.5.5 master may log a type behind the word; it has removed everything all the same.
   */
  private static Reply flush(WriteContext context, Args args) throws CommandException {
    if (args.size() > 1 && !context.isReplicated()) {
      throw CommandException.arity(args.name());
    }
    context.flush();
    context.log(FLUSHDB);
    return Reply.OK;
  }

  /**
   * PKPATTERNMATCHDEL pattern [max] from a client. In a binlog it is raw: of a 4.0.0 master without
   * a limit, of a 3.5.5 master with a type in place of the limit.
   */
  private static Reply removeMatching(WriteContext context, Args args) throws CommandException {
    if (args.size() > 3) {
      throw CommandException.syntax();
    }
    Optional<DataType> type = Optional.empty();
    int limit = context.isReplicated() ? Integer.MAX_VALUE : MAX_REMOVED;
    if (args.size() == 3 && context.isReplicated()) {
      type = Optional.of(ScanArgs.typeNamed(args, 2));
      limit = MAX_REMOVED;
    } else if (args.size() == 3) {
      limit = args.int32(2);
      if (limit < 1 || limit > MAX_REMOVED) {
        throw CommandException.notAnInteger();
      }
    }
    List<byte[]> keys = KeyspaceCommands.matching(context, new Glob(args.get(1)), type);
    if (keys.size() > limit) {
      keys.sort(Arrays::compareUnsigned); // across instances, as one store would give them
      keys = keys.subList(0, limit);
    }
    context.logNothing();
    for (byte[] key : keys) {
      WritableKey.of(context, key).del();
      context.log(DEL, key);
    }
    return Reply.of(keys.size());
  }

  /** Concerns the node that a client sent it to, not its data. */
  private static Reply nothing(WriteContext context, Args args) {
    context.logNothing();
    return Reply.OK;
  }
}
