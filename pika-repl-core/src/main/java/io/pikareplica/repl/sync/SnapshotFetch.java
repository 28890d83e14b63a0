package io.pikareplica.repl.sync;

import io.pikareplica.repl.ReplicationStatus.SyncProgress;

/** A snapshot that is being fetched. Any thread. */
public interface SnapshotFetch {
  /** Stops soon; the listener is not called any more. What has arrived stays for a resume. */
  void cancel();

  /** How far it is. */
  SyncProgress progress();
}
