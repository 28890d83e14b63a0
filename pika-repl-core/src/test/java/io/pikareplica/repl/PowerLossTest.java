package io.pikareplica.repl;

import static org.assertj.core.api.Assertions.assertThat;

import io.pikareplica.binlog.BinlogItem;
import io.pikareplica.binlog.BinlogItemCodec;
import io.pikareplica.binlog.BinlogOffset;
import io.pikareplica.binlog.BinlogSettings;
import io.pikareplica.binlog.BinlogWriter;
import io.pikareplica.binlog.RespContent;
import io.pikareplica.repl.ReplConfig.Fsync;
import io.pikareplica.repl.sim.SimDisk;
import io.pikareplica.storage.Args;
import io.pikareplica.storage.DbOptions;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/** What is left when the machine goes, file by file; the simulation has found each of these. */
class PowerLossTest {
  /** Nothing survives that was not forced. */
  private static final RandomGenerator WORST = () -> 0L;

  private static final long FILE_BYTES = 200;

  private final SimDisk disk = new SimDisk(() -> 0);
  private final RecordingListener listener = new RecordingListener();

  private static BinlogSettings settings() {
    return new BinlogSettings(FILE_BYTES, BinlogSettings.Force.EACH, Clock.systemUTC());
  }

  private LocalDb open() throws ReplicationException {
    ReplConfig config =
        new ReplConfig(
            9221,
            2000,
            10001,
            1,
            new DbOptions(2, 1024, 1 << 20, false, false),
            disk.path("/db"),
            disk.path("/log"),
            disk.path("/dbsync"),
            FILE_BYTES,
            Fsync.NO,
            1 << 20,
            1 << 20,
            4,
            Optional.empty(),
            ReplSettings.DEFAULT);
    DbEnvironment environment =
        new DbEnvironment(
            Clock.systemUTC(),
            (folder, options) -> SimData.open(folder, options, new SplittableRandom(1)),
            WorkerThreads.REAL);
    return LocalDb.open(0, config, listener, environment);
  }

  /** Items of a master, as its own binlog holds them. */
  private static List<ReplicatedBatch.Entry> items(int count, String value) {
    List<ReplicatedBatch.Entry> entries = new ArrayList<>();
    BinlogOffset at = BinlogOffset.ZERO;
    for (int i = 0; i < count; i++) {
      SimItem item = SimItem.after(at, Args.of("rpush", "l" + i, value), 0, i + 1L, FILE_BYTES);
      entries.add(new ReplicatedBatch.Entry(item.end(), item.bytes()));
      at = item.end();
    }
    return entries;
  }

  private static BinlogOffset last(List<ReplicatedBatch.Entry> items) {
    return items.get(items.size() - 1).end();
  }

  private static void take(LocalDb db, List<ReplicatedBatch.Entry> items) {
    db.offer(new ReplicatedBatch("db0", 1, 7, items));
    DbFixture.await(db.drain());
  }

  private void loseBinlog() throws Exception {
    lose(disk.path("/log/log_db0/manifest"));
    lose(disk.path("/log/log_db0/write2file0"));
  }

  private void lose(Path file) throws Exception {
    Files.delete(file);
  }

  @Test
  void whatWasForcedIsThereAfterARoll() throws Exception {
    Path folder = disk.path("/log_db0");
    BinlogOffset end;
    try (BinlogWriter writer = BinlogWriter.open(folder, settings())) {
      for (int i = 0; i < 5; i++) {
        writer.appendOwn(List.of(RespContent.encode(Args.of("set", "key", "v" + i).from(0))), 1);
      }
      end = writer.force();
    }
    assertThat(end.filenum()).isPositive();

    disk.powerLoss(WORST, true);

    try (BinlogWriter writer = BinlogWriter.open(folder, settings())) {
      assertThat(writer.producer()).isEqualTo(end);
    }
  }

  @Test
  void itemsThatComeAgainMustEndWhereTheDataStands() throws Exception {
    List<ReplicatedBatch.Entry> items = items(2, "abc");
    try (LocalDb db = open()) {
      take(db, items);
    }
    loseBinlog();

    try (LocalDb db = open()) {
      assertThat(db.received()).isEqualTo(BinlogOffset.ZERO);
      assertThat(db.reached()).isEqualTo(last(items));
      List<ReplicatedBatch.Entry> others = items(2, "abcd");
      take(db, others);
      assertThat(db.received()).isEqualTo(others.get(0).end());
      assertThat(listener.failures)
          .singleElement()
          .extracting(ReplicationException::kind)
          .isEqualTo(ReplicationException.Kind.CONTINUITY);
    }
  }

  @Test
  void itemsThatComeAgainAreAppendedAndNotAppliedTwice() throws Exception {
    List<ReplicatedBatch.Entry> items = items(4, "abc");
    try (LocalDb db = open()) {
      take(db, items.subList(0, 2));
    }
    loseBinlog();

    try (LocalDb db = open()) {
      take(db, items);
      assertThat(db.applied()).isEqualTo(last(items));
      assertThat(listener.failures).isEmpty();
    }
    try (SimLog log = SimLog.open(disk.path("/db/db0/" + SimKeys.instanceOf("l0", 2)))) {
      assertThat(log.keys().list("l0")).containsExactly("abc");
    }
  }

  @Test
  void aMasterThatLostItemsInOneInstanceBeginsAFileOfItsOwn() throws Exception {
    List<ReplicatedBatch.Entry> items = items(2, "abc");
    try (LocalDb db = open()) {
      take(db, items);
    }
    loseBinlog();
    lose(disk.path("/db/db0/0/data"));

    try (LocalDb db = open()) {
      db.setWritable(true);
      DbFixture.await(db.drain());
      assertThat(db.received()).isEqualTo(new BinlogOffset(1, 0));
      assertThat(db.needsFullSync()).isPresent();
    }
  }

  @Test
  void aMasterThatLostItemsOfItsBinlogOnlyGoesOnWhereItsDataStands() throws Exception {
    List<ReplicatedBatch.Entry> items = items(2, "abc");
    try (LocalDb db = open()) {
      take(db, items);
    }
    loseBinlog();

    try (LocalDb db = open()) {
      db.setWritable(true);
      DbFixture.await(db.drain());
      assertThat(db.received()).isEqualTo(last(items));
      assertThat(db.needsFullSync()).isEmpty();
    }
  }

  /** Only the older of two files has lost its end: what follows must not be taken for the rest. */
  @Test
  void aFileThatHasLostItsLastItemsIsNoticedByTheNext() throws Exception {
    List<ReplicatedBatch.Entry> items = items(6, "abc");
    assertThat(last(items).filenum()).isEqualTo(1);
    try (LocalDb db = open()) {
      take(db, items);
    }
    lose(disk.path("/db/db0/0/data"));
    lose(disk.path("/db/db0/1/data"));
    try (var file =
        FileChannel.open(disk.path("/log/log_db0/write2file0"), StandardOpenOption.WRITE)) {
      file.truncate(items.get(1).end().offset());
    }

    try (LocalDb db = open()) {
      assertThat(db.needsFullSync().orElse(""))
          .contains("it began at")
          .contains("but the item before it ends at " + items.get(1).end());
    }
  }

  @Test
  void theItemsHereAreAsAMasterLogsThem() throws Exception {
    ReplicatedBatch.Entry second = items(2, "abc").get(1);
    BinlogItem item = BinlogItemCodec.decode(second.item());
    assertThat(new BinlogOffset(item.filenum(), item.offset()))
        .isEqualTo(items(1, "abc").get(0).end());
  }
}
