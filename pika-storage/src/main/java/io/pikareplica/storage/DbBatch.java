package io.pikareplica.storage;

import io.pikareplica.binlog.BinlogOffset;
import java.util.ArrayList;
import java.util.List;

/**
 * Commands that become visible and durable together: executed one after the other, each seeing what
 * those before it changed, then committed with the offset that they reach. A batch that is closed
 * without a commit leaves no trace. Owned by the DB's worker.
 *
 * <p>A command whose spec is a barrier runs alone in a batch.
 */
public final class DbBatch implements AutoCloseable {
  private final PikaDb db;
  private final List<PendingRows> pending;
  private boolean flushed;

  DbBatch(PikaDb db) {
    this.db = db;
    pending = db.instances().stream().map(PendingRows::new).toList();
  }

  /**
   * What a client's command came to.
   *
   * @param reply for the client
   * @param items the words of each item that is to stand in the binlog; empty for none
   */
  public record Outcome(Reply reply, List<Args> items) {}

  /**
   * Executes a client's command.
   *
   * @throws CommandException when it is refused; the batch is as it was
   */
  public Outcome execute(Command.Write command, Args args, long nowMs) throws CommandException {
    Context context = new Context(nowMs, null);
    Reply reply = command.writer().write(context, args);
    if (reply.kind() == Reply.Kind.FAILURE) {
      return new Outcome(reply, List.of());
    }
    return new Outcome(reply, context.items == null ? List.of(args) : List.copyOf(context.items));
  }

  /**
   * Executes a reading command, which sees what the batch has changed so far.
   *
   * @throws CommandException when it is refused
   */
  public Reply read(Command.Read command, Args args, long nowMs) throws CommandException {
    return command.reader().read(new Context(nowMs, null), args);
  }

  /**
   * Executes an item that a master has logged. Instances that hold the item already are left alone.
   *
   * @param end END of the item
   * @param execTimeMs the master's clock when it logged the item, ms since 1970
   * @throws CommandException when it cannot be executed; the batch is as it was
   */
  public Reply replay(Command.Write command, Args args, BinlogOffset end, long execTimeMs)
      throws CommandException {
    CommandSpec spec = command.spec();
    boolean hasOneKey =
        spec.firstKey() > 0 && spec.firstKey() < args.size() && !spec.isBarrier(args.size());
    if (hasOneKey && isHeld(KeySlots.instanceOf(args.get(spec.firstKey()), db.options()), end)) {
      // running it would meet what later items have made of the key, and might be refused
      return Reply.OK;
    }
    return command.writer().write(new Context(execTimeMs, end), args);
  }

  /** Whether an instance holds an item's changes already. */
  private boolean isHeld(int instance, BinlogOffset end) {
    return !end.isAfter(db.instances().get(instance).applied());
  }

  /**
   * Writes all changes, each instance's together with the offset.
   *
   * @param end END of the last item
   * @throws StorageException when an instance refused; those before it have their part
   */
  public void commit(BinlogOffset end) {
    for (int i = 0; i < pending.size(); i++) {
      Instance instance = db.instances().get(i);
      if (!end.isAfter(instance.applied())) {
        continue;
      }
      if (flushed) {
        instance.flush(end);
      } else {
        instance.commit(pending.get(i), end);
      }
    }
  }

  @Override
  public void close() {
    pending.forEach(PendingRows::close);
  }

  /** One command's view of the batch. */
  private final class Context implements WriteContext {
    private final long nowMs;

    /** END of the replicated item, null for a client's command. */
    private final BinlogOffset end;

    private List<Args> items;

    Context(long nowMs, BinlogOffset end) {
      this.nowMs = nowMs;
      this.end = end;
    }

    @Override
    public MutableRows rows(byte[] key) {
      return rows(KeySlots.instanceOf(key, db.options()));
    }

    @Override
    public List<MutableRows> allRows() {
      List<MutableRows> all = new ArrayList<>();
      for (int i = 0; i < pending.size(); i++) {
        all.add(rows(i));
      }
      return all;
    }

    private MutableRows rows(int instance) {
      PendingRows rows = pending.get(instance);
      boolean done = end != null && isHeld(instance, end);
      return done ? new SkippedRows(rows) : rows;
    }

    @Override
    public long nowMs() {
      return nowMs;
    }

    @Override
    public boolean isReplicated() {
      return end != null;
    }

    @Override
    public long newVersion(long previous) {
      return db.versions().next(previous);
    }

    @Override
    public void log(byte[]... words) {
      logNothing();
      items.add(new Args(words));
    }

    @Override
    public void logNothing() {
      if (items == null) {
        items = new ArrayList<>();
      }
    }

    @Override
    public void flush() {
      flushed = true;
    }
  }
}
