package io.pikareplica.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pikareplica.binlog.BinlogOffset;
import io.pikareplica.storage.ManifestTables.Table;
import io.pikareplica.storage.golden.GoldenFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ManifestTablesTest {
  @TempDir Path folder;

  private static Path manifest(Path instance) throws IOException {
    return instance.resolve(Files.readString(instance.resolve("CURRENT")).strip());
  }

  private static Map<String, Long> tablesIn(Path instance) throws IOException {
    Map<String, Long> sizes = new TreeMap<>();
    try (Stream<Path> files = Files.list(instance)) {
      for (Path file : files.filter(each -> each.toString().endsWith(".sst")).toList()) {
        sizes.put(file.getFileName().toString(), Files.size(file));
      }
    }
    return sizes;
  }

  private static Map<String, Long> sizes(List<Table> tables) {
    Map<String, Long> sizes = new TreeMap<>();
    tables.forEach(table -> sizes.put(table.file(), table.bytes()));
    return sizes;
  }

  @ParameterizedTest
  @CsvSource({"0,0", "0,1", "0,2", "1,0", "1,1", "1,2"})
  void knowsTheTablesOfARealMastersSnapshot(int db, int instance) throws IOException {
    GoldenFiles.unzip("pika-4.0.1/fullsync/checkpoint.zip", folder);
    Path data = folder.resolve("db" + db).resolve(Integer.toString(instance));

    List<Table> tables = ManifestTables.read(manifest(data));

    assertThat(sizes(tables)).isEqualTo(tablesIn(data)).isNotEmpty();
    assertThat(tables).anyMatch(Table::isRewritten).anyMatch(table -> !table.isRewritten());
  }

  /** Flushes, drops of families and files that were added from outside. */
  @Test
  void knowsWhatIsLeftAfterManyEdits() throws IOException {
    GoldenFiles.unzip("pika-4.0.1/fullsync/checkpoint.zip", folder);
    Path db = folder.resolve("db0");
    CheckpointImporter.run(db, DbOptions.DEFAULT, BinlogOffset.ZERO, rows -> {});
    Path copy = folder.resolve("copy");
    try (PikaDb data = PikaDb.open(db, DbOptions.DEFAULT)) {
      data.checkpoint(copy);
    }

    assertThat(sizes(ManifestTables.read(manifest(copy.resolve("0")))))
        .isEqualTo(tablesIn(copy.resolve("0")));
  }

  @Test
  void refusesAManifestWithAFlippedBitWhereverItIs() throws IOException {
    GoldenFiles.unzip("pika-4.0.1/fullsync/checkpoint.zip", folder);
    Path manifest = manifest(folder.resolve("db0/0"));
    byte[] whole = Files.readAllBytes(manifest);
    List<Table> right = ManifestTables.read(manifest);
    for (int bit = 0; bit < whole.length * 8; bit += 13) {
      byte[] damaged = whole.clone();
      damaged[bit / 8] ^= (byte) (1 << bit % 8);
      Files.write(manifest, damaged);
      try {
        // a longer length may make the rest look cut, which is no error
        assertThat(right).containsAll(ManifestTables.read(manifest));
      } catch (IOException e) {
        assertThat(e).hasMessageStartingWith("MANIFEST ");
      }
    }
  }

  @Test
  void takesAManifestThatIsCutForWhatItIsUpToThere() throws IOException {
    GoldenFiles.unzip("pika-4.0.1/fullsync/checkpoint.zip", folder);
    Path manifest = manifest(folder.resolve("db0/0"));
    byte[] whole = Files.readAllBytes(manifest);
    for (int length = 0; length < whole.length; length += 11) {
      Files.write(manifest, Arrays.copyOf(whole, length));
      assertThat(ManifestTables.read(manifest)).hasSizeLessThanOrEqualTo(whole.length);
    }
  }

  @Test
  void refusesWhatIsNoManifest() throws IOException {
    Path file = folder.resolve("MANIFEST-000001");
    Files.writeString(file, "this is none, and long enough to have a header");
    assertThatThrownBy(() -> ManifestTables.read(file))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("MANIFEST is damaged: ");
  }
}
