package io.pikareplica.storage;

/**
 * How one DB lies on disk and how much memory it may take.
 *
 * @param instanceCount {@code db-instance-num}: RocksDB instances of a DB; 1 or more
 * @param slotCount {@code default-slot-num}: hash slots that keys are dealt to instances by; must
 *     be the master's, which never says so on the wire (H-1)
 * @param writeBufferBytes memtable of one instance, all families together
 * @param compression whether SST files are snappy compressed
 * @param syncWal whether a commit waits for the disk ({@code fsync : always})
 */
public record DbOptions(
    int instanceCount, int slotCount, long writeBufferBytes, boolean compression, boolean syncWal) {
  public static final DbOptions DEFAULT = new DbOptions(3, 1024, 64L << 20, true, false);

  public DbOptions {
    if (instanceCount < 1 || slotCount < 1) {
      throw new IllegalArgumentException(
          "db-instance-num "
              + instanceCount
              + " and default-slot-num "
              + slotCount
              + " must be 1 or more");
    }
  }
}
