package io.pikareplica.repl;

/** Where this node stands with its master as a whole (src/pika_server.cc, repl_state_). */
public enum LinkState {
  /** No master is set. */
  NO_CONNECT,
  /** A master is set; MetaSync is still to be agreed on. */
  SHOULD_META_SYNC,
  /** The DBs are followed one by one. */
  META_SYNC_DONE,
  /** The master is one that cannot be followed as things are; INFO says why. */
  ERROR
}
