package io.pikareplica.storage;

import java.util.ArrayList;
import java.util.List;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Snapshot;

/**
 * One DB as it stands for one reading command. An instance is looked at through a snapshot taken
 * when it is first asked for, so a key's meta record and rows belong together. Used by one thread,
 * closed by it.
 */
public final class DbView implements ReadContext, AutoCloseable {
  private final PikaDb db;
  private final long nowMs;
  private final SnapshotRows[] rows;
  private final ViewLeases leases;
  private final int lease;
  private boolean closed;
  private int hits;
  private int misses;

  DbView(PikaDb db, ViewLeases leases, long nowMs) {
    this.db = db;
    this.leases = leases;
    this.nowMs = nowMs;
    this.rows = new SnapshotRows[db.instances().size()];
    lease = leases.take();
  }

  @Override
  public Rows rows(byte[] key) {
    return rows(KeySlots.instanceOf(key, db.options()));
  }

  @Override
  public List<Rows> allRows() {
    List<Rows> all = new ArrayList<>();
    for (int i = 0; i < rows.length; i++) {
      all.add(rows(i));
    }
    return all;
  }

  private Rows rows(int instance) {
    if (closed) {
      throw new IllegalStateException("the view is closed");
    }
    if (rows[instance] == null) {
      rows[instance] = new SnapshotRows(db.instances().get(instance));
    }
    return rows[instance];
  }

  @Override
  public long nowMs() {
    return nowMs;
  }

  @Override
  public void looked(boolean isThere) {
    if (isThere) {
      hits++;
    } else {
      misses++;
    }
  }

  /** How often a key that was looked for was there. */
  public int hits() {
    return hits;
  }

  /** How often it was not. */
  public int misses() {
    return misses;
  }

  /** How the instances are now, in their order. May take a millisecond each. */
  public List<InstanceStatistics> statistics() {
    List<InstanceStatistics> all = new ArrayList<>();
    for (int i = 0; i < rows.length; i++) {
      all.add(InstanceStatistics.of(i, db.instances().get(i)));
    }
    return all;
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    for (SnapshotRows opened : rows) {
      if (opened != null) {
        opened.close();
      }
    }
    leases.giveBack(lease);
  }

  private static final class SnapshotRows implements Rows {
    private final Instance instance;
    private final Snapshot snapshot;
    private final ReadOptions readOptions;

    SnapshotRows(Instance instance) {
      this.instance = instance;
      snapshot = instance.rocks().getSnapshot();
      readOptions = new ReadOptions().setSnapshot(snapshot);
    }

    @Override
    public byte[] get(Family family, byte[] key) {
      try {
        return instance.rocks().get(instance.handle(family), readOptions, key);
      } catch (RocksDBException e) {
        throw instance.failed("read", e);
      }
    }

    @Override
    public RowIterator ascending(Family family, byte[] from, byte[] to) {
      return NativeRowIterator.ascending(iterator(family), from, to);
    }

    @Override
    public RowIterator descending(Family family, byte[] from, byte[] to) {
      return NativeRowIterator.descending(iterator(family), from, to);
    }

    private RocksIterator iterator(Family family) {
      return instance.rocks().newIterator(instance.handle(family), readOptions);
    }

    void close() {
      readOptions.close();
      instance.rocks().releaseSnapshot(snapshot);
      snapshot.close();
    }
  }
}
