package io.pikareplica.repl;

import static org.assertj.core.api.Assertions.assertThat;

import io.pikareplica.binlog.BinlogOffset;
import io.pikareplica.binlog.BinlogRecord;
import io.pikareplica.repl.ReplConfig.Fsync;
import io.pikareplica.storage.PikaDb;
import io.pikareplica.storage.golden.DbDump;
import io.pikareplica.storage.golden.DumpedKey;
import io.pikareplica.storage.golden.GoldenBinlog;
import io.pikareplica.storage.golden.GoldenDump;
import io.pikareplica.storage.golden.GoldenFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a real master logged, through the worker. */
class GoldenBinlogApplyTest {
  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({
    "pika-4.0.1, 0, 9, 38650",
    "pika-4.0.1, 1, 1, 82569",
  })
  void theItemsOfARealMasterGiveItsDataAndItsOffset(
      String version, int index, int filenum, long offset) throws Exception {
    GoldenFiles.unzip(version + "/binlog.zip", folder.resolve("master"));
    Path master = folder.resolve("master/log_db" + index);
    List<BinlogRecord> items = GoldenBinlog.items(master, BinlogOffset.ZERO);
    try (DbFixture fixture = new DbFixture(folder)) {
      DbFixture.frames(items).forEach(fixture.db::offer);
      DbFixture.await(fixture.db.drain());
      assertThat(fixture.listener.failures).isEmpty();
      assertThat(fixture.db.applied()).isEqualTo(new BinlogOffset(filenum, offset));
      assertThat(fixture.db.received()).isEqualTo(new BinlogOffset(filenum, offset));
    }
    List<BinlogRecord> ours = GoldenBinlog.items(folder.resolve("log/log_db0"), BinlogOffset.ZERO);
    assertThat(ours).usingRecursiveFieldByFieldElementComparator().isEqualTo(items);
    assertThat(differences(version + "/expected/binlog-db" + index + ".jsonl.gz", items)).isEmpty();
  }

  @Test
  void manyRestartsInBetweenMakeNoDifference() throws Exception {
    GoldenFiles.unzip("pika-4.0.1/binlog.zip", folder.resolve("master"));
    List<BinlogRecord> items =
        GoldenBinlog.items(folder.resolve("master/log_db0"), BinlogOffset.ZERO);
    try (DbFixture fixture = new DbFixture(folder)) {
      int number = 0;
      for (ReplicatedBatch frame : DbFixture.frames(items)) {
        fixture.db.offer(frame);
        if (number++ % 10 == 5) {
          fixture.reopen();
        }
      }
      DbFixture.await(fixture.db.drain());
      assertThat(fixture.listener.failures).isEmpty();
    }
    assertThat(differences("pika-4.0.1/expected/binlog-db0.jsonl.gz", items)).isEmpty();
  }

  private List<String> differences(String expected, List<BinlogRecord> items) throws IOException {
    ReplConfig config = DbFixture.config(folder, Fsync.NO);
    try (PikaDb data = PikaDb.open(config.dbPath().resolve("db0"), config.dbOptions())) {
      SortedMap<String, DumpedKey> dump = DbDump.of(data, GoldenBinlog.lastTimeMs(items));
      return GoldenDump.differences(GoldenDump.read(expected), dump);
    }
  }
}
