package io.pikareplica.storage.cmd;

import io.pikareplica.storage.Family;
import io.pikareplica.storage.ReadContext;
import io.pikareplica.storage.RowIterator;
import io.pikareplica.storage.Rows;
import io.pikareplica.storage.codec.KeyFormat;
import io.pikareplica.storage.codec.MetaRecord;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A walk over the live keys of a DB: instance after instance, in key order inside each. Used by one
 * thread, closed by it before it changes anything.
 */
final class KeyWalk implements AutoCloseable {
  private final long nowMs;
  private final List<? extends Rows> instances;
  private int instance;
  private RowIterator rows;
  private byte[] rowKey;
  private byte[] key;
  private MetaRecord record;
  private Optional<MetaRecord> anyRecord = Optional.empty();

  private KeyWalk(ReadContext context, int instance, byte[] from) {
    nowMs = context.nowMs();
    instances = context.allRows();
    this.instance = instance;
    open(from);
  }

  /** Over all keys. */
  static KeyWalk of(ReadContext context) {
    return from(context, 0, new byte[0]);
  }

  /** From a row of an instance on; it need not be there any more. */
  static KeyWalk from(ReadContext context, int instance, byte[] rowKey) {
    return new KeyWalk(context, instance, rowKey);
  }

  private void open(byte[] from) {
    rows = instances.get(instance).ascending(Family.META, from, KeyFormat.afterAll());
  }

  /** Moves to the next live key; false at the end. */
  boolean next() {
    while (hasRow()) {
      if (step()) {
        return true;
      }
    }
    return false;
  }

  /** Whether there is a row left to {@link #step} over. */
  boolean hasRow() {
    while (!rows.isValid()) {
      if (instance + 1 == instances.size()) {
        return false;
      }
      rows.close();
      instance++;
      open(new byte[0]);
    }
    return true;
  }

  /** Takes one row, which {@link #hasRow()} has promised; true when it is a live key's. */
  boolean step() {
    rowKey = rows.key();
    key = KeyFormat.userKeyOf(rowKey);
    // A key with a zero byte inside is written by Pika with a tail of garbage, and found by nobody
    anyRecord =
        Arrays.equals(KeyFormat.meta(key), rowKey)
            ? MetaRecord.decode(rows.value())
            : Optional.empty();
    Optional<MetaRecord> live = anyRecord.filter(found -> found.isLive(nowMs));
    live.ifPresent(found -> record = found);
    rows.next();
    return live.isPresent();
  }

  byte[] key() {
    return key;
  }

  MetaRecord record() {
    return record;
  }

  /** The record of the row that was taken last, dead or alive; empty where it is no key's. */
  Optional<MetaRecord> anyRecord() {
    return anyRecord;
  }

  /** The instance of the row that comes next; only while {@link #hasRow()}. */
  int nextInstance() {
    return instance;
  }

  /** The row that comes next; only while {@link #hasRow()}. */
  byte[] nextRow() {
    return rows.key();
  }

  @Override
  public void close() {
    rows.close();
  }
}
