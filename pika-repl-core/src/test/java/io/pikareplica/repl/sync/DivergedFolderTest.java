package io.pikareplica.repl.sync;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DivergedFolderTest {
  private static final Instant NOW = Instant.parse("2026-09-21T14:13:20Z");
  private static final String UUID = "0123456789abcdef";

  @TempDir Path folder;

  private Path dbPath() throws IOException {
    return Files.createDirectories(folder.resolve("db"));
  }

  private Path logPath() throws IOException {
    return Files.createDirectories(folder.resolve("log"));
  }

  private DivergedFolder choose(boolean isTogether, Instant now) throws IOException {
    return DivergedFolder.choose("db0", dbPath(), logPath(), isTogether, now, UUID);
  }

  private Path filled(String name) throws IOException {
    Path made = Files.createDirectories(folder.resolve(name));
    Files.writeString(made.resolve("file"), name);
    return made;
  }

  private static List<String> names(Path root) throws IOException {
    try (Stream<Path> all = Files.list(root.resolve("diverged"))) {
      return all.map(each -> each.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void isNamedByDbTimeAndSnapshotAndNeverTaken() throws IOException {
    DivergedFolder first = choose(true, NOW);
    assertThat(first.folder())
        .isEqualTo(dbPath().resolve("diverged/db0-20260921T141320Z-01234567"));
    first.takeData(filled("db/db0_bak"));
    assertThat(choose(true, NOW).folder())
        .isEqualTo(dbPath().resolve("diverged/db0-20260921T141320Z-01234567-2"));
  }

  @Test
  void holdsDataBinlogAndANote() throws IOException {
    DivergedFolder kept = DivergedFolder.choose("db0", dbPath(), logPath(), NOW, UUID);
    kept.takeBinlog(filled("log/log_db0"));
    kept.takeData(filled("db/db0_bak"));
    kept.describe("why");
    assertThat(kept.folder().resolve("binlog/file")).hasContent("log/log_db0");
    assertThat(kept.folder().resolve("data/file")).hasContent("db/db0_bak");
    assertThat(kept.folder().resolve("divergence")).hasContent("why");
    assertThat(folder.resolve("log/log_db0")).doesNotExist();
  }

  /** What is there already when a killed swap goes on is left as it is. */
  @Test
  void takesNothingTwice() throws IOException {
    DivergedFolder kept = choose(true, NOW);
    kept.takeBinlog(filled("log/log_db0"));
    Path newBinlog = filled("log/log_db0");
    kept.takeBinlog(newBinlog);
    assertThat(newBinlog.resolve("file")).exists();
  }

  @Test
  void leavesABinlogOnItsOwnFileSystem() throws IOException {
    DivergedFolder kept = choose(false, NOW);
    kept.takeBinlog(filled("log/log_db0"));
    kept.takeData(filled("db/db0_bak"));
    assertThat(logPath().resolve("diverged/db0-20260921T141320Z-01234567/binlog/file")).exists();
    assertThat(kept.folder().resolve("data/file")).exists();
    assertThat(kept.folder().resolve("binlog")).doesNotExist();
  }

  @Test
  void givesBackWhatItTookAndLeavesNothing() throws IOException {
    for (boolean isTogether : List.of(true, false)) {
      DivergedFolder kept = choose(isTogether, NOW);
      Path binlog = filled("log/log_db0");
      Path data = filled("db/db0");
      kept.takeBinlog(binlog);
      kept.takeData(data);
      kept.describe("why");
      Files.createDirectories(binlog.resolve("new"));
      kept.giveBackBinlog(binlog);
      kept.giveBackData(data);
      assertThat(binlog).isDirectoryContaining("glob:**/file");
      assertThat(binlog.resolve("new")).doesNotExist();
      assertThat(data).isDirectoryContaining("glob:**/file");
      assertThat(names(dbPath())).isEmpty();
    }
  }

  @Test
  void keepsTheNewestOfOneDbOnBothFileSystems() throws IOException {
    for (int day = 0; day < 4; day++) {
      DivergedFolder kept = choose(day % 2 == 0, NOW.plusSeconds(day * 86_400L));
      kept.takeBinlog(filled("log/log_db0"));
      kept.takeData(filled("db/db0_bak"));
    }
    Files.createDirectories(dbPath().resolve("diverged/db10-20200101T000000Z-other"));
    DivergedFolder.prune("db0", dbPath(), logPath(), 2, Optional.empty());
    assertThat(names(dbPath()))
        .containsExactly(
            "db0-20260923T141320Z-01234567",
            "db0-20260924T141320Z-01234567",
            "db10-20200101T000000Z-other");
    assertThat(names(logPath())).containsExactly("db0-20260924T141320Z-01234567");
    DivergedFolder.prune("db0", dbPath(), logPath(), 0, Optional.empty());
    assertThat(names(dbPath())).containsExactly("db10-20200101T000000Z-other");
    assertThat(names(logPath())).isEmpty();
  }

  @Test
  void keepsNothingNotEvenTheNewestWhereNothingIsToBeKept() throws IOException {
    DivergedFolder kept = choose(true, NOW);
    kept.takeData(filled("db/db0_bak"));
    DivergedFolder.prune("db0", dbPath(), logPath(), 0, Optional.of(kept));
    assertThat(names(dbPath())).isEmpty();
  }

  @Test
  void keepsWhatWasJustKeptWhateverTheClockSays() throws IOException {
    choose(true, NOW).takeData(filled("db/db0_bak"));
    DivergedFolder late = choose(true, NOW.minusSeconds(86_400));
    late.takeData(filled("db/db0_bak"));
    DivergedFolder.prune("db0", dbPath(), logPath(), 1, Optional.of(late));
    assertThat(names(dbPath())).containsExactly(late.folder().getFileName().toString());
  }
}
