package io.pikareplica.repl;

import io.pikareplica.binlog.BinlogOffset;
import io.pikareplica.repl.sync.SimFetch;
import io.pikareplica.storage.DbOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** A model master's file port, as the fetch of one DB sees it. */
record SimFiles(SimProcess process, SimMaster master, int db) implements SimFetch.Source {
  @Override
  public Optional<SimFetch.Offer> offer() throws IOException {
    requireReachable();
    return master
        .snapshot(db)
        .map(snapshot -> new SimFetch.Offer(snapshot.uuid(), snapshot.offset(), snapshot.files()));
  }

  @Override
  public String uuid() throws IOException {
    requireReachable();
    return master.snapshot(db).map(SimSnapshot::uuid).orElse("");
  }

  private void requireReachable() throws IOException {
    if (!master.isUp() || process.isCutOff(master)) {
      throw new IOException("no answer");
    }
  }

  @Override
  public void importSnapshot(Path folder, DbOptions options, BinlogOffset offset)
      throws IOException {
    SimData.importSnapshot(folder, options, offset);
  }

  @Override
  public void later(long delayMs, Runnable step) {
    process
        .scheduler()
        .after(
            delayMs + process.scheduler().random().nextInt(10),
            process::isAlive,
            () -> process.guarded(step));
  }

  @Override
  public int random(int bound) {
    return process.scheduler().random().nextInt(bound);
  }
}
