package io.pikareplica.repl;

import io.pikareplica.binlog.BinlogOffset;
import io.pikareplica.storage.Args;
import io.pikareplica.storage.Command;
import io.pikareplica.storage.CommandException;
import io.pikareplica.storage.DbBatch;
import io.pikareplica.storage.DbOptions;
import io.pikareplica.storage.DbView;
import io.pikareplica.storage.PikaDb;
import io.pikareplica.storage.Reply;
import io.pikareplica.storage.Sweeper;
import java.nio.file.Path;
import java.util.List;

/** The data of one DB in RocksDB. */
final class RocksData implements DbData {
  /** How much earlier than the last item a key must have expired to be removed: clocks step. */
  private static final long SWEEP_GRACE_MS = 60_000;

  private final PikaDb db;
  private final Sweeper sweeper;

  private RocksData(PikaDb db) {
    this.db = db;
    sweeper = new Sweeper(db, SWEEP_GRACE_MS);
  }

  static DbData open(Path folder, DbOptions options) {
    return new RocksData(PikaDb.open(folder, options));
  }

  @Override
  public List<BinlogOffset> applied() {
    return db.applied();
  }

  @Override
  public DataBatch newBatch() {
    return new Batch(db.newBatch());
  }

  @Override
  public void resetApplied(BinlogOffset offset) {
    db.resetApplied(offset);
  }

  @Override
  public void flushAll() {
    db.flushAll();
  }

  @Override
  public BinlogOffset checkpoint(Path folder) {
    return db.checkpoint(folder);
  }

  @Override
  public DbView view() {
    return db.view();
  }

  @Override
  public boolean sweep(long nowMs, int maxLooks) {
    return sweeper.step(nowMs, maxLooks);
  }

  @Override
  public void close() {
    db.close();
  }

  private record Batch(DbBatch batch) implements DataBatch {
    @Override
    public DbBatch.Outcome execute(Command.Write command, Args args, long nowMs)
        throws CommandException {
      return batch.execute(command, args, nowMs);
    }

    @Override
    public Reply read(Command.Read command, Args args, long nowMs) throws CommandException {
      return batch.read(command, args, nowMs);
    }

    @Override
    public Reply replay(Command.Write command, Args args, BinlogOffset end, long execTimeMs)
        throws CommandException {
      return batch.replay(command, args, end, execTimeMs);
    }

    @Override
    public void commit(BinlogOffset end) {
      batch.commit(end);
    }

    @Override
    public void close() {
      batch.close();
    }
  }
}
