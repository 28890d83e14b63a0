package io.pikareplica.repl;

import io.pikareplica.binlog.BinlogItemCodec;
import io.pikareplica.binlog.BinlogOffset;
import io.pikareplica.binlog.BinlogReader;
import io.pikareplica.binlog.BinlogTail;
import io.pikareplica.repl.ReplicationException.Kind;
import java.io.IOException;
import java.util.Arrays;

/**
 * Whether the history that a master goes on from is this DB's. An offset that fits does not say so:
 * after a failover the new master may have logged, in place of what the old one had not yet sent,
 * items of the same length (W-13). So each stream begins with the newest items of the local binlog,
 * sent once more; they are compared, not applied again.
 *
 * <p>Contents are compared, not headers: a Pika in C++ that was a replica wrote its headers itself,
 * with times of its own. Nothing is compared where the binlog holds no item since a full sync.
 *
 * <p>Owned by the DB's worker, but for what says otherwise.
 */
final class Recheck {
  private final String db;
  private final DbStore store;
  private volatile BinlogOffset from = BinlogOffset.ZERO;
  private BinlogOffset at = BinlogOffset.ZERO;
  private BinlogOffset end = BinlogOffset.ZERO;
  private volatile boolean isDue;
  private Runnable onAgreement = () -> {};

  Recheck(String db, DbStore store) {
    this.db = db;
    this.store = store;
  }

  /** A stream is to be asked for. The DB runs, and is quiet until that stream comes. */
  void begin() throws ReplicationException {
    onAgreement = () -> {};
    end = store.received();
    at = end; // so that a failure leaves nothing to be compared
    try {
      at = BinlogTail.begin(store.binlogDirectory(), end).orElse(end);
    } catch (IOException e) {
      throw store.fail(e);
    } finally {
      from = at;
      isDue = !at.equals(end);
    }
  }

  /** The master cannot send what the binlog has. Any thread, before a stream comes. */
  void giveUp() {
    from = store.received();
    isDue = false;
  }

  /** Where the stream is to begin. Any thread. */
  BinlogOffset from() {
    return from;
  }

  /**
   * Whether the next item is one that the binlog has: until then the master may be any. Any thread.
   */
  boolean isDue() {
    return isDue;
  }

  /** Runs something once all is compared and was the same; at once if there is nothing left. */
  void whenOver(Runnable task) {
    if (isDue) {
      onAgreement = task;
    } else {
      task.run();
    }
  }

  /**
   * Compares an item with the binlog's next.
   *
   * @throws ReplicationException DIVERGED when it is another one; STORAGE when ours cannot be read
   */
  void compare(ReplicatedBatch.Entry theirs) throws ReplicationException {
    try (BinlogReader reader = BinlogReader.open(store.binlogDirectory(), at, end)) {
      BinlogReader.Read ours = reader.next(end);
      if (!ours.end().equals(theirs.end()) || !isSame(ours.item(), theirs.item())) {
        // It stays due: nothing that follows in this stream may be taken for new.
        throw new ReplicationException(
            Kind.DIVERGED,
            db + ": the master's item after " + ours.start() + " is not the one that we have");
      }
      at = ours.end();
      isDue = !at.equals(end);
    } catch (IOException e) {
      throw store.fail(e);
    }
    if (!isDue) {
      onAgreement.run();
    }
  }

  private static boolean isSame(byte[] ours, byte[] theirs) {
    int header = BinlogItemCodec.HEADER_BYTES;
    return theirs.length >= header
        && Arrays.equals(ours, header, ours.length, theirs, header, theirs.length);
  }
}
