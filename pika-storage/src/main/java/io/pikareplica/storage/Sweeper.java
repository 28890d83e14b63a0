package io.pikareplica.storage;

import io.pikareplica.storage.codec.DataType;
import io.pikareplica.storage.codec.KeyFormat;
import io.pikareplica.storage.codec.MetaRecord;
import io.pikareplica.storage.codec.StreamId;
import io.pikareplica.storage.codec.StreamMeta;
import java.util.Arrays;
import java.util.Optional;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;

/**
 * Removes what nobody sees any more: expired strings, rows of earlier lives of a key, and the
 * records of emptied or expired collections once their rows are gone. Pika does it in compaction
 * filters, which cannot be written in Java. Changes nothing that a reader could see and moves no
 * offset. Owned by the DB's worker, which runs it in small steps when it has nothing else to do.
 *
 * <p>A round goes through the instances; in each first through the data families, then through the
 * records, so that a record goes only after its rows.
 */
public final class Sweeper {
  /** Data families in the order of a round, then the records. */
  private static final Family[] ORDER = {
    Family.HASH, Family.SET, Family.LIST, Family.ZSET, Family.ZSET_SCORE, Family.STREAM, Family.META
  };

  private static final byte[] START = {};
  private static final int VERSION_BYTES = Long.BYTES;

  private final PikaDb db;
  private final long graceMs;
  private int instance;
  private int family;
  private byte[] from = START;
  private long removed;

  /**
   * @param graceMs how long something must be expired; on a replica at least the largest delay
   *     behind the master that is to be borne, since an item under way may still make a key persist
   */
  public Sweeper(PikaDb db, long graceMs) {
    this.db = db;
    this.graceMs = graceMs;
  }

  /**
   * Does a little.
   *
   * @param nowMs the clock, ms since 1970
   * @param maxLooks how many records or row groups to look at, 1 or more; each takes a few µs
   * @return whether a round came to its end
   * @throws StorageException when an instance refused
   */
  public boolean step(long nowMs, int maxLooks) {
    int looks = 0;
    while (looks < maxLooks) {
      Family current = ORDER[family];
      Slice slice = new Slice(db.instances().get(instance), current, nowMs - graceMs);
      looks += slice.run(from, maxLooks - looks);
      removed += slice.removed;
      from = slice.next;
      if (slice.isAtEnd && advance()) {
        return true;
      }
    }
    return false;
  }

  /** To the next family; true after the last of the last instance. */
  private boolean advance() {
    from = START;
    family++;
    if (family == ORDER.length) {
      family = 0;
      instance = (instance + 1) % db.instances().size();
      return instance == 0;
    }
    return false;
  }

  /** Records and row groups removed since the start. */
  public long removed() {
    return removed;
  }

  /** A stretch of one family of one instance. */
  private static final class Slice {
    private final Instance instance;
    private final Family family;
    private final long expiredBeforeMs;
    private byte[] next = START;
    private boolean isAtEnd;
    private long removed;

    Slice(Instance instance, Family family, long expiredBeforeMs) {
      this.instance = instance;
      this.family = family;
      this.expiredBeforeMs = expiredBeforeMs;
    }

    /** Looks at no more than {@code maxLooks}; gives how many it was, at least one. */
    int run(byte[] from, int maxLooks) {
      next = from;
      int looks = 0;
      try (WriteBatch garbage = new WriteBatch();
          RowIterator rows = open(from)) {
        while (looks < maxLooks && rows.isValid()) {
          looks++;
          look(rows, garbage);
        }
        isAtEnd = !rows.isValid();
        if (garbage.count() > 0) {
          instance.writeUnlogged(garbage);
        }
      } catch (RocksDBException e) {
        throw instance.failed("sweep", e);
      }
      return Math.max(looks, 1);
    }

    private RowIterator open(byte[] from) {
      return NativeRowIterator.ascending(
          instance.rocks().newIterator(instance.handle(family)), from, KeyFormat.afterAll());
    }

