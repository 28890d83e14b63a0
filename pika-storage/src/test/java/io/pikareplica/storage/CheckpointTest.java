package io.pikareplica.storage;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pikareplica.binlog.BinlogOffset;
import io.pikareplica.binlog.BinlogRecord;
import io.pikareplica.storage.golden.DbDump;
import io.pikareplica.storage.golden.DumpedKey;
import io.pikareplica.storage.golden.GoldenBinlog;
import io.pikareplica.storage.golden.GoldenDump;
import io.pikareplica.storage.golden.GoldenFiles;
import io.pikareplica.storage.golden.Replay;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.rocksdb.RocksIterator;

class CheckpointTest {
  private static final DbOptions OPTIONS = DbOptions.DEFAULT;
  private static final String RECORDED = "pika-4.0.1/fullsync/";

  /** Before any key of the checkpoint expired. */
  private static final long THEN_MS = 1_795_338_000_000L;

  @TempDir Path folder;

  @BeforeEach
  void unpack() throws IOException {
    GoldenFiles.unzip(RECORDED + "checkpoint.zip", folder);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void anImportedCheckpointAndTheItemsAfterItGiveTheMastersData(int index) throws IOException {
    Path data = folder.resolve("db" + index);
    BinlogOffset offset = GoldenFiles.snapshotOffset(data);
    GoldenFiles.unzip(RECORDED + "binlog.zip", folder.resolve("log"));
    List<BinlogRecord> items = GoldenBinlog.items(folder.resolve("log/log_db" + index), offset);

    CheckpointImporter.run(data, OPTIONS, offset, rows -> {});

    try (PikaDb db = PikaDb.open(data, OPTIONS)) {
      assertThat(db.applied()).containsOnly(offset);
      Replay.apply(db, items, 50);
      assertThat(
              GoldenDump.differences(
                  GoldenDump.read("pika-4.0.1/expected/fullsync-db" + index + ".jsonl.gz"),
                  DbDump.of(db, GoldenBinlog.lastTimeMs(items))))
          .isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void exportAndImportGiveTheSameDump(int index) {
    Path data = folder.resolve("db" + index);
    BinlogOffset offset = new BinlogOffset(3, 14);
    CheckpointImporter.run(data, OPTIONS, new BinlogOffset(2, 71), rows -> {});
    Path copy = folder.resolve("copy");
    SortedMap<String, DumpedKey> before;
    try (PikaDb db = PikaDb.open(data, OPTIONS)) {
      before = DbDump.of(db, THEN_MS);
      assertThat(db.checkpoint(copy)).isEqualTo(new BinlogOffset(2, 71));
    }

    CheckpointExporter.run(copy, OPTIONS, rows -> {});
    CheckpointImporter.run(copy, OPTIONS, offset, rows -> {});

    try (PikaDb db = PikaDb.open(copy, OPTIONS)) {
      assertThat(DbDump.of(db, THEN_MS)).isEqualTo(before).isNotEmpty();
      assertThat(db.applied()).containsOnly(offset);
    }
  }

  @Test
  void anExportHasTheRowsOfTheCheckpointByteForByte() {
    Path copy = folder.resolve("copy");
    List<List<String>> recorded = rowsOf(folder.resolve("db0"));
    CheckpointImporter.run(folder.resolve("db0"), OPTIONS, new BinlogOffset(0, 0), rows -> {});
    try (PikaDb db = PikaDb.open(folder.resolve("db0"), OPTIONS)) {
      db.checkpoint(copy);
    }

    CheckpointExporter.run(copy, OPTIONS, rows -> {});

    assertThat(rowsOf(copy)).isEqualTo(recorded);
    assertThat(recorded).allSatisfy(rows -> assertThat(rows).isNotEmpty());
  }

  @Test
  void anExportConsistsOfWhatADumpOfPikaConsistsOf() throws IOException {
    Path copy = folder.resolve("copy");
    CheckpointImporter.run(folder.resolve("db0"), OPTIONS, new BinlogOffset(0, 0), rows -> {});
    try (PikaDb db = PikaDb.open(folder.resolve("db0"), OPTIONS)) {
      db.checkpoint(copy);
    }

    CheckpointExporter.run(copy, OPTIONS, rows -> {});

    for (int i = 0; i < OPTIONS.instanceCount(); i++) {
      try (var files = Files.list(copy.resolve(Integer.toString(i)))) {
        assertThat(files.map(file -> file.getFileName().toString()))
            .allMatch(name -> name.matches("[0-9]+\\.sst|CURRENT|MANIFEST-[0-9]+|OPTIONS-[0-9]+"));
      }
    }
  }

  @Test
  void anImportCanBeRunAgain() {
    Path data = folder.resolve("db1");
    CheckpointImporter.run(data, OPTIONS, new BinlogOffset(1, 1), rows -> {});

    CheckpointImporter.run(data, OPTIONS, new BinlogOffset(1, 2), rows -> {});

    try (PikaDb db = PikaDb.open(data, OPTIONS)) {
      assertThat(db.applied()).containsOnly(new BinlogOffset(1, 2));
      assertThat(DbDump.of(db, THEN_MS)).isNotEmpty();
    }
  }

  @Test
  void progressCountsTheRowsThatMove() {
    AtomicLong most = new AtomicLong();

    CheckpointImporter.run(
        folder.resolve("db0"),
        OPTIONS,
        new BinlogOffset(1, 1),
        rows -> most.accumulateAndGet(rows, Math::max));

    assertThat(most.get()).isGreaterThan(50);
  }

  @Test
  void refusesAnotherNumberOfInstances() throws IOException {
    Path data = folder.resolve("db0");
    DbOptions two = new DbOptions(2, 1024, 64L << 20, true, false);
    DbOptions four = new DbOptions(4, 1024, 64L << 20, true, false);

    assertThatThrownBy(() -> CheckpointImporter.run(data, two, BinlogOffset.ZERO, rows -> {}))
        .isInstanceOf(StorageException.class)
        .hasMessage(data + " has more instances than db-instance-num, which is 2");
    assertThatThrownBy(() -> CheckpointImporter.run(data, four, BinlogOffset.ZERO, rows -> {}))
        .isInstanceOf(StorageException.class)
        .hasMessage(data + " has no instance 3, but db-instance-num is 4");
  }

  @Test
  void refusesKeysThatAreDealtByAnotherNumberOfSlots() {
    Path data = folder.resolve("db0");
    DbOptions slots = new DbOptions(3, 1000, 64L << 20, true, false);

    assertThatThrownBy(() -> CheckpointImporter.run(data, slots, BinlogOffset.ZERO, rows -> {}))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("belong to other instances with default-slot-num 1000");
  }

  @Test
  void refusesTheLayoutOfPika35() throws IOException {
    Files.createDirectories(folder.resolve("old/strings"));

    assertThatThrownBy(
            () ->
                CheckpointImporter.run(
                    folder.resolve("old"), OPTIONS, BinlogOffset.ZERO, rows -> {}))
        .isInstanceOf(StorageException.class)
        .hasMessage(
            folder.resolve("old")
                + " has the layout of Pika 3.5 (a folder strings), not that of 4.0");
  }

  @Test
  void refusesAFolderWithoutADatabaseOrWithADamagedOne() throws IOException {
    Path data = folder.resolve("db0");
    Files.writeString(data.resolve("1/CURRENT"), "MANIFEST-999999\n");

    assertThatThrownBy(() -> CheckpointImporter.run(data, OPTIONS, BinlogOffset.ZERO, rows -> {}))
        .isInstanceOf(DamagedDataException.class)
        .hasMessageStartingWith("cannot open " + data.resolve("1") + ": ");

    Files.delete(data.resolve("1/CURRENT"));
    assertThatThrownBy(() -> CheckpointImporter.run(data, OPTIONS, BinlogOffset.ZERO, rows -> {}))
        .isInstanceOf(DamagedDataException.class)
        .hasMessage("no RocksDB in " + data.resolve("1"));
  }

  /** Whatever byte is another, the import says so and does not take the file for whole. */
  @ParameterizedTest
  @ValueSource(doubles = {0.0, 0.1, 0.25, 0.4, 0.5, 0.75, 0.9})
  void refusesATableWithAFlippedBit(double where) throws IOException {
    Path table = firstFile(folder.resolve("db0/1"), ".sst");
    flip(table, (int) (Files.size(table) * where));

    assertThatThrownBy(
            () ->
                CheckpointImporter.run(
                    folder.resolve("db0"), OPTIONS, BinlogOffset.ZERO, rows -> {}))
        .isInstanceOf(DamagedDataException.class);
  }

  @Test
  void refusesALogWithAFlippedBit() throws IOException {
    Path data = folder.resolve("logged");
    PikaDb open = PikaDb.open(folder.resolve("made"), OPTIONS);
    try (open;
        DbBatch batch = open.newBatch()) {
      batch.commit(new BinlogOffset(1, 2));
      copy(folder.resolve("made"), data);
    }
    Path log = firstFile(data.resolve("0"), ".log");
    assertThat(Files.size(log)).isPositive();
    flip(log, 8);

    assertThatThrownBy(() -> BorderInstance.open(data.resolve("0"), OPTIONS).close())
        .isInstanceOf(DamagedDataException.class);
  }

  private static Path firstFile(Path folder, String end) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.toString().endsWith(end)).sorted().findFirst().orElseThrow();
    }
  }

