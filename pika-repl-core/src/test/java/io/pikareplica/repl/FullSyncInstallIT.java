package io.pikareplica.repl;

import static org.assertj.core.api.Assertions.assertThat;

import io.pikareplica.binlog.BinlogRecord;
import io.pikareplica.repl.ReplConfig.Fsync;
import io.pikareplica.repl.sync.RsyncServer;
import io.pikareplica.repl.sync.StagedSnapshot;
import io.pikareplica.storage.PikaDb;
import io.pikareplica.storage.golden.DbDump;
import io.pikareplica.storage.golden.GoldenBinlog;
import io.pikareplica.storage.golden.GoldenDump;
import io.pikareplica.storage.golden.GoldenFiles;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A real master's snapshot, over the wire, into a DB that held something else, then its items. */
class FullSyncInstallIT {
  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void aFullSyncAndTheItemsAfterItGiveTheMastersData(int index) throws Exception {
    GoldenFiles.unzip("pika-4.0.1/fullsync/checkpoint.zip", folder.resolve("master"));
    GoldenFiles.unzip("pika-4.0.1/fullsync/binlog.zip", folder.resolve("master/log"));
    Path snapshot = folder.resolve("master/db" + index);
    ReplConfig config = DbFixture.config(folder, Fsync.NO);
    List<BinlogRecord> items =
        GoldenBinlog.items(
            folder.resolve("master/log/log_db" + index), GoldenFiles.snapshotOffset(snapshot));
    try (DbFixture fixture = new DbFixture(folder)) {
      fixture.take(fixture.item("set", "stale", "1"));
      StagedSnapshot staged =
          RsyncServer.fetchFrom(snapshot, config.dbSyncPath(), config.dbOptions());
      DbFixture.await(fixture.db.install(staged));
      fixture.reopen();
      DbFixture.frames(items).forEach(fixture.db::offer);
      DbFixture.await(fixture.db.drain());
      assertThat(fixture.listener.failures).isEmpty();
    }
    try (PikaDb data = PikaDb.open(config.dbPath().resolve("db0"), config.dbOptions())) {
      assertThat(
              GoldenDump.differences(
                  GoldenDump.read("pika-4.0.1/expected/fullsync-db" + index + ".jsonl.gz"),
                  DbDump.of(data, GoldenBinlog.lastTimeMs(items))))
          .isEmpty();
    }
  }
}
