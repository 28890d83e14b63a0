package io.pikareplica.storage;

import io.pikareplica.binlog.BinlogOffset;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * One DB ({@code db0} …): its RocksDB instances and the commands on them. Reads run on any thread
 * through {@link #view()}; batches, and close, belong to the DB's worker.
 */
public final class PikaDb implements AutoCloseable {
  /** Reads take a moment each; whoever holds a view longer is stuck. */
  private static final Duration VIEWS_MUST_END = Duration.ofSeconds(30);

  private final DbOptions options;
  private final List<Instance> instances;
  private final ViewLeases leases = new ViewLeases();
  private final VersionClock versions = new VersionClock(System::currentTimeMillis);

  /** Owner thread only. */
  private boolean closed;

  private PikaDb(DbOptions options, List<Instance> instances) {
    this.options = options;
    this.instances = instances;
  }

  /**
   * Opens the DB in a folder, creating it where there is none.
   *
   * @throws StorageException when an instance does not open, is in use, or was made with another
   *     {@code db-instance-num} or {@code default-slot-num}; nothing stays open then
   */
  public static PikaDb open(Path folder, DbOptions options) {
    List<Instance> instances = new ArrayList<>();
    try {
      for (int i = 0; i < options.instanceCount(); i++) {
        instances.add(Instance.open(folder.resolve(Integer.toString(i)), i, options));
      }
    } catch (RuntimeException e) {
      instances.forEach(Instance::close);
      throw e;
    }
    return new PikaDb(options, List.copyOf(instances));
  }

  /**
   * The DB as it stands now, for one reading command. Any thread; close waits for it.
   *
   * @throws StorageException when the DB is closed
   */
  public DbView view() {
    return new DbView(this, leases, System.currentTimeMillis());
  }

  /** An empty batch. */
  public DbBatch newBatch() {
    return new DbBatch(this);
  }

  /** Per instance, END of the last item whose changes it holds. Owner thread only. */
  public List<BinlogOffset> applied() {
    return instances.stream().map(Instance::applied).toList();
  }

  /**
   * Declares the data to stand at an offset, whatever it stood at before: the binlog begins anew
   * there. Owner thread only.
   *
   * @throws StorageException when an instance refused
   */
  public void resetApplied(BinlogOffset offset) {
    instances.forEach(instance -> instance.resetApplied(offset));
  }

  /**
   * Removes every record; the applied offsets stay. For a FLUSHALL that another DB's binlog holds.
   * Owner thread only, with no batch open.
   *
   * @throws StorageException when an instance refused
   */
  public void flushAll() {
    instances.forEach(instance -> instance.flush(instance.applied()));
  }

  /**
   * Writes a checkpoint, in our layout, of hard links where the file system allows: instance i into
   * {@code folder/i}. Flushes what is in memory and waits for it. Owner thread only.
   *
   * @param folder must not exist; on failure the caller removes what is there
   * @return the applied offset that the checkpoint belongs to
   * @throws StorageException when an instance refused
   */
  public BinlogOffset checkpoint(Path folder) {
    BinlogOffset offset = instances.get(0).applied();
    for (Instance instance : instances) {
      if (!instance.applied().equals(offset)) {
        throw new StorageException(
            "no checkpoint of instances at different offsets " + applied() + " is possible");
      }
    }
    try {
      Files.createDirectory(folder);
    } catch (IOException e) {
      throw new StorageException("cannot create " + folder + ": " + e.getMessage(), e);
    }
    for (int i = 0; i < instances.size(); i++) {
      instances.get(i).checkpoint(folder.resolve(Integer.toString(i)));
    }
    return offset;
  }

  public DbOptions options() {
    return options;
  }

  List<Instance> instances() {
    return instances;
  }

  VersionClock versions() {
    return versions;
  }

  /**
   * Waits for the views that are open, then closes all instances. No batch may be open. Closing
   * again does nothing.
   *
   * @throws StorageException when views stay open for too long, or the thread is interrupted: the
   *     instances stay open then, no view is given any more, and close may be tried again
   */
  @Override
  public void close() {
    close(VIEWS_MUST_END);
  }

  void close(Duration viewsMustEnd) {
    if (closed) {
      return;
    }
    int out = leases.close(viewsMustEnd);
    if (out > 0) {
      throw new StorageException(
          "cannot close " + instances.get(0).folder().getParent() + ": " + out + " reads go on");
    }
    closed = true;
    instances.forEach(Instance::close);
  }
}
