package io.pikareplica.repl.sim;

import java.util.Arrays;
import java.util.random.RandomGenerator;

/** The bytes of a file: as written, and as they would be found after a power loss. */
final class SimFile extends SimNode {
  /** What a disk writes whole or not at all. */
  private static final int SECTOR_BYTES = 512;

  private byte[] written = new byte[64];
  private int length;
  private byte[] durable = {};
  private int durableLength;
  private int dirtyFrom = Integer.MAX_VALUE;
  private int dirtyTo;

  SimFile(long id, long modifiedMs) {
    super(id, modifiedMs);
  }

  int length() {
    return length;
  }

  int read(long at, byte[] to, int count) {
    if (at >= length) {
      return -1;
    }
    int read = (int) Math.min(count, length - at);
    System.arraycopy(written, (int) at, to, 0, read);
    return read;
  }

  void write(int at, byte[] bytes, int count) {
    int end = at + count;
    if (end > written.length) {
      written = Arrays.copyOf(written, Math.max(end, 2 * written.length));
    }
    if (at > length) {
      Arrays.fill(written, length, at, (byte) 0);
      dirty(length, at);
    }
    System.arraycopy(bytes, 0, written, at, count);
    length = Math.max(length, end);
    dirty(at, end);
  }

  void truncate(int to) {
    if (to < length) {
      dirty(to, length);
      length = to;
    }
  }

  private void dirty(int from, int to) {
    dirtyFrom = Math.min(dirtyFrom, from);
    dirtyTo = Math.max(dirtyTo, to);
  }

  void force() {
    if (isForced()) {
      return;
    }
    if (durable.length < length) {
      durable = Arrays.copyOf(durable, written.length);
    }
    int to = Math.min(dirtyTo, length);
    if (dirtyFrom < to) {
      System.arraycopy(written, dirtyFrom, durable, dirtyFrom, to - dirtyFrom);
    }
    durableLength = length;
    dirtyFrom = Integer.MAX_VALUE;
    dirtyTo = 0;
  }

  private boolean isForced() {
    return durableLength == length && dirtyFrom >= dirtyTo;
  }

  /**
   * Loses some, all or nothing of what was not forced.
   *
   * @param bySector whether any of the unforced sectors may have reached the disk; otherwise a file
   *     loses its newest bytes only
   */
  void powerLoss(RandomGenerator random, boolean bySector) {
    if (!isForced()) {
      switch (random.nextInt(bySector ? 4 : 3)) {
        case 0 -> keepFirst(dirtyFrom);
        case 1 -> keepFirst(dirtyTo);
        case 2 -> keepFirst(dirtyFrom + random.nextInt(dirtyTo - dirtyFrom + 1));
        default -> keepSectors(random);
      }
    }
    force();
  }

  /** Of the unforced bytes those in front of an offset reach the disk. */
  private void keepFirst(int to) {
    int newLength =
        length >= durableLength ? Math.max(durableLength, Math.min(length, to)) : durableLength;
    if (to >= dirtyTo) {
      newLength = length;
    }
    byte[] result = Arrays.copyOf(durable, Math.max(newLength, 64));
    if (durableLength < newLength) {
      Arrays.fill(result, durableLength, newLength, (byte) 0);
    }
    int end = Math.min(to, Math.min(newLength, length));
    if (dirtyFrom < end) {
      System.arraycopy(written, dirtyFrom, result, dirtyFrom, end - dirtyFrom);
    }
    written = result;
    dirty(0, newLength);
    length = newLength;
  }

  private void keepSectors(RandomGenerator random) {
    int newLength = Math.max(durableLength, length);
    byte[] result = new byte[Math.max(newLength, 64)];
    System.arraycopy(durable, 0, result, 0, durableLength);
    for (int from = dirtyFrom; from < Math.min(dirtyTo, length); ) {
      int to = Math.min((from / SECTOR_BYTES + 1) * SECTOR_BYTES, Math.min(dirtyTo, length));
      if (random.nextBoolean()) {
        System.arraycopy(written, from, result, from, to - from);
      }
      from = to;
    }
    written = result;
    dirty(0, newLength);
    length = newLength;
  }
}
