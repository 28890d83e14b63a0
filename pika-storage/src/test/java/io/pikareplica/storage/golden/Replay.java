package io.pikareplica.storage.golden;

import io.pikareplica.binlog.BinlogItemCodec;
import io.pikareplica.binlog.BinlogRecord;
import io.pikareplica.binlog.MalformedItemException;
import io.pikareplica.binlog.RespContent;
import io.pikareplica.storage.Args;
import io.pikareplica.storage.Command;
import io.pikareplica.storage.CommandException;
import io.pikareplica.storage.CommandTable;
import io.pikareplica.storage.DbBatch;
import io.pikareplica.storage.PikaDb;
import java.util.List;

/** Applies a master's items to a DB, as its worker does. */
public final class Replay {
  private final PikaDb db;
  private final int batchSize;
  private DbBatch batch;
  private int batched;
  private BinlogRecord last;

  private Replay(PikaDb db, int batchSize) {
    this.db = db;
    this.batchSize = batchSize;
  }

  /**
   * Applies items in batches of up to {@code batchSize}; barriers alone.
   *
   * @throws AssertionError for an item that cannot be executed
   */
  public static void apply(PikaDb db, List<BinlogRecord> items, int batchSize) {
    Replay replay = new Replay(db, batchSize);
    try {
      items.forEach(replay::item);
      replay.commit();
    } finally {
      replay.closeBatch();
    }
  }

  private void item(BinlogRecord item) {
    Args args;
    try {
      args = new Args(RespContent.parseItem(item.item()));
    } catch (MalformedItemException e) {
      throw new AssertionError("item that ends at " + item.end(), e);
    }
    Command command =
        CommandTable.instance()
            .find(args.name())
            .orElseThrow(() -> new AssertionError("no command " + args + " at " + item.end()));
    if (command instanceof Command.Write write) {
      boolean alone = write.spec().isBarrier(args.size());
      if (alone) {
        commit();
      }
      run(write, args, item);
      if (alone || batched >= batchSize) {
        commit();
      }
    }
    last = item;
  }

  private void run(Command.Write write, Args args, BinlogRecord item) {
    if (batch == null) {
      batch = db.newBatch();
    }
    try {
      batch.replay(write, args, item.end(), BinlogItemCodec.execTime(item.item()) * 1000);
      batched++;
      last = item;
    } catch (CommandException e) {
      throw new AssertionError(args + " at " + item.end() + ": " + e.getMessage(), e);
    }
  }

  private void commit() {
    if (batch != null) {
      batch.commit(last.end());
      closeBatch();
    }
  }

  private void closeBatch() {
    if (batch != null) {
      batch.close();
      batch = null;
      batched = 0;
    }
  }
}
