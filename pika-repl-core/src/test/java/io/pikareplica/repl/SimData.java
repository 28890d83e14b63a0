package io.pikareplica.repl;

import io.pikareplica.binlog.BinlogOffset;
import io.pikareplica.storage.Args;
import io.pikareplica.storage.Command;
import io.pikareplica.storage.DbBatch;
import io.pikareplica.storage.DbOptions;
import io.pikareplica.storage.DbView;
import io.pikareplica.storage.Reply;
import io.pikareplica.storage.StorageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/** The model storage of one DB: what {@link RocksData} promises, on a simulated disk. */
final class SimData implements DbData {
  /** Now and then a memtable is full and its content forced to disk. */
  private static final int FLUSH_ONE_IN = 12;

  private final DbOptions options;
  private final RandomGenerator random;
  private final List<SimLog> instances = new ArrayList<>();
  private boolean isClosed;

  private SimData(DbOptions options, RandomGenerator random) {
    this.options = options;
    this.random = random;
  }

  static SimData open(Path folder, DbOptions options, RandomGenerator random) {
    SimData data = new SimData(options, random);
    try {
      for (int i = 0; i < options.instanceCount(); i++) {
        data.instances.add(SimLog.open(folder.resolve(Integer.toString(i))));
      }
    } catch (IOException e) {
      data.close();
      throw new StorageException("cannot open " + folder + ": " + e.getMessage(), e);
    }
    return data;
  }

  boolean isClosed() {
    return isClosed;
  }

  SimKeys keys(int instance) {
    return instances.get(instance).keys();
  }

  long[] digests() {
    return instances.stream().mapToLong(instance -> instance.keys().digest()).toArray();
  }

  BinlogOffset applied(int instance) {
    return instances.get(instance).applied();
  }

  @Override
  public List<BinlogOffset> applied() {
    return instances.stream().map(SimLog::applied).toList();
  }

  @Override
  public DataBatch newBatch() {
    return new Batch();
  }

  @Override
  public void resetApplied(BinlogOffset offset) {
    instances.forEach(instance -> append(instance, "", offset, options.syncWal()));
  }

  @Override
  public void flushAll() {
    instances.forEach(instance -> append(instance, "F\n", instance.applied(), true));
  }

  private static void append(SimLog instance, String changes, BinlogOffset end, boolean force) {
    try {
      instance.append(changes, end, force);
    } catch (IOException e) {
      throw new StorageException("cannot write: " + e.getMessage(), e);
    }
  }

  @Override
  public BinlogOffset checkpoint(Path folder) {
    throw new UnsupportedOperationException();
  }

  @Override
  public DbView view() {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean sweep(long nowMs, int maxLooks) {
    return true;
  }

  @Override
  public void close() {
    isClosed = true;
    try {
      for (SimLog instance : instances) {
        instance.close();
      }
    } catch (IOException e) {
      throw new StorageException("cannot close: " + e.getMessage(), e);
    }
  }

  /** Brings a fetched snapshot to where it can be opened; done twice it does no harm. */
  static void importSnapshot(Path folder, DbOptions options, BinlogOffset offset)
      throws IOException {
    for (int i = 0; i < options.instanceCount(); i++) {
      Path instance = folder.resolve(Integer.toString(i));
      if (!Files.exists(SimLog.file(instance))) {
        throw new IOException("instance " + i + " is missing");
      }
      try (SimLog log = SimLog.open(instance)) {
        if (!log.applied().equals(offset)) {
          log.append("", offset, true);
        }
      }
    }
  }

  private final class Batch implements DataBatch {
    private final SimKeys[] changed = new SimKeys[instances.size()];

    @Override
    public DbBatch.Outcome execute(Command.Write command, Args args, long nowMs) {
      SimKeys.run(args, changed.length, this::pending);
      return new DbBatch.Outcome(Reply.OK, List.of(args));
    }

    @Override
    public Reply read(Command.Read command, Args args, long nowMs) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Reply replay(Command.Write command, Args args, BinlogOffset end, long execTimeMs) {
      SimKeys.run(
          args, changed.length, i -> end.isAfter(instances.get(i).applied()) ? pending(i) : null);
      return Reply.OK;
    }

    private SimKeys pending(int instance) {
      if (changed[instance] == null) {
        changed[instance] = new SimKeys(instances.get(instance).keys());
      }
      return changed[instance];
    }

    @Override
    public void commit(BinlogOffset end) {
      for (int i = 0; i < changed.length; i++) {
        SimLog instance = instances.get(i);
        if (end.isAfter(instance.applied())) {
          boolean force = options.syncWal() || random.nextInt(FLUSH_ONE_IN) == 0;
          append(instance, changed[i] == null ? "" : changed[i].changes(), end, force);
        }
      }
    }

    @Override
    public void close() {
      // what was not committed leaves no trace
    }
  }
}