  private static void flip(Path file, int at) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    bytes[at] ^= 0x10;
    Files.write(file, bytes);
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> all = Files.walk(from)) {
      for (Path path : all.toList()) {
        Path target = to.resolve(from.relativize(path).toString());
        if (Files.isDirectory(path)) {
          Files.createDirectories(target);
        } else {
          Files.copy(path, target);
        }
      }
    }
  }

  @Test
  void anImportIsNeededBeforeOpening() {
    assertThatThrownBy(() -> PikaDb.open(folder.resolve("db0"), OPTIONS))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("has the layout of a real Pika and was not imported");
  }

  /** All rows of all instances, one list per family, in hex; with the list meta's holes at zero. */
  private static List<List<String>> rowsOf(Path data) {
    List<List<String>> families = new ArrayList<>();
    for (PikaFamily family : PikaFamily.values()) {
      List<String> rows = new ArrayList<>();
      for (int i = 0; i < OPTIONS.instanceCount(); i++) {
        try (BorderInstance instance =
                BorderInstance.open(data.resolve(Integer.toString(i)), OPTIONS);
            RocksIterator row = instance.rocks().newIterator(instance.family(family.rocksName()))) {
          assertThat(instance.familyNames())
              .containsExactlyInAnyOrder(
                  "default",
                  "hash_data_cf",
                  "set_data_cf",
                  "list_data_cf",
                  "zset_data_cf",
                  "zset_score_cf",
                  "stream_data_cf");
          for (row.seekToFirst(); row.isValid(); row.next()) {
            rows.add(i + " " + text(row.key()) + " = " + text(row.value()));
          }
        }
      }
      families.add(rows);
    }
    return families;
  }

  private static String text(byte[] bytes) {
    return new String(bytes, ISO_8859_1);
  }
}
