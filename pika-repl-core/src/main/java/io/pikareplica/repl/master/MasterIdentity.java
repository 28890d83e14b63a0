package io.pikareplica.repl.master;

import java.io.IOException;
import java.util.Optional;

/** What this node says of itself in MetaSync, and what it asks of a replica. */
public interface MasterIdentity {
  /** 40 hex digits, new in each process. */
  String runId();

  /**
   * The 50 hex digits of this data's history: kept from a former master after a promotion, else
   * made once and stored durably. May wait for the disk.
   *
   * @return empty while this node cannot say: a replica that has not met its own master yet
   */
  Optional<String> replicationId() throws IOException;

  /** The bytes of {@code requirepass}; none when no password is asked for. */
  byte[] requirePass();
}
