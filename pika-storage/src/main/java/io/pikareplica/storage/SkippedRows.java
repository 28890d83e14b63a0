package io.pikareplica.storage;

/**
 * Stands in for an instance that holds an item's changes already, when the item is replayed for the
 * sake of another instance: what is written to it is dropped.
 */
record SkippedRows(MutableRows rows) implements MutableRows {
  @Override
  public byte[] get(Family family, byte[] key) {
    return rows.get(family, key);
  }

  @Override
  public RowIterator ascending(Family family, byte[] from, byte[] to) {
    return rows.ascending(family, from, to);
  }

  @Override
  public RowIterator descending(Family family, byte[] from, byte[] to) {
    return rows.descending(family, from, to);
  }

  @Override
  public void put(Family family, byte[] key, byte[] value) {
    // the instance has it
  }

  @Override
  public void delete(Family family, byte[] key) {
    // the instance has done it
  }
}
