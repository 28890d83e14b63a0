package io.pikareplica.storage;

import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WriteBatchWithIndex;

/** The pending changes of one instance on top of what it holds. Owned by the DB's worker. */
final class PendingRows implements MutableRows, AutoCloseable {
  private final Instance instance;
  private final WriteBatchWithIndex batch = new WriteBatchWithIndex(true);
  private final ReadOptions readOptions = new ReadOptions();

  PendingRows(Instance instance) {
    this.instance = instance;
  }

  WriteBatchWithIndex batch() {
    return batch;
  }

  @Override
  public byte[] get(Family family, byte[] key) {
    try {
      return batch.getFromBatchAndDB(instance.rocks(), instance.handle(family), readOptions, key);
    } catch (RocksDBException e) {
      throw instance.failed("read", e);
    }
  }

  @Override
  public void put(Family family, byte[] key, byte[] value) {
    try {
      batch.put(instance.handle(family), key, value);
    } catch (RocksDBException e) {
      throw instance.failed("write", e);
    }
  }

  @Override
  public void delete(Family family, byte[] key) {
    try {
      batch.delete(instance.handle(family), key);
    } catch (RocksDBException e) {
      throw instance.failed("write", e);
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
    var handle = instance.handle(family);
    return batch.newIteratorWithBase(
        handle, instance.rocks().newIterator(handle, readOptions), readOptions);
  }

  @Override
  public void close() {
    readOptions.close();
    batch.close();
  }
}
