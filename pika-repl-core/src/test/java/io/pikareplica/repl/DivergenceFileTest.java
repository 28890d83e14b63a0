package io.pikareplica.repl;

import static org.assertj.core.api.Assertions.assertThat;

import io.pikareplica.binlog.BinlogOffset;
import io.pikareplica.repl.Divergence.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DivergenceFileTest {
  @TempDir Path folder;

  private Path data() {
    return folder.resolve("db0");
  }

  private static Divergence found(Optional<BinlogOffset> masterEnd) {
    return new Divergence(
        1_790_000_000_000L,
        "the master's items do not follow ours after 3:1024",
        StateTable.HISTORY,
        new BinlogOffset(-1, 1024),
        new BinlogOffset(3, 512),
        StateTable.MASTER,
        StateTable.OTHER_HISTORY,
        masterEnd,
        Outcome.SYNCING,
        Optional.empty());
  }

  @Test
  void whatWasNotedIsThereAfterARestart() throws IOException {
    Divergence found = found(Optional.of(new BinlogOffset(2, 71)));
    DivergenceFile file = DivergenceFile.open(data());
    assertThat(file.last()).isEmpty();
    assertThat(file.note(found)).isTrue();
    assertThat(DivergenceFile.open(data()).last()).contains(found);
    Path kept = folder.resolve("a folder\\with=signs # ü");
    file.settle(Outcome.REPLACED, Optional.of(kept));
    assertThat(DivergenceFile.open(data()).last())
        .contains(found.with(Outcome.REPLACED, Optional.of(kept)));
  }

  @Test
  void theSameOneIsNotedOnce() throws IOException {
    DivergenceFile file = DivergenceFile.open(data());
    file.note(found(Optional.empty()));
    assertThat(file.note(found(Optional.of(new BinlogOffset(9, 9))))).isFalse();
    assertThat(file.last()).contains(found(Optional.empty()));
    file.settle(Outcome.FOLLOWED, Optional.empty());
    assertThat(file.note(found(Optional.empty()))).isTrue();
  }

  @Test
  void onlyAnOpenOneIsSettled() throws IOException {
    DivergenceFile file = DivergenceFile.open(data());
    file.settle(Outcome.REPLACED, Optional.empty());
    assertThat(file.last()).isEmpty();
    file.note(found(Optional.empty()));
    file.settle(Outcome.OVERRULED, Optional.empty());
    file.settle(Outcome.REPLACED, Optional.empty());
    assertThat(file.last().orElseThrow().outcome()).isEqualTo(Outcome.OVERRULED);
    file.reopen();
    assertThat(file.last().orElseThrow().outcome()).isEqualTo(Outcome.OVERRULED);
  }

  @Test
  void aFileThatMakesNoSenseCountsAsNone() throws IOException {
    Path file = folder.resolve("db0.divergence");
    Files.writeString(file, "nonsense\n");
    assertThat(DivergenceFile.open(data()).last()).isEmpty();
    DivergenceFile.open(data()).note(found(Optional.empty()));
    String whole = Files.readString(file);
    for (String line : whole.lines().toList()) {
      Files.writeString(file, whole.replace(line, line.replaceFirst("=.*", "=?")));
      Optional<Divergence> last = DivergenceFile.open(data()).last();
      last.ifPresent(read -> assertThat(DivergenceFile.text(read)).contains("=?"));
    }
  }
}
