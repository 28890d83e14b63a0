package io.pikareplica.repl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.pikareplica.binlog.BinlogRecord;
import io.pikareplica.repl.ReplConfig.Fsync;
import io.pikareplica.repl.sync.RsyncServer;
import io.pikareplica.repl.sync.StagedSnapshot;
import io.pikareplica.storage.PikaDb;
import io.pikareplica.storage.StorageException;
import io.pikareplica.storage.golden.DbDump;
import io.pikareplica.storage.golden.GoldenBinlog;
import io.pikareplica.storage.golden.GoldenDump;
import io.pikareplica.storage.golden.GoldenFiles;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A real master's snapshot, over the wire, into a DB that held something else, then its items. */
class FullSyncInstallIT {
  @TempDir Path folder;
  private final List<String> wrong = new CopyOnWriteArrayList<>();

  @Test
  void theOldDataIsReadUntilTheNewIsOpen() throws Exception {
    GoldenFiles.unzip("pika-4.0.1/fullsync/checkpoint.zip", folder.resolve("master"));
    ReplConfig config = DbFixture.config(folder, Fsync.NO);
    try (DbFixture fixture = new DbFixture(folder)) {
      fixture.take(fixture.item("set", "stale", "1"));
      StagedSnapshot staged =
          RsyncServer.fetchFrom(
              folder.resolve("master/db0"), config.dbSyncPath(), config.dbOptions());
      fixture.assertReads("1", "get", "stale");
      fixture.take(fixture.item("set", "stale", "2"));
      fixture.assertReads("2", "get", "stale");
      AtomicBoolean isDone = new AtomicBoolean();
      AtomicInteger old = new AtomicInteger();
      Thread reader =
          new Thread(
              () -> {
                while (!isDone.get()) {
                  try {
                    String value = DbFixture.text(fixture.read("get", "stale"));
                    old.addAndGet(value.equals("2") ? 1 : 0);
                    wrong.addAll(
                        value.equals("2") || value.equals("nil") ? List.of() : List.of(value));
                  } catch (StorageException e) {
                    // between the two
                  }
                }
              });
      reader.start();
      await().atMost(20, TimeUnit.SECONDS).until(() -> old.get() > 0);
      DbFixture.await(fixture.db.install(staged));
      isDone.set(true);
      reader.join();
      assertThat(wrong).isEmpty();
      fixture.assertReads("nil", "get", "stale");
    }
  }

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
