package io.pikareplica.storage;

import java.util.zip.CRC32;

/**
 * Deals keys to the instances of a DB (src/pstd/src/pika_codis_slot.cc). An empty hash tag counts:
 * unlike in Redis, all keys with {@code {}} share slot 0.
 */
final class KeySlots {
  private KeySlots() {}

  static int instanceOf(byte[] key, DbOptions options) {
    return slotOf(key, options.slotCount()) % options.instanceCount();
  }

  static int slotOf(byte[] key, int slotCount) {
    int from = indexOf(key, (byte) '{', 0);
    int to = from < 0 ? -1 : indexOf(key, (byte) '}', from + 1);
    CRC32 crc = new CRC32();
    if (to < 0) {
      crc.update(key);
    } else {
      crc.update(key, from + 1, to - from - 1);
    }
    return (int) (crc.getValue() % slotCount);
  }

  private static int indexOf(byte[] key, byte wanted, int from) {
    for (int i = from; i < key.length; i++) {
      if (key[i] == wanted) {
        return i;
      }
    }
    return -1;
  }
}
