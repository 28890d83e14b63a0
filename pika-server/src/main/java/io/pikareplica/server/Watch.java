package io.pikareplica.server;

import io.pikareplica.binlog.BinlogOffset;

/** One key that one client watches. */
final class Watch {
  /** Of this and its places in tables. */
  private static final long OVERHEAD_BYTES = 200;

  private final int db;
  private final String key;
  private final boolean isOnReplica;
  private final long roleChanges;
  private final BinlogOffset applied;
  private volatile boolean isTouched;

  /**
   * @param key each char a byte
   * @param isOnReplica whether this node was a replica then
   * @param roleChanges how often the role had changed then
   * @param applied what was applied then
   */
  Watch(int db, String key, boolean isOnReplica, long roleChanges, BinlogOffset applied) {
    this.db = db;
    this.key = key;
    this.isOnReplica = isOnReplica;
    this.roleChanges = roleChanges;
    this.applied = applied;
  }

  int db() {
    return db;
  }

  String key() {
    return key;
  }

  /** What it costs, about. */
  long bytes() {
    return OVERHEAD_BYTES + key.length();
  }

  void touch() {
    isTouched = true;
  }

  /**
   * Whether the key may have changed since. A client's write is seen key by key. What a master
   * sends is not: on a replica anything that the DB applied counts, and so does a change of the
   * role.
   */
  boolean isBroken(long roleChangesNow, BinlogOffset appliedNow) {
    return isTouched
        || roleChanges != roleChangesNow
        || (isOnReplica && !applied.equals(appliedNow));
  }
}
