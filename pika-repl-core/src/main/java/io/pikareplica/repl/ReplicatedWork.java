package io.pikareplica.repl;

import io.pikareplica.binlog.BinlogOffset;
import io.pikareplica.binlog.BinlogRecord;
import io.pikareplica.binlog.BlockFormat;
import io.pikareplica.binlog.MalformedItemException;
import io.pikareplica.repl.ReplicationException.Kind;
import io.pikareplica.storage.StorageException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes items of a master into one DB: checks that each follows the one before it, executes it,
 * appends it as received and commits. Frames that wait together become one append and one commit. A
 * bad item stops there: what came before it is kept, it and what follows leave no trace. Owned by
 * the DB's worker.
 */
final class ReplicatedWork {
  private static final Logger log = LoggerFactory.getLogger(ReplicatedWork.class);

  private final String db;
  private final DbStore store;
  private final LocalDb.Listener listener;
  private final FlushAll flushAll;
  private final Recheck recheck;

  ReplicatedWork(
      String db, DbStore store, LocalDb.Listener listener, FlushAll flushAll, Recheck recheck) {
    this.db = db;
    this.store = store;
    this.listener = listener;
    this.flushAll = flushAll;
    this.recheck = recheck;
  }

  /** What became of one batch. */
  private static final class Outcome {
    final ReplicatedBatch batch;
    Optional<ReplicationException> refusal = Optional.empty();

    /** Entries that were found good, from the first on. */
    int taken;

    Outcome(ReplicatedBatch batch) {
      this.batch = batch;
    }
  }

  /** Processes batches and tells the listener about each, in their order. */
  void run(List<ReplicatedBatch> batches) {
    List<Outcome> outcomes = batches.stream().map(Outcome::new).toList();
    try (Group group = new Group()) {
      for (Outcome outcome : outcomes) {
        outcome.refusal = group.take(outcome);
      }
      group.flush();
    } catch (ReplicationException e) {
      BinlogOffset reached = store.applied();
      for (Outcome outcome : outcomes) {
        if (outcome.refusal.isEmpty() && !endsBy(outcome.batch, reached)) {
          outcome.refusal = Optional.of(e);
        }
      }
    }
    outcomes.forEach(this::tell);
  }

  private static boolean endsBy(ReplicatedBatch batch, BinlogOffset reached) {
    return batch.entries().stream()
        .allMatch(entry -> entry.isPing() || !entry.end().isAfter(reached));
  }

  private void tell(Outcome outcome) {
    BinlogOffset first = null;
    BinlogOffset last = null;
    BinlogOffset reached = store.applied();
    for (ReplicatedBatch.Entry entry : outcome.batch.entries().subList(0, outcome.taken)) {
      if (entry.isPing()) {
        continue;
      }
      if (entry.end().isAfter(reached)) {
        break;
      }
      first = first == null ? entry.end() : first;
      last = entry.end();
    }
    if (last != null) {
      listener.applied(outcome.batch, first, last);
    } else if (outcome.refusal.isEmpty()) {
      listener.pinged(outcome.batch);
    }
    if (outcome.refusal.isPresent()) {
      listener.failed(outcome.batch, outcome.refusal.get());
    }
  }

  /** Batches that are appended and committed together, as far as their commands allow. */
  private final class Group implements AutoCloseable {
    private final List<LoggedCommand> executed = new ArrayList<>();
    private final List<BinlogRecord> records = new ArrayList<>();
    private DataBatch pending;

    Group() throws ReplicationException {
      pending = store.newBatch();
    }

    /**
     * Executes the items of a batch up to the first that is bad; what is there already is compared.
     *
     * @return why not all of it was executed
     * @throws ReplicationException STORAGE
     */
    Optional<ReplicationException> take(Outcome outcome) throws ReplicationException {
      for (ReplicatedBatch.Entry entry : outcome.batch.entries()) {
        try {
          if (!entry.isPing()) {
            take(entry);
          }
          outcome.taken++;
        } catch (ReplicationException e) {
          if (e.kind() == Kind.STORAGE) {
            throw e;
          }
          return Optional.of(e);
        }
      }
      return Optional.empty();
    }

