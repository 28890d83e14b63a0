package io.pikareplica.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.pikareplica.binlog.BinlogOffset;
import io.pikareplica.storage.codec.KeyFormat;
import io.pikareplica.storage.golden.DbDump;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SweeperTest {
  private static final long NOW = 1_795_334_223_000L;
  private static final long GRACE = 60_000;
  private static final String[] ALL = {
    "SET s v", "HSET h f v", "SADD t m", "RPUSH l a b", "ZADD z 1 m", "XADD x 1-1 f v"
  };

  @TempDir Path folder;
  private PikaDb db;
  private long end;

  @BeforeEach
  void open() {
    db = PikaDb.open(folder, DbOptions.DEFAULT);
  }

  @AfterEach
  void close() {
    db.close();
  }

  @Test
  void leavesLiveKeysAlone() {
    run(ALL);
    run("EXPIRE s 10", "EXPIRE h 10", "HSET h g w", "LPOP l");
    var before = DbDump.of(db, NOW);
    Map<Family, Long> rows = rowCounts();

    sweep(NOW + 10_000 + GRACE);

    assertThat(DbDump.of(db, NOW)).isEqualTo(before);
    assertThat(rowCounts()).isEqualTo(rows);
  }

  @Test
  void removesEverythingOfDeletedKeysWithinTwoRounds() {
    run(ALL);
    run("DEL s h t l z x");

    sweep(NOW);

    assertThat(rowCounts().values()).containsOnly(0L);
  }

  @Test
  void removesExpiredKeysAfterTheGrace() {
    run(ALL);
    run("EXPIRE s 10", "EXPIRE h 10", "EXPIRE t 10", "EXPIRE l 10", "EXPIRE z 10", "DEL x");

    sweep(NOW + 10_001 + GRACE);

    assertThat(rowCounts().values()).containsOnly(0L);
  }

  @Test
  void removesRowsOfEarlierLivesAndOtherTypesOnly() {
    run(ALL);
    run(
        "DEL h t l z",
        "HSET h f2 v2",
        "SADD t m2",
        "RPUSH l c",
        "ZADD z 2 m2",
        "SET x now-a-string");
    var before = DbDump.of(db, NOW);

    sweep(NOW);

    assertThat(DbDump.of(db, NOW)).isEqualTo(before);
    Map<Family, Long> rows = rowCounts();
    assertThat(rows).containsEntry(Family.HASH, 1L).containsEntry(Family.SET, 1L);
    assertThat(rows).containsEntry(Family.LIST, 1L).containsEntry(Family.ZSET, 1L);
    assertThat(rows).containsEntry(Family.ZSET_SCORE, 1L).containsEntry(Family.STREAM, 0L);
  }

  @Test
  void keepsAStreamThatWasEmptiedButNotDeleted() {
    run("XADD x 1-1 f v", "XDEL x 1-1");

    sweep(NOW);

    assertThat(rowCounts()).containsEntry(Family.META, 1L);
  }

  @Test
  void movesNoOffset() {
    run(ALL);
    run("DEL s h");
    var applied = db.applied();

    sweep(NOW);

    assertThat(db.applied()).isEqualTo(applied);
  }

  @Test
  void worksInStepsOfOneLook() {
    run(ALL);
    run("DEL s h t l z x");
    Sweeper sweeper = new Sweeper(db, GRACE);

    int rounds = 0;
    for (int steps = 0; rounds < 2; steps++) {
      assertThat(steps).isLessThan(1000);
      rounds += sweeper.step(NOW, 1) ? 1 : 0;
    }

    assertThat(rowCounts().values()).containsOnly(0L);
    assertThat(sweeper.removed()).isGreaterThan(5);
  }

  private void sweep(long nowMs) {
    Sweeper sweeper = new Sweeper(db, GRACE);
    for (int round = 0; round < 2; ) {
      round += sweeper.step(nowMs, 3) ? 1 : 0;
    }
  }

  private void run(String... commands) {
    for (String command : commands) {
      Args args = Args.of(command.split(" "));
      Command.Write write = (Command.Write) CommandTable.instance().find(args.name()).orElseThrow();
      try (DbBatch batch = db.newBatch()) {
        batch.execute(write, args, NOW);
        batch.commit(new BinlogOffset(0, ++end));
      } catch (CommandException e) {
        throw new AssertionError(command, e);
      }
    }
  }

  private Map<Family, Long> rowCounts() {
    Map<Family, Long> counts = new EnumMap<>(Family.class);
    try (DbView view = db.view()) {
      for (Rows rows : view.allRows()) {
        for (Family family : Family.values()) {
          if (family == Family.REPLICA_STATE) {
            continue;
          }
          long count = 0;
          try (RowIterator row = rows.ascending(family, new byte[0], KeyFormat.afterAll())) {
            for (; row.isValid(); row.next()) {
              count++;
            }
          }
          counts.merge(family, count, Long::sum);
        }
      }
    }
    return counts;
  }
}
