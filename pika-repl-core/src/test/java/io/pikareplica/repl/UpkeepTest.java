package io.pikareplica.repl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.pikareplica.binlog.BinlogOffset;
import io.pikareplica.repl.ReplConfig.Fsync;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UpkeepTest {
  @TempDir Path folder;
  private final AtomicLong nowMs = new AtomicLong(System.currentTimeMillis());
  private final RecordingListener listener = new RecordingListener();
  private DbFixture fixture;

  private void open(Fsync fsync) throws ReplicationException {
    ReplConfig config = DbFixture.config(folder, fsync);
    DbEnvironment environment = DbEnvironment.REAL.withClock(new SuppliedClock(nowMs::get));
    fixture = new DbFixture(LocalDb.open(0, config, listener, environment));
    DbFixture.await(fixture.db.drain());
  }

  @AfterEach
  void close() {
    fixture.close();
  }

  private void rollTo(int filenum) {
    fixture.take(fixture.item("set", "a", "0"));
    for (int i = 1; i <= filenum; i++) {
      fixture.take(fixture.itemAfterRoll("set", "a", "" + i));
    }
  }

  private void awaitFirstRetained(int filenum) {
    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(
            () -> assertThat(fixture.db.firstRetained()).isEqualTo(new BinlogOffset(filenum, 0)));
  }

  @Test
  void binlogFilesBeyondTheNumberGoAfterAWhile() throws ReplicationException {
    open(Fsync.NO);
    rollTo(25);
    assertThat(fixture.db.safetyPurge()).isEqualTo("write2file15");
    nowMs.addAndGet(5000);
    awaitFirstRetained(16);
    assertThat(folder.resolve("log/log_db0/write2file15")).doesNotExist();
    assertThat(folder.resolve("log/log_db0/write2file16")).exists();
  }

  @Test
  void binlogFilesThatAReplicaNeedsStay() throws ReplicationException {
    open(Fsync.NO);
    fixture.db.keepBinlogFrom(() -> Optional.of(new BinlogOffset(3, 100)));
    rollTo(25);
    assertThat(fixture.db.safetyPurge()).isEqualTo("write2file2");
    nowMs.addAndGet(5000);
    awaitFirstRetained(3);
  }

  @Test
  void aShortBinlogHasNothingThatMayGo() throws ReplicationException {
    open(Fsync.NO);
    rollTo(9);
    assertThat(fixture.db.safetyPurge()).isEqualTo("none");
  }

  /** W-25. */
  @Test
  void everysecForcesTheBinlogWithinASecond() throws ReplicationException {
    open(Fsync.EVERYSEC);
    fixture.take(fixture.item("set", "a", "1"));
    nowMs.addAndGet(1000);
    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(
            () -> assertThat(fixture.db.offsets().durable()).isEqualTo(fixture.db.received()));
  }
}
