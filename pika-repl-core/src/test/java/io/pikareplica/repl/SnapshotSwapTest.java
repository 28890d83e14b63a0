package io.pikareplica.repl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pikareplica.binlog.BinlogOffset;
import io.pikareplica.repl.DbFiles.SwapStep;
import io.pikareplica.repl.ReplConfig.Fsync;
import io.pikareplica.repl.sync.StagedSnapshot;
import io.pikareplica.storage.Args;
import io.pikareplica.storage.Command;
import io.pikareplica.storage.CommandException;
import io.pikareplica.storage.CommandTable;
import io.pikareplica.storage.DbBatch;
import io.pikareplica.storage.PikaDb;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SnapshotSwapTest {
  private static final BinlogOffset OFFSET = new BinlogOffset(7, 4096);

  @TempDir Path folder;
  private ReplConfig config;
  private final RecordingListener listener = new RecordingListener();

  /** The process ends here. */
  private static final class Killed extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  @BeforeEach
  void configure() {
    config = DbFixture.config(folder, Fsync.NO);
  }

  private LocalDb open(Optional<SwapStep> killedAt) throws ReplicationException {
    return LocalDb.open(
        0,
        config,
        listener,
        System::currentTimeMillis,
        step -> {
          if (killedAt.isPresent() && killedAt.get() == step) {
            throw new Killed();
          }
        });
  }

  private StagedSnapshot stage(BinlogOffset standsAt) {
    Path staged = config.dbSyncPath().resolve("db0");
    try (PikaDb data = PikaDb.open(staged, config.dbOptions());
        DbBatch batch = data.newBatch()) {
      Command.Write set = (Command.Write) CommandTable.instance().find("set").orElseThrow();
      batch.replay(set, Args.of("set", "key", "new"), standsAt, 1000);
      batch.commit(standsAt);
    } catch (CommandException e) {
      throw new AssertionError(e);
    }
    return new StagedSnapshot("db0", "uuid", staged, OFFSET);
  }

  private void fill() throws ReplicationException {
    try (DbFixture fixture = new DbFixture(folder)) {
      fixture.take(fixture.item("set", "key", "old"), fixture.item("set", "other", "old"));
    }
  }

  private static void assertHolds(LocalDb db, String key, String other) {
    try (DbFixture fixture = new DbFixture(db)) {
      fixture.assertReads(key, "get", "key");
      fixture.assertReads(other, "get", "other");
    }
  }

  private void assertIsNew(LocalDb db) throws Exception {
    assertThat(db.received()).isEqualTo(OFFSET);
    assertThat(db.applied()).isEqualTo(OFFSET);
    assertThat(db.firstRetained()).isEqualTo(new BinlogOffset(7, 0));
    assertThat(db.needsFullSync()).isEmpty();
    assertThat(db.binlogFolder().resolve("write2file0")).doesNotExist();
    assertHolds(db, "new", "nil");
    assertThat(config.dbPath()).isDirectoryNotContaining("glob:**{_bak,.swap,.fullsync}");
    assertThat(config.dbSyncPath().resolve("db0")).doesNotExist();
  }

  @Test
  void aSnapshotTakesThePlaceOfDataAndBinlog() throws Exception {
    fill();
    LocalDb db = open(Optional.empty());
    db.markFullSyncNeeded("test");
    DbFixture.await(db.install(stage(OFFSET)));
    assertIsNew(db);
  }

  @Test
  void theBinlogGoesOnAfterTheSnapshot() throws Exception {
    try (DbFixture fixture = new DbFixture(folder)) {
      DbFixture.await(fixture.db.install(stage(OFFSET)));
      fixture.masterAt(OFFSET);
      fixture.take(fixture.item("rpush", "l", "1"));
      fixture.reopen();
      fixture.assertReads("1", "lrange", "l", "0", "-1");
      assertThat(fixture.listener.failures).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource
  void aSwapThatIsKilledAtAnyStepIsFinishedAtTheNextStart(SwapStep step) throws Exception {
    fill();
    LocalDb db = open(Optional.of(step));
    db.markFullSyncNeeded("test");
    assertThatThrownBy(() -> DbFixture.await(db.install(stage(OFFSET))));
    assertThat(db.failure()).isPresent();
    db.close();
    assertIsNew(open(Optional.empty()));
    assertHolds(open(Optional.empty()), "new", "nil");
  }

  @ParameterizedTest
  @EnumSource
  void aStartThatIsKilledWhileItFinishesASwapDoesNoHarm(SwapStep step) throws Exception {
    fill();
    LocalDb db = open(Optional.of(SwapStep.BEGUN));
    assertThatThrownBy(() -> DbFixture.await(db.install(stage(OFFSET))));
    db.close();
    assertThatThrownBy(() -> open(Optional.of(step))).isInstanceOf(Killed.class);
    assertIsNew(open(Optional.empty()));
  }

  @Test
  void aSnapshotThatStandsElsewhereIsPutBack() throws Exception {
    fill();
    LocalDb db = open(Optional.empty());
    BinlogOffset before = db.received();
    assertThatThrownBy(() -> DbFixture.await(db.install(stage(new BinlogOffset(7, 1)))))
        .hasRootCauseMessage("db0: the snapshot does not open or stands at another offset");
    assertThat(db.received()).isEqualTo(before);
    assertThat(db.failure()).isEmpty();
    assertHolds(db, "old", "old");
  }

  @Test
  void aSnapshotThatDoesNotOpenAfterAKillIsPutBack() throws Exception {
    fill();
    LocalDb db = open(Optional.of(SwapStep.MOVED_IN));
    assertThatThrownBy(() -> DbFixture.await(db.install(stage(OFFSET))));
    db.close();
    Files.writeString(config.dbPath().resolve("db0/1/CURRENT"), "nonsense\n");
    LocalDb again = open(Optional.empty());
    assertThat(again.failure()).isEmpty();
    assertHolds(again, "old", "old");
  }

  @Test
  void aSnapshotThatIsNotThereChangesNothing() throws Exception {
    fill();
    LocalDb db = open(Optional.empty());
    Path nowhere = folder.resolve("nowhere");
    assertThatThrownBy(
            () -> DbFixture.await(db.install(new StagedSnapshot("db0", "u", nowhere, OFFSET))))
        .hasRootCauseMessage("there is no snapshot in " + nowhere);
    assertHolds(db, "old", "old");
  }

  @Test
  void aJournalThatMakesNoSenseStopsTheStart() throws IOException {
    Files.createDirectories(config.dbPath());
    Files.writeString(config.dbPath().resolve("db0.swap"), "?\n");
    assertThatThrownBy(() -> open(Optional.empty()))
        .isInstanceOf(ReplicationException.class)
        .hasMessage(
            "db0 cannot be opened: "
                + config.dbPath().resolve("db0.swap")
                + " is no journal of a swap");
  }
}