    private void take(ReplicatedBatch.Entry entry) throws ReplicationException {
      if (recheck.isDue()) {
        recheck.compare(entry);
        return;
      }
      checkContinuity(end(), entry);
      LoggedCommand command = LoggedCommand.decode(entry.item(), entry.end());
      boolean isAlone = command.isAlone() || command.isFlushAll();
      if (isAlone) {
        flush();
      }
      if (command.isFlushAll()) {
        // before the item is in the binlog: once it is, the others are known to be empty
        flushAll.flushOthers(entry.end(), command.timeMs());
      }
      execute(command);
      executed.add(command);
      records.add(new BinlogRecord(entry.end(), entry.item()));
      if (isAlone) {
        flush();
      }
    }

    private void execute(LoggedCommand command) throws ReplicationException {
      try {
        command.replay(pending);
      } catch (StorageException e) {
        throw store.fail(e);
      } catch (RuntimeException e) {
        log.error("db={} end={} command=\"{}\" broke off", db, command.end(), command.args(), e);
        executeAgain();
        throw LoggedCommand.refused(command.end(), command.args() + ": " + e, e);
      }
    }

    /** A command broke off halfway: the batch holds what nobody can vouch for. */
    private void executeAgain() throws ReplicationException {
      restart();
      try {
        for (LoggedCommand command : executed) {
          command.replay(pending);
        }
      } catch (ReplicationException | RuntimeException e) {
        throw store.fail(e);
      }
    }

    void flush() throws ReplicationException {
      if (!records.isEmpty()) {
        store.append(records);
        store.commit(pending, end(), executed.get(executed.size() - 1).timeMs());
        records.clear();
        executed.clear();
        restart();
      }
    }

    private BinlogOffset end() {
      return records.isEmpty() ? store.received() : records.get(records.size() - 1).end();
    }

    private void restart() throws ReplicationException {
      pending.close();
      pending = store.newBatch();
    }

    @Override
    public void close() {
      pending.close();
    }
  }

  /** the item must end, by our own reckoning, where the master says it does. */
  private void checkContinuity(BinlogOffset at, ReplicatedBatch.Entry entry)
      throws ReplicationException {
    BinlogOffset end = entry.end();
    boolean rolls = end.filenum() == at.filenum() + 1;
    if (end.filenum() != at.filenum() && !rolls) {
      throw broken(at, end, "file " + Integer.toUnsignedString(end.filenum()) + " is not next");
    }
    if (rolls) {
      checkPlace(at, entry);
    }
    long computed = BlockFormat.endOf(rolls ? 0 : at.offset(), entry.item().length);
    if (computed != end.offset()) {
      throw broken(
          at, end, "an item of " + entry.item().length + " bytes would end at " + computed);
    }
    if (store.received().compareTo(store.highest()) < 0) {
      checkAgainstData(at, end);
    }
  }

  /**
   * The first item of a file ends at the same offset whatever is missing at the end of the file
   * before: there only its header tells where it began.
   */
  private void checkPlace(BinlogOffset at, ReplicatedBatch.Entry entry)
      throws ReplicationException {
    BinlogOffset place;
    try {
      place = LoggedCommand.placeOf(entry.item());
    } catch (MalformedItemException e) {
      throw LoggedCommand.refused(entry.end(), "it holds no command: " + e.getMessage(), e);
    }
    if (!place.equals(at)) {
      throw broken(at, entry.end(), "it began at " + place);
    }
  }

  /**
   * After a power loss the data may be ahead of the binlog. What it lacks comes again; that it is
   * the same shows where the data stands: an item must end there.
   */
  private void checkAgainstData(BinlogOffset at, BinlogOffset end) throws ReplicationException {
    for (BinlogOffset applied : store.appliedByInstance()) {
      if (applied.isAfter(at) && end.isAfter(applied)) {
        throw broken(at, end, "the data stands at " + applied + ", where no item ends");
      }
    }
  }

  private ReplicationException broken(BinlogOffset at, BinlogOffset end, String why) {
    return new ReplicationException(
        Kind.CONTINUITY,
        db + ": the item announced to end at " + end + " does not follow " + at + ": " + why);
  }
}
