package io.pikareplica.repl;

import io.pikareplica.storage.Args;
import io.pikareplica.storage.Command;
import io.pikareplica.storage.DbView;
import io.pikareplica.storage.Reply;
import io.pikareplica.storage.StorageException;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** What the client port sees of the data and of replication. Any thread; nothing here waits. */
public interface Replication {
  /** One command and its words. */
  record Call(Command command, Args args) {}

  /** Everything about replication, as of now; costs no lock that a write holds. */
  ReplicationStatus status();

  /** Whether clients' writes are refused now; asked for every command. */
  default boolean isReplica() {
    return status().role() == ReplicationStatus.Role.SLAVE;
  }

  int dbCount();

  /**
   * One DB as it stands, for reading. The caller closes it soon: a full sync waits for it.
   *
   * @param db 0 to {@link #dbCount()} - 1
   * @throws StorageException when there is nothing to read from now, as in the moment when a
   *     snapshot takes the place of the data
   */
  DbView view(int db);

  /**
   * Runs calls one after the other on the worker of a DB, as one batch: nothing comes in between,
   * and what they write is applied, logged and visible when the replies arrive. A call that fails
   * gives its error reply and does not stop the others. On a replica every writing call is answered
   * with {@code -READONLY}; when the worker's mailbox is full, with {@code -BUSY}.
   */
  CompletionStage<List<Reply>> execute(int db, List<Call> calls);

  /**
   * Follows a master, or another one than so far. Supersedes a change that is under way. Completes
   * when the role has changed, not when the link is up.
   *
   * @param force asks for a full sync even where an incremental one would do
   */
  CompletionStage<Void> slaveOf(HostPort master, boolean force);

  /**
   * Becomes a master: drains what was received, then takes writes. Completes when the role has
   * flipped.
   */
  CompletionStage<Void> slaveOfNoOne();

  /**
   * Stops or resumes following with one DB. Fails with a {@link ReplicationException} whose message
   * says why it cannot be done now.
   *
   * @param db 0 to {@link #dbCount()} - 1
   */
  CompletionStage<Void> dbSlaveOf(int db, DbSlaveOfRequest request);

  /** Why this node must not be promoted now; empty when it may be. */
  default String promotionRefusal() {
    ReplicationStatus status = status();
    return status.isEligible() ? "" : status.ineligibleReason();
  }

  /** Settings that may change while it runs. */
  void configure(ReplSettings settings);

  ReplSettings settings();
}