    /** Looks at the row, or the rows of one key and version, and moves on. */
    private void look(RowIterator rows, WriteBatch garbage) throws RocksDBException {
      byte[] row = rows.key();
      int end = userKeyEnd(row);
      if (end < 0 || (family != Family.META && row.length < end + VERSION_BYTES)) {
        moveOn(rows, Arrays.copyOf(row, row.length + 1)); // not one of ours; leave it
      } else if (family == Family.META) {
        if (isDeadRecord(row, rows.value(), end)) {
          garbage.delete(instance.handle(Family.META), row);
          removed++;
        }
        moveOn(rows, Arrays.copyOf(row, row.length + 1));
      } else {
        byte[] prefix = Arrays.copyOf(row, end + VERSION_BYTES);
        byte[] behind = KeyFormat.after(prefix);
        if (isGarbage(row, end)) {
          garbage.deleteRange(instance.handle(family), prefix, behind);
          removed++;
        }
        moveOn(rows, behind);
      }
    }

    private void moveOn(RowIterator rows, byte[] to) {
      next = to;
      ((NativeRowIterator) rows).seek(to);
    }

    private static int userKeyEnd(byte[] row) {
      try {
        return KeyFormat.userKeyEnd(row);
      } catch (IllegalArgumentException e) {
        return -1;
      }
    }

    /** The rule of Pika's data filters (S/base_filter.h), and rows of emptied collections. */
    private boolean isGarbage(byte[] row, int userKeyEnd) {
      byte[] userKey = KeyFormat.userKeyOf(row);
      byte[] bytes = instance.get(Family.META, KeyFormat.meta(userKey));
      if (bytes == null) {
        return !hasForeignRecord(row, userKeyEnd);
      }
      Optional<MetaRecord> record = MetaRecord.decode(bytes);
      if (record.isEmpty()) {
        return false;
      }
      long version =
          family == Family.LIST || family == Family.ZSET_SCORE
              ? KeyFormat.orderedVersionAt(row, userKeyEnd)
              : KeyFormat.versionAt(row, userKeyEnd);
      return record.get().type() != typeOf(family)
          || Long.compareUnsigned(version, record.get().version()) < 0
          || !record.get().isLive(expiredBeforeMs);
    }

    /** Whether Pika has written a record with a tail of garbage for this key (H-4). */
    private boolean hasForeignRecord(byte[] row, int userKeyEnd) {
      byte[] prefix = Arrays.copyOf(row, userKeyEnd);
      try (RowIterator records =
          NativeRowIterator.ascending(
              instance.rocks().newIterator(instance.handle(Family.META)),
              prefix,
              KeyFormat.after(prefix))) {
        return records.isValid();
      }
    }

    private boolean isDeadRecord(byte[] row, byte[] value, int userKeyEnd) {
      Optional<MetaRecord> record = MetaRecord.decode(value);
      if (record.isEmpty() || record.get().isLive(expiredBeforeMs)) {
        return false;
      }
      return switch (record.get().type()) {
        case STRING -> true;
        case HASH, SET, LIST, ZSET -> hasNoRows(row, userKeyEnd, record.get().type());
        // one that XDEL has emptied still exists for clients
        case STREAM ->
            ((StreamMeta) record.get()).last().equals(StreamId.MIN)
                && hasNoRows(row, userKeyEnd, DataType.STREAM);
      };
    }

    private boolean hasNoRows(byte[] row, int userKeyEnd, DataType type) {
      byte[] prefix = Arrays.copyOf(row, userKeyEnd);
      for (Family data : ORDER) {
        if (data != Family.META && typeOf(data) == type) {
          try (RowIterator rows =
              NativeRowIterator.ascending(
                  instance.rocks().newIterator(instance.handle(data)),
                  prefix,
                  KeyFormat.after(prefix))) {
            if (rows.isValid()) {
              return false;
            }
          }
        }
      }
      return true;
    }

    private static DataType typeOf(Family family) {
      return switch (family) {
        case HASH -> DataType.HASH;
        case SET -> DataType.SET;
        case LIST -> DataType.LIST;
        case ZSET, ZSET_SCORE -> DataType.ZSET;
        case STREAM -> DataType.STREAM;
        case META, REPLICA_STATE -> throw new IllegalArgumentException(family + " holds no rows");
      };
    }
  }
}
