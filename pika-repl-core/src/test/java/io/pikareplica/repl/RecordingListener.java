package io.pikareplica.repl;

import io.pikareplica.binlog.BinlogOffset;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** Notes what a DB tells, one line each. */
final class RecordingListener implements LocalDb.Listener {
  final List<String> events = new CopyOnWriteArrayList<>();
  final List<ReplicationException> failures = new CopyOnWriteArrayList<>();
  volatile BinlogOffset appendedEnd = BinlogOffset.ZERO;
  volatile Consumer<BinlogOffset> onAppended = end -> {};
  volatile Runnable onApplied = () -> {};

  @Override
  public void applied(ReplicatedBatch batch, BinlogOffset firstEnd, BinlogOffset lastEnd) {
    events.add("applied " + firstEnd + " " + lastEnd);
    onApplied.run();
  }

  @Override
  public void pinged(ReplicatedBatch batch) {
    events.add("pinged");
  }

  @Override
  public void failed(ReplicatedBatch batch, ReplicationException why) {
    events.add("failed " + why.kind());
    failures.add(why);
  }

  @Override
  public void mailboxHasRoom(String db) {
    events.add("room");
  }

  @Override
  public void reopened(String db) {
    events.add("reopened");
  }

  @Override
  public void appended(String db, BinlogOffset end) {
    appendedEnd = end;
    onAppended.accept(end);
  }
}
