package io.pikareplica.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.pikareplica.binlog.BinlogOffset;
import io.pikareplica.binlog.BinlogRecord;
import io.pikareplica.storage.golden.DbDump;
import io.pikareplica.storage.golden.GoldenBinlog;
import io.pikareplica.storage.golden.GoldenDump;
import io.pikareplica.storage.golden.GoldenFiles;
import io.pikareplica.storage.golden.Replay;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GoldenReplayTest {
  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({
    "pika-4.0.1, 0, 1",
    "pika-4.0.1, 0, 100",
    "pika-4.0.1, 1, 100",
    "pika-4.0.0, 0, 100",
    "pika-4.0.0, 1, 100"
  })
  void aMastersBinlogGivesExactlyItsData(String version, int index, int batchSize)
      throws IOException {
    GoldenFiles.unzip(version + "/binlog.zip", folder);
    List<BinlogRecord> items =
        GoldenBinlog.items(folder.resolve("log_db" + index), BinlogOffset.ZERO);

    try (PikaDb db = PikaDb.open(folder.resolve("data"), DbOptions.DEFAULT)) {
      Replay.apply(db, items, batchSize);

      assertThat(
              GoldenDump.differences(
                  GoldenDump.read(version + "/expected/binlog-db" + index + ".jsonl.gz"),
                  DbDump.of(db, GoldenBinlog.lastTimeMs(items))))
          .isEmpty();
      assertThat(db.applied()).containsOnly(items.get(items.size() - 1).end());
    }
  }
}
