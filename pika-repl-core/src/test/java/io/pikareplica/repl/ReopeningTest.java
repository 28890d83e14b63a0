package io.pikareplica.repl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.pikareplica.binlog.BinlogOffset;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A DB whose disk refuses a write, and what becomes of it once the disk takes writes again. A
 * folder that is in the way of the next file stands for the disk.
 */
class ReopeningTest {
  private static final Duration SOON = Duration.ofSeconds(30);

  @TempDir Path folder;
  private DbFixture fixture;

  @BeforeEach
  void open() throws ReplicationException {
    fixture = new DbFixture(folder);
  }

  @AfterEach
  void close() {
    fixture.close();
  }

  private Path nextBinlogFile() {
    return folder.resolve("log/log_db0/write2file1");
  }

  private static void block(Path file) throws IOException {
    Files.createDirectories(file.resolve("x"));
  }

  private static void unblock(Path file) throws IOException {
    Files.delete(file.resolve("x"));
    Files.delete(file);
  }

  /** Three items, the second of which cannot be appended; gives the third. */
  private ReplicatedBatch.Entry[] stop() throws IOException {
    fixture.take(fixture.item("rpush", "l", "1"));
    block(nextBinlogFile());
    ReplicatedBatch.Entry[] lost = {
      fixture.itemAfterRoll("rpush", "l", "2"), fixture.item("rpush", "l", "3")
    };
    fixture.db.offer(DbFixture.batch(lost[0]));
    fixture.db.offer(DbFixture.batch(lost[1]));
    await().atMost(SOON).until(() -> fixture.listener.failures.size() == 2);
    return lost;
  }

  private void awaitRunning() {
    await().atMost(SOON).until(() -> fixture.db.failure().isEmpty());
  }

  @Test
  void aDbThatStoppedSaysWhyAndLetsReadersGoOn() throws Exception {
    stop();
    BinlogOffset before = fixture.db.applied();
    assertThat(fixture.listener.events).endsWith("failed STORAGE", "failed STORAGE");
    assertThat(fixture.db.failure().orElseThrow())
        .hasMessageStartingWith("db0 has stopped at " + before + ": ");
    assertThat(fixture.db.received()).isEqualTo(before);
    fixture.assertReads("1", "lrange", "l", "0", "-1");
  }

  @Test
  void aDbThatStoppedGoesOnByItselfOnceTheDiskTakesWrites() throws Exception {
    ReplicatedBatch.Entry[] lost = stop();
    BinlogOffset before = fixture.db.applied();
    unblock(nextBinlogFile());
    awaitRunning();
    assertThat(fixture.listener.events).contains("reopened");
    assertThat(fixture.db.received()).isEqualTo(before);
    fixture.take(lost);
    fixture.assertReads("1,2,3", "lrange", "l", "0", "-1");
    fixture.reopen();
    fixture.assertReads("1,2,3", "lrange", "l", "0", "-1");
  }

  @Test
  void waitingForTheWorkerOpensItAnewAtOnce() throws Exception {
    ReplicatedBatch.Entry[] lost = stop();
    assertThatThrownBy(() -> DbFixture.await(fixture.db.drain()))
        .hasRootCauseInstanceOf(IOException.class);
    unblock(nextBinlogFile());
    DbFixture.await(fixture.db.drain());
    fixture.take(lost);
    fixture.assertReads("1,2,3", "lrange", "l", "0", "-1");
  }

  /** Two items in one batch: the first was written whole before the second met the trouble. */
  @Test
  void whatHadReachedTheBinlogIsAppliedOnceAndOnlyOnce() throws Exception {
    fixture.take(fixture.item("rpush", "l", "1"));
    block(nextBinlogFile());
    ReplicatedBatch.Entry second = fixture.item("rpush", "l", "2");
    ReplicatedBatch.Entry third = fixture.itemAfterRoll("rpush", "l", "3");
    fixture.db.offer(DbFixture.batch(second, third));
    await().atMost(SOON).until(() -> fixture.listener.failures.size() == 1);
    fixture.assertReads("1", "lrange", "l", "0", "-1");
    unblock(nextBinlogFile());
    awaitRunning();
    assertThat(fixture.db.received()).isEqualTo(second.end());
    fixture.assertReads("1,2", "lrange", "l", "0", "-1");
    fixture.take(third);
    fixture.assertReads("1,2,3", "lrange", "l", "0", "-1");
    fixture.reopen();
    fixture.assertReads("1,2,3", "lrange", "l", "0", "-1");
  }

  @Test
  void clientsAreToldAndTheirWritesGoOnAfterwards() throws Exception {
    stop();
    fixture.db.setWritable(true);
    assertThat(set("a", "1")).startsWith("-ERR db0 has stopped at ");
    unblock(nextBinlogFile());
    await().atMost(SOON).until(() -> set("a", "2").equals("OK"));
    fixture.reopen();
    fixture.assertReads("2", "get", "a");
  }

  private String set(String key, String value) {
    return DbFixture.text(
        DbFixture.await(fixture.db.execute(List.of(DbFixture.call("set", key, value)))).get(0));
  }

  /** RocksDB takes nothing more after its own error until it is opened anew. */
  @Test
  void dataThatCouldNotBeWrittenIsOpenedAnewToo() throws Exception {
    List<Path> blocked = blockTables();
    fixture.db.setWritable(true);
    int written = 0;
    while (fixture.db.failure().isEmpty()) {
      written += push(written + 1) ? 1 : 0;
    }
    assertThat(fixture.db.failure().orElseThrow()).hasMessageContaining("cannot write");
    for (Path each : blocked) {
      unblock(each);
    }
    awaitRunning();
    // the push that failed may have reached the binlog, which counts
    long length = Long.parseLong(DbFixture.text(fixture.read("llen", "numbers")));
    assertThat(length).isBetween((long) written, written + 1L);
    assertThat(push((int) length + 1)).isTrue();
    fixture.reopen();
    fixture.assertReads(Long.toString(length + 1), "llen", "numbers");
  }

  private boolean push(int number) {
    return !DbFixture.text(
            DbFixture.await(
                    fixture.db.execute(
                        List.of(
                            DbFixture.call("rpush", "numbers", "" + number),
                            DbFixture.call("set", "k" + number, "x".repeat(50_000)))))
                .get(0))
        .startsWith("-");
  }

  /** Folders in the way of the next table files. */
  private List<Path> blockTables() throws IOException {
    List<Path> blocked = new ArrayList<>();
    for (int instance = 0; instance < 3; instance++) {
      Path data = folder.resolve("db/db0/" + instance);
      int newest = 0;
      try (Stream<Path> files = Files.list(data)) {
        newest =
            files
                .map(file -> file.getFileName().toString().replaceAll("[^0-9]", ""))
                .filter(digits -> !digits.isEmpty() && digits.length() < 9)
                .mapToInt(Integer::parseInt)
                .max()
                .orElse(0);
      }
      for (int i = 1; i <= 60; i++) {
        Path table = data.resolve(String.format("%06d.sst", newest + i));
        block(table);
        blocked.add(table);
      }
    }
    return blocked;
  }
}
