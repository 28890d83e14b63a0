package io.pikareplica.storage.cmd;

import static org.assertj.core.api.Assertions.assertThat;

import io.pikareplica.storage.cmd.KeyCounter.Count;
import io.pikareplica.storage.codec.DataType;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeyCounterTest {
  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 1_000})
  void countsEachTypeInSlicesOfAnySize(int maxRows) {
    try (CommandFixture db = new CommandFixture(folder)) {
      for (int i = 0; i < 20; i++) {
        db.run("set", "string" + i, "v");
      }
      db.run("psetex", "short", "1000", "v");
      db.run("psetex", "long", "1000000", "v");
      db.run("hset", "hash", "f", "v");
      db.run("rpush", "list", "a", "b");
      db.run("sadd", "set", "a");
      db.run("expire", "set", "100");
      db.run("zadd", "zset", "1", "a");
      db.run("xadd", "stream", "1-1", "f", "v");
      db.advanceMs(2_000);
      KeyCounter counter = new KeyCounter();
      int slices = 1;
      while (!db.look(view -> counter.step(view, maxRows))) {
        slices++;
      }
      assertThat(slices).isGreaterThanOrEqualTo(27 / maxRows);
      assertThat(counter.of(DataType.STRING)).isEqualTo(new Count(21, 1, 1));
      assertThat(counter.of(DataType.HASH)).isEqualTo(new Count(1, 0, 0));
      assertThat(counter.of(DataType.LIST)).isEqualTo(new Count(1, 0, 0));
      assertThat(counter.of(DataType.SET)).isEqualTo(new Count(1, 1, 0));
      assertThat(counter.of(DataType.ZSET)).isEqualTo(new Count(1, 0, 0));
      assertThat(counter.of(DataType.STREAM)).isEqualTo(new Count(1, 0, 0));
    }
  }
}
