package io.pikareplica.server;

import io.pikareplica.repl.Replication.Call;
import io.pikareplica.server.resp.RespEncoder;
import io.pikareplica.storage.Command;
import io.pikareplica.storage.CommandException;
import io.pikareplica.storage.Reply;
import java.util.ArrayList;
import java.util.List;

/**
 * Bounds what the replies of calls that run together may take: a hundred GETs of a large value are
 * a short request. One use; its calls run one after the other, and from the first one again if the
 * worker has to. Owned by who runs them; read by others once their replies are there.
 */
final class ReplyBudget {
  /** In the place of a reply that was too much; no failure, which would undo the write. */
  private static final Reply DROPPED = new Reply.Status("dropped");

  /** Replies that are not worth dropping. */
  private static final long SMALL_BYTES = 256;

  private final long maxBytes;
  private final boolean isStopping;
  private long bytes;
  private int stoppedAt = Integer.MAX_VALUE;

  private ReplyBudget(long maxBytes, boolean isStopping) {
    this.maxBytes = maxBytes;
    this.isStopping = isStopping;
  }

  /** Runs calls until their replies are that large together, and not those behind. */
  static ReplyBudget stoppingAt(long bytes) {
    return new ReplyBudget(bytes, true);
  }

  /** Once replies are that large, reads are refused, and what writes reply is {@link #checked}. */
  static ReplyBudget refusingAt(long bytes) {
    return new ReplyBudget(bytes, false);
  }

  /** The first of the calls that did not run; a large number when all did. */
  int stoppedAt() {
    return stoppedAt;
  }

  /** The calls, bounded. Those that they share the budget with have run. */
  List<Call> around(List<Call> calls) {
    List<Call> bounded = new ArrayList<>(calls.size());
    long before = bytes;
    for (int i = 0; i < calls.size(); i++) {
      int index = i;
      Command command = calls.get(i).command();
      Runnable begin =
          () -> {
            if (index == 0) {
              bytes = before;
              stoppedAt = Integer.MAX_VALUE;
            }
          };
      bounded.add(
          new Call(
              command instanceof Command.Read read
                  ? around(read, index, begin)
                  : around((Command.Write) command, index, begin),
              calls.get(i).args()));
    }
    return bounded;
  }

  private Command around(Command.Read read, int index, Runnable begin) {
    return new Command.Read(
        read.spec(),
        (context, args) -> {
          begin.run();
          stopIfSpent(index);
          Reply reply = read.reader().read(context, args);
          bytes = bytes + RespEncoder.sizeBytes(reply);
          return reply;
        });
  }

  private Command around(Command.Write write, int index, Runnable begin) {
    return new Command.Write(
        write.spec(),
        (context, args) -> {
          begin.run();
          if (isStopping) {
            stopIfSpent(index);
          }
          Reply reply = write.writer().write(context, args);
          long size = RespEncoder.sizeBytes(reply);
          if (!isStopping && size > SMALL_BYTES && bytes + size > maxBytes) {
            return DROPPED;
          }
          bytes = bytes + size;
          return reply;
        });
  }

  private void stopIfSpent(int index) throws CommandException {
    if (bytes > maxBytes) {
      stoppedAt = Math.min(stoppedAt, index);
      throw new CommandException(text("was not run"));
    }
  }

  /** A reply, or an error where there was no room for it. */
  Reply checked(Reply reply) {
    return reply == DROPPED ? Reply.error(text("was run")) : reply;
  }

  private String text(String outcome) {
    return "ERR the replies are more than " + maxBytes + " bytes, this command " + outcome;
  }
}
