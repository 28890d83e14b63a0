package io.pikareplica.repl;

import io.pikareplica.binlog.BinlogOffset;
import io.pikareplica.storage.DbOptions;
import io.pikareplica.storage.DbView;
import java.nio.file.Path;
import java.util.List;

/**
 * The data of one DB, as much of it as replication uses: {@link RocksData}, or a model in tests.
 * Belongs to the DB's worker but for {@link #view}. Failures are {@code StorageException}s.
 */
interface DbData extends AutoCloseable {
  /** Opens the data in a folder, creating it where there is none. */
  interface Opener {
    DbData open(Path folder, DbOptions options);
  }

  /** Per instance, END of the last item whose changes it holds. */
  List<BinlogOffset> applied();

  DataBatch newBatch();

  /** Declares the data to stand at an offset, whatever it stood at before. */
  void resetApplied(BinlogOffset offset);

  /** Removes every record; the applied offsets stay. */
  void flushAll();

  /** Writes a checkpoint into a folder that does not exist and tells the offset it belongs to. */
  BinlogOffset checkpoint(Path folder);

  /** The data as it stands, for reading. Any thread; close waits for it. */
  DbView view();

  /**
   * Removes a little of what had expired at a time.
   *
   * @return whether a round through the data has ended
   */
  boolean sweep(long nowMs, int maxLooks);

  @Override
  void close();
}
