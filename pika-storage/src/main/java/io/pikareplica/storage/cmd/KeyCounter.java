package io.pikareplica.storage.cmd;

import io.pikareplica.storage.ReadContext;
import io.pikareplica.storage.codec.DataType;
import io.pikareplica.storage.codec.MetaRecord;
import java.util.EnumMap;
import java.util.Map;

/**
 * Counts the keys of a DB by their types, as Pika does for {@code INFO keyspace 1}. In slices, each
 * on a view of its own, so that nothing has to wait for a long walk: keys that are written
 * meanwhile are counted or not. One thread.
 */
public final class KeyCounter {
  private static final byte[] START = {};

  /**
   * Of one type.
   *
   * @param keys that live
   * @param expires those of them that have an expiry
   * @param invalid records that nobody sees any more and that were not removed yet
   */
  public record Count(long keys, long expires, long invalid) {
    private static final Count NONE = new Count(0, 0, 0);

    private Count and(MetaRecord record, boolean isLive) {
      boolean hasExpiry = isLive && record.etimeMs() != MetaRecord.NO_EXPIRY;
      return new Count(
          keys + (isLive ? 1 : 0), expires + (hasExpiry ? 1 : 0), invalid + (isLive ? 0 : 1));
    }
  }

  private final Map<DataType, Count> counts = new EnumMap<>(DataType.class);
  private int instance;
  private byte[] from = START;

  /**
   * Takes the next rows.
   *
   * @param maxRows 1 or more; a million take about a second
   * @return whether that was the end
   */
  public boolean step(ReadContext context, int maxRows) {
    try (KeyWalk walk = KeyWalk.from(context, instance, from)) {
      for (int rows = 0; rows < maxRows && walk.hasRow(); rows++) {
        boolean isLive = walk.step();
        walk.anyRecord()
            .ifPresent(record -> counts.put(record.type(), of(record.type()).and(record, isLive)));
      }
      if (!walk.hasRow()) {
        return true;
      }
      instance = walk.nextInstance();
      from = walk.nextRow();
      return false;
    }
  }

  /** What was counted so far. */
  public Count of(DataType type) {
    return counts.getOrDefault(type, Count.NONE);
  }
}
