package io.pikareplica.repl;

import io.pikareplica.binlog.BinlogCorruptException;
import io.pikareplica.binlog.BinlogOffset;
import io.pikareplica.binlog.BinlogOffsetException;
import io.pikareplica.binlog.BinlogReader;
import io.pikareplica.binlog.BinlogWriter;
import io.pikareplica.binlog.MalformedItemException;
import io.pikareplica.storage.StorageException;
import java.io.IOException;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings data up to the end of the binlog after a crash: items that the binlog has and an instance
 * lacks are applied to it. A binlog that is shorter than the data stays so: what it lacks comes
 * again from the master, is appended, and skipped by the instances that hold it.
 */
final class Reconciliation {
  private static final Logger log = LoggerFactory.getLogger(Reconciliation.class);
  private static final long GROUP_BYTES = 256 * 1024;

  private final String db;
  private final DbData data;
  private final BinlogWriter binlog;
  private DataBatch batch;
  private BinlogOffset batchEnd;
  private long batchBytes;

  Reconciliation(String db, DbData data, BinlogWriter binlog) {
    this.db = db;
    this.data = data;
    this.binlog = binlog;
  }

  /**
   * Applies what is missing.
   *
   * @return why the data cannot be brought up to date from this binlog; empty when it was
   */
  Optional<String> run() throws IOException {
    BinlogOffset applied = DbFiles.lowest(data);
    BinlogOffset end = binlog.producer();
    if (!end.isAfter(applied)) {
      if (applied.isAfter(end)) {
        log.warn("db={} binlog ends at {}, before the data at {}", db, end, applied);
      }
      return Optional.empty();
    }
    log.info("db={} applying the binlog from {} to {}", db, applied, end);
    batchEnd = applied;
    try (BinlogReader reader = BinlogReader.open(binlog.directory(), applied, end)) {
      batch = data.newBatch();
      try {
        applyAll(reader, end);
      } finally {
        batch.close();
      }
      return Optional.empty();
    } catch (BinlogOffsetException | BinlogCorruptException | ReplicationException e) {
      return Optional.of(
          "the data stands at "
              + batchEnd
              + " and cannot be brought to the binlog's end at "
              + end
              + ": "
              + e.getMessage());
    }
  }

  private void applyAll(BinlogReader reader, BinlogOffset end)
      throws IOException, ReplicationException {
    while (true) {
      BinlogReader.Read read = reader.next(end);
      switch (read.kind()) {
        case ITEM -> apply(read);
        case PADDING ->
            throw LoggedCommand.refused(read.end(), "the binlog begins only there", null);
        case END, TORN_TAIL -> {
          commit();
          return;
        }
      }
    }
  }

  private void apply(BinlogReader.Read read) throws ReplicationException {
    if (read.start().filenum() != read.end().filenum()) {
      requireNothingBetween(read);
    }
    LoggedCommand command = LoggedCommand.decode(read.item(), read.end());
    if (command.isAlone()) {
      commit();
    }
    try {
      command.replay(batch);
    } catch (StorageException e) {
      throw e;
    } catch (RuntimeException e) {
      log.error("db={} end={} command=\"{}\" broke off", db, command.end(), command.args(), e);
      throw LoggedCommand.refused(command.end(), command.args() + ": " + e, e);
    }
    batchEnd = read.end();
    batchBytes += read.item().length;
    if (command.isAlone() || batchBytes >= GROUP_BYTES) {
      commit();
    }
  }

  /**
   * A file that was not forced may have lost its last items while the next one is whole: what an
   * item says of its own place tells.
   */
  private void requireNothingBetween(BinlogReader.Read read) throws ReplicationException {
    try {
      BinlogOffset place = LoggedCommand.placeOf(read.item());
      if (!place.equals(read.start())) {
        throw LoggedCommand.refused(
            read.end(),
            "it began at " + place + ", but the item before it ends at " + read.start(),
            null);
      }
    } catch (MalformedItemException e) {
      throw LoggedCommand.refused(read.end(), e.getMessage(), e);
    }
  }

  private void commit() {
    batch.commit(batchEnd);
    batch.close();
    batch = data.newBatch();
    batchBytes = 0;
  }
}
