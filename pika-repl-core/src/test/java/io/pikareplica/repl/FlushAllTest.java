package io.pikareplica.repl;

import static org.assertj.core.api.Assertions.assertThat;

import io.pikareplica.binlog.BinlogOffset;
import io.pikareplica.binlog.BlockFormat;
import io.pikareplica.repl.ReplConfig.Fsync;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A 4.0.0 master logs FLUSHALL in one DB only. */
class FlushAllTest {
  @TempDir Path folder;
  private final List<DbFixture> dbs = new ArrayList<>();
  private final RecordingListener listener = new RecordingListener();

  @BeforeEach
  void open() throws ReplicationException {
    dbs.clear();
    for (int i = 0; i < 3; i++) {
      dbs.add(new DbFixture(LocalDb.open(i, DbFixture.config(folder, Fsync.NO), listener)));
    }
    LocalDb.connect(dbs.stream().map(fixture -> fixture.db).toList());
  }

  @AfterEach
  void close() {
    dbs.forEach(DbFixture::close);
  }

  private static ReplicatedBatch.Entry[] fill(DbFixture fixture) {
    return new ReplicatedBatch.Entry[] {
      fixture.item("set", "a", "1"), fixture.item("rpush", "l", "1")
    };
  }

  private void assertSizes(String... expected) {
    for (int i = 0; i < expected.length; i++) {
      dbs.get(i).assertReads(expected[i], "lrange", "l", "0", "-1");
    }
  }

  /** W-18. */
  @Test
  void emptiesEveryDbAndMovesNoOffsetButItsOwn() {
    dbs.forEach(fixture -> fixture.take(fill(fixture)));
    BinlogOffset before = dbs.get(1).db.applied();
    ReplicatedBatch.Entry flush = dbs.get(0).item("flushall");
    dbs.get(0).take(flush, dbs.get(0).item("rpush", "l", "2"));
    dbs.get(1).take(dbs.get(1).item("rpush", "l", "3"));
    assertThat(listener.failures).isEmpty();
    assertSizes("2", "3", "");
    assertThat(dbs.get(2).db.applied()).isEqualTo(before);
    dbs.get(2).assertReads("nil", "get", "a");
  }

  @Test
  void theSameItemEmptiesAnotherDbOnceOnly() throws ReplicationException {
    dbs.get(0).take(dbs.get(0).item("flushall"));
    dbs.get(1).take(dbs.get(1).item("rpush", "l", "1"));
    // killed before the item was in db0's binlog: the master sends it again
    dbs.forEach(DbFixture::close);
    CrashTest.emptied(folder.resolve("db/db0"));
    CrashTest.emptied(folder.resolve("log/log_db0"));
    open();
    dbs.get(0).take(dbs.get(0).item("flushall"));
    assertThat(listener.failures).isEmpty();
    dbs.get(1).assertReads("1", "lrange", "l", "0", "-1");
  }

  @Test
  void twoThatMeetDoNotWaitForEachOtherForEver() {
    for (int round = 0; round < 20; round++) {
      for (DbFixture fixture : dbs) {
        fixture.db.offer(DbFixture.batch(fixture.item("flushall")));
      }
      dbs.forEach(fixture -> DbFixture.await(fixture.db.drain()));
    }
    assertThat(listener.failures).isEmpty();
    long itemBytes = DbFixture.encode("flushall").length;
    assertThat(dbs.get(0).db.applied().offset()).isEqualTo(20 * BlockFormat.endOf(0, itemBytes));
  }
}
