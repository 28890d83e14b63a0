package io.pikareplica.storage;

import java.util.Arrays;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;

/** A RocksDB iterator kept inside {@code [from, to)}. */
final class NativeRowIterator implements RowIterator {
  private final RocksIterator rows;
  private final byte[] bound;
  private final boolean descending;
  private byte[] key;

  private NativeRowIterator(RocksIterator rows, byte[] bound, boolean descending) {
    this.rows = rows;
    this.bound = bound;
    this.descending = descending;
  }

  static NativeRowIterator ascending(RocksIterator rows, byte[] from, byte[] to) {
    rows.seek(from);
    NativeRowIterator iterator = new NativeRowIterator(rows, to, false);
    iterator.load();
    return iterator;
  }

  static NativeRowIterator descending(RocksIterator rows, byte[] from, byte[] to) {
    rows.seekForPrev(to);
    if (rows.isValid() && Arrays.equals(rows.key(), to)) {
      rows.prev();
    }
    NativeRowIterator iterator = new NativeRowIterator(rows, from, true);
    iterator.load();
    return iterator;
  }

  /** Moves an ascending walk to the first row from a key on. */
  void seek(byte[] to) {
    rows.seek(to);
    load();
  }

  private void load() {
    key = null;
    if (!rows.isValid()) {
      try {
        rows.status();
      } catch (RocksDBException e) {
        throw new StorageException("cannot read on: " + e.getMessage(), e);
      }
      return;
    }
    byte[] found = rows.key();
    int order = Arrays.compareUnsigned(found, bound);
    if (descending ? order >= 0 : order < 0) {
      key = found;
    }
  }

  @Override
  public boolean isValid() {
    return key != null;
  }

  @Override
  public void next() {
    if (descending) {
      rows.prev();
    } else {
      rows.next();
    }
    load();
  }

  @Override
  public byte[] key() {
    return key;
  }

  @Override
  public byte[] value() {
    return rows.value();
  }

  @Override
  public void close() {
    rows.close();
  }
}
