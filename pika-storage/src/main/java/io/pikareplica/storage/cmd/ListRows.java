package io.pikareplica.storage.cmd;

import io.pikareplica.storage.Family;
import io.pikareplica.storage.RowIterator;
import io.pikareplica.storage.Rows;
import io.pikareplica.storage.StorageException;
import io.pikareplica.storage.codec.KeyFormat;
import io.pikareplica.storage.codec.ListMeta;
import io.pikareplica.storage.codec.RowValue;
import java.util.ArrayList;
import java.util.List;

/**
 * The rows of one life of a list. Elements are named by their index on disk, which counts unsigned;
 * the first one is {@code left + 1}, the last one {@code right - 1}.
 */
final class ListRows {
  private final Rows rows;
  private final byte[] prefix;

  ListRows(Rows rows, byte[] key, ListMeta meta) {
    this.rows = rows;
    prefix = KeyFormat.orderedPrefix(key, meta.version());
  }

  byte[] rowKey(long index) {
    return KeyFormat.element(prefix, index);
  }

  /** The row as it is stored, suffix included. */
  byte[] stored(long index) {
    byte[] row = rows.get(Family.LIST, rowKey(index));
    if (row == null) {
      throw new StorageException("a list has no row " + Long.toUnsignedString(index));
    }
    return row;
  }

  byte[] element(long index) {
    return RowValue.decode(stored(index));
  }

  /** The elements of {@code [from, to)}, ascending or from the last one down. */
  RowIterator walk(long from, long to, boolean ascending) {
    return ascending
        ? rows.ascending(Family.LIST, rowKey(from), rowKey(to))
        : rows.descending(Family.LIST, rowKey(from), rowKey(to));
  }

  long indexOf(RowIterator walk) {
    return KeyFormat.elementIndexOf(prefix, walk.key());
  }

  List<byte[]> elements(long from, long to) {
    List<byte[]> elements = new ArrayList<>();
    try (RowIterator walk = walk(from, to, true)) {
      for (; walk.isValid(); walk.next()) {
        elements.add(RowValue.decode(walk.value()));
      }
    }
    return elements;
  }
}
