package io.pikareplica.repl;

/**
 * What the state machine knows of one DB.
 *
 * @param sync how far a full sync is on this side
 * @param sessionId as the master gave it; of meaning in {@link ReplState#WAIT_DB_SYNC} and {@link
 *     ReplState#CONNECTED}
 * @param sinceMs when {@code state} was entered
 * @param nextTryMs not before then will TRY_CONNECT, TRY_DB_SYNC or ERROR go on
 * @param failures in a row; sets the next pause
 * @param misfits how often in a row the master's items did not follow ours
 * @param drainId of the wait for the worker that is under way; 0 for none
 * @param syncId of the full sync that is under way; 0 for none
 * @param fullSyncReason why this DB must be fetched whole; empty when it need not
 * @param error what a person must know; empty for nothing. Stays until the DB is well again
 */
record DbLink(
    String name,
    ReplState state,
    Sync sync,
    int sessionId,
    long sinceMs,
    long nextTryMs,
    int failures,
    int misfits,
    long drainId,
    long syncId,
    String fullSyncReason,
    String error) {

  enum Sync {
    NONE,
    /** Files are on their way; may be given up at any time. */
    FETCHING,
    /** The worker swaps the snapshot in; goes through whatever happens to the link. */
    INSTALLING
  }

  static DbLink initial(String name, String fullSyncReason) {
    return new DbLink(
        name, ReplState.NO_CONNECT, Sync.NONE, 0, 0, 0, 0, 0, 0, 0, fullSyncReason, "");
  }

  boolean mustFullSync() {
    return !fullSyncReason.isEmpty();
  }
}
