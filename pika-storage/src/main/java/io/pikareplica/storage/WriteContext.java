package io.pikareplica.storage;

import java.util.List;

/** What a command changes: the pending batch of one DB. Owned by the DB's worker. */
public interface WriteContext extends ReadContext {
  @Override
  MutableRows rows(byte[] key);

  @Override
  List<? extends MutableRows> allRows();

  /** Whether a master has run this command already, so that its result is not ours to refuse. */
  boolean isReplicated();

  /**
   * A version for a new life of a key: larger than {@code previous} and than every version that
   * this process has issued, so that left-over rows of an earlier life never come back (S-7).
   *
   * @param previous the version of the record that is replaced, 0 for none
   */
  long newVersion(long previous);

  /**
   * Says how this command is to stand in the binlog, in place of the words that the client sent;
   * several calls give several items, in order. Without a call the client's words are logged as
   * they are. Ignored for replicated commands.
   */
  void log(byte[]... words);

  /** Says that this command leaves no item in the binlog. */
  void logNothing();

  /** Removes every record of the DB, pending ones included (FLUSHDB). */
  void flush();
}
