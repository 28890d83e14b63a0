package io.pikareplica.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pikareplica.binlog.BinlogOffset;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PikaDbTest {
  private static final DbOptions OPTIONS = new DbOptions(3, 1024, 4L << 20, true, false);

  /** Keys of instances 0, 1 and 2. */
  private static final String[] KEYS = {"a{}b", "foo", "tag"};

  @TempDir Path folder;

  @Test
  void keepsDataAndAppliedOffsetWhenOpenedAgain() throws CommandException {
    try (PikaDb db = PikaDb.open(folder, OPTIONS)) {
      assertThat(db.applied()).containsOnly(BinlogOffset.ZERO).hasSize(3);
      replay(db, at(7), "RPUSH", "foo", "a");
    }

    try (PikaDb db = PikaDb.open(folder, OPTIONS)) {
      assertThat(db.applied()).containsOnly(at(7)).hasSize(3);
      assertThat(length(db, "foo")).isEqualTo(1);
    }
  }

  @Test
  void appliesAnItemOnlyWhereItIsMissing() throws CommandException {
    try (PikaDb db = PikaDb.open(folder, OPTIONS)) {
      for (String key : KEYS) {
        replay(db, at(5), "RPUSH", key, "a");
      }
      // only the first came: the instances stand at different offsets, as after a crash
      db.instances().get(1).resetApplied(at(3));
      assertThat(length(db, "a{}b")).isEqualTo(1);
      assertThat(length(db, "foo")).isZero();

      try (DbBatch batch = db.newBatch()) {
        for (String key : KEYS) {
          Args args = Args.of("RPUSH", key, "b");
          batch.replay(write(args), args, at(4), 1000);
        }
        batch.commit(at(4));
      }

      assertThat(length(db, "a{}b")).isEqualTo(1);
      assertThat(length(db, "foo")).isEqualTo(1);
      assertThat(db.applied()).containsExactly(at(5), at(4), at(5));
    }
  }

  @Test
  void anOpenBatchThatIsNotCommittedLeavesNoTrace() throws CommandException {
    try (PikaDb db = PikaDb.open(folder, OPTIONS)) {
      try (DbBatch batch = db.newBatch()) {
        Args args = Args.of("RPUSH", "foo", "b");
        batch.replay(write(args), args, at(4), 1000);
      }

      assertThat(length(db, "foo")).isZero();
      assertThat(db.applied()).containsOnly(BinlogOffset.ZERO);
    }
  }

  @Test
  void flushRemovesEverythingAndLaterWritesStay() throws CommandException {
    try (PikaDb db = PikaDb.open(folder, OPTIONS)) {
      for (int i = 0; i < 300; i++) {
        replay(db, at(i + 1), "RPUSH", "k" + i, "a".repeat(1000));
      }
      replay(db, at(1001), "FLUSHDB");
      assertThat(length(db, "k1")).isZero();
      replay(db, at(1002), "RPUSH", "k1", "new");
      assertThat(length(db, "k1")).isEqualTo(1);
    }

    try (PikaDb db = PikaDb.open(folder, OPTIONS)) {
      assertThat(length(db, "k1")).isEqualTo(1);
      assertThat(length(db, "k2")).isZero();
      assertThat(db.applied()).containsOnly(at(1002));
    }
  }

  @Test
  void aFlushThatOneInstanceHasDoneIsNotDoneThereAgain() throws CommandException {
    try (PikaDb db = PikaDb.open(folder, OPTIONS)) {
      for (int i = 0; i < KEYS.length; i++) {
        replay(db, at(i + 1), "RPUSH", KEYS[i], "old");
      }
      // a crash between the instances: the first is flushed, and has the write after it too
      db.instances().get(0).flush(at(10));
      db.instances().get(0).resetApplied(at(10));
      try (DbBatch batch = db.newBatch()) {
        Args args = Args.of("RPUSH", KEYS[0], "new");
        batch.replay(write(args), args, at(11), 1000);
        db.instances().get(1).resetApplied(at(12));
        db.instances().get(2).resetApplied(at(12));
        batch.commit(at(11));
      }
      db.instances().get(1).resetApplied(at(3));
      db.instances().get(2).resetApplied(at(3));

      replay(db, at(10), "FLUSHDB");

      assertThat(length(db, KEYS[0])).isEqualTo(1);
      assertThat(length(db, KEYS[1])).isZero();
      assertThat(length(db, KEYS[2])).isZero();
      assertThat(db.applied()).containsExactly(at(11), at(10), at(10));
    }
  }

  @Test
  void refusesAFolderThatWasMadeWithOtherSettings() {
    PikaDb.open(folder, OPTIONS).close();

    assertThatThrownBy(() -> PikaDb.open(folder, new DbOptions(2, 1024, 4L << 20, true, false)))
        .isInstanceOf(StorageException.class)
        .hasMessage(
            folder.resolve("0")
                + " was made with format 1, instance 0, db-instance-num 3, default-slot-num 1024,"
                + " not format 1, instance 0, db-instance-num 2, default-slot-num 1024");
    assertThatThrownBy(() -> PikaDb.open(folder, new DbOptions(3, 512, 4L << 20, true, false)))
        .isInstanceOf(StorageException.class)
        .hasMessageEndingWith("db-instance-num 3, default-slot-num 512");
  }

  @Test
  void refusesAFolderThatIsInUse() {
    try (PikaDb db = PikaDb.open(folder, OPTIONS)) {
      assertThat(db.applied()).isNotEmpty();
      assertThatThrownBy(() -> PikaDb.open(folder, OPTIONS))
          .isInstanceOf(StorageException.class)
          .hasMessageStartingWith("cannot open " + folder.resolve("0"));
    }
  }

  @Test
  void givesNoViewAfterClose() {
    PikaDb db = PikaDb.open(folder, OPTIONS);
    db.close();
    db.close();

    assertThatThrownBy(db::view)
        .isInstanceOf(StorageException.class)
        .hasMessage("the DB is closed");
  }

  @Test
  void closeWaitsForOpenViews() throws Exception {
    PikaDb db = PikaDb.open(folder, OPTIONS);
    DbView view = db.view();
    CountDownLatch closed = new CountDownLatch(1);
    Thread closer =
        new Thread(
            () -> {
              db.close();
              closed.countDown();
            });

    closer.start();
    while (true) { // until the close has begun
      try {
        db.view().close();
      } catch (StorageException e) {
        break;
      }
    }
    assertThat(closed.getCount()).isEqualTo(1);
    assertThat(length(view, "foo")).isZero();
    view.close();

    assertThat(closed.await(10, TimeUnit.SECONDS)).isTrue();
    closer.join();
  }

  @Test
  void closeGivesUpOnAViewThatStaysOpen() {
    PikaDb db = PikaDb.open(folder, OPTIONS);
    try (DbView view = db.view()) {
      assertThat(view.nowMs()).isPositive();
      assertThatThrownBy(() -> db.close(Duration.ofMillis(1)))
          .isInstanceOf(StorageException.class)
          .hasMessage("cannot close " + folder + ": 1 reads go on");
    }
    db.close();
  }

  private static BinlogOffset at(long offset) {
    return new BinlogOffset(0, offset);
  }

  private static void replay(PikaDb db, BinlogOffset end, String... words) throws CommandException {
    Args args = Args.of(words);
    try (DbBatch batch = db.newBatch()) {
      batch.replay(write(args), args, end, 1000);
      batch.commit(end);
    }
  }

  private static Command.Write write(Args args) {
    return (Command.Write) CommandTable.instance().find(args.name()).orElseThrow();
  }

  private static long length(PikaDb db, String key) throws CommandException {
    try (DbView view = db.view()) {
      return length(view, key);
    }
  }

  private static long length(DbView view, String key) throws CommandException {
    Command.Read llen = (Command.Read) CommandTable.instance().find("llen").orElseThrow();
    return ((Reply.Int) llen.reader().read(view, Args.of("LLEN", key))).value();
  }
}
