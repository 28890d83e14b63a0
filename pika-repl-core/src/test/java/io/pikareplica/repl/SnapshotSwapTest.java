package io.pikareplica.repl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pikareplica.binlog.BinlogOffset;
import io.pikareplica.repl.DbFiles.SwapStep;
import io.pikareplica.repl.ReplConfig.Fsync;
import io.pikareplica.repl.sync.DurableFiles;
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
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
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
        DbEnvironment.REAL,
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

  /** W-4. */
  @ParameterizedTest
  @EnumSource(
      mode = EnumSource.Mode.EXCLUDE,
      names = {"BINLOG_KEPT", "DATA_KEPT", "DIVERGENCE_SETTLED"})
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

  /** W-5. */
  @ParameterizedTest
  @EnumSource(
      mode = EnumSource.Mode.EXCLUDE,
      names = {"BINLOG_KEPT", "DATA_KEPT", "DIVERGENCE_SETTLED"})
  void aStartThatIsKilledWhileItFinishesASwapDoesNoHarm(SwapStep step) throws Exception {
    fill();
    LocalDb db = open(Optional.of(SwapStep.BEGUN));
    assertThatThrownBy(() -> DbFixture.await(db.install(stage(OFFSET))));
    db.close();
    assertThatThrownBy(() -> open(Optional.of(step))).isInstanceOf(Killed.class);
    assertIsNew(open(Optional.empty()));
  }

  private void diverge(LocalDb db) throws ReplicationException {
    db.diverged(
        "the master's binlog has no item border at our offset",
        "a".repeat(50),
        new HostPort("10.0.0.1", 9221),
        "a".repeat(50),
        Optional.of(OFFSET),
        Divergence.Outcome.SYNCING);
    db.markFullSyncNeeded("diverged");
  }

  private List<Path> kept() throws IOException {
    Path root = config.dbPath().resolve("diverged");
    if (!Files.exists(root)) {
      return List.of();
    }
    try (Stream<Path> folders = Files.list(root)) {
      return folders.sorted().toList();
    }
  }

  /** What was replaced lies aside, whole, and can be opened. */
  private void assertIsKept(LocalDb db, BinlogOffset end) throws Exception {
    Divergence noted = db.lastDivergence().orElseThrow();
    assertThat(noted.outcome()).isEqualTo(Divergence.Outcome.REPLACED);
    assertThat(noted.received()).isEqualTo(end);
    assertThat(kept()).singleElement().isEqualTo(noted.kept().orElseThrow());
    Path folder = noted.kept().orElseThrow();
    assertThat(folder.getFileName().toString()).matches("db0-[0-9]{8}T[0-9]{6}Z-uuid");
    assertThat(folder.resolve("divergence")).content().contains("received=" + end);
    Path again = this.folder.resolve("again");
    CrashTest.copy(folder.resolve("data"), again.resolve("db/db0"));
    CrashTest.copy(folder.resolve("binlog"), again.resolve("log/log_db0"));
    LocalDb old = LocalDb.open(0, DbFixture.config(again, Fsync.NO), listener);
    assertThat(old.received()).isEqualTo(end);
    assertThat(old.needsFullSync()).isEmpty();
    assertHolds(old, "old", "old");
  }

  @Test
  void dataAndBinlogThatDivergedAreKeptAside() throws Exception {
    fill();
    LocalDb db = open(Optional.empty());
    BinlogOffset end = db.received();
    diverge(db);
    DbFixture.await(db.install(stage(OFFSET)));
    assertIsNew(db);
    assertIsKept(db, end);
  }

  @Test
  void whatDidNotDivergeIsNotKept() throws Exception {
    fill();
    LocalDb db = open(Optional.empty());
    diverge(db);
    db.followed();
    DbFixture.await(db.drain());
    DbFixture.await(db.install(stage(OFFSET)));
    assertIsNew(db);
    assertThat(kept()).isEmpty();
    LocalDb again = open(Optional.empty());
    assertThat(again.lastDivergence().orElseThrow().outcome())
        .isEqualTo(Divergence.Outcome.FOLLOWED);
  }

  @Test
  void anOffsetGivenByHandEndsADivergence() throws Exception {
    fill();
    LocalDb db = open(Optional.empty());
    diverge(db);
    DbFixture.await(db.resetBinlog(OFFSET));
    assertThat(db.lastDivergence().orElseThrow().outcome()).isEqualTo(Divergence.Outcome.OVERRULED);
    DbFixture.await(db.install(stage(OFFSET)));
    assertThat(kept()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void aSwapOfDivergedDataThatIsKilledAtAnyStepKeepsIt(SwapStep step) throws Exception {
    fill();
    LocalDb db = open(Optional.of(step));
    BinlogOffset end = db.received();
    diverge(db);
    assertThatThrownBy(() -> DbFixture.await(db.install(stage(OFFSET))));
    db.close();
    LocalDb again = open(Optional.empty());
    assertIsNew(again);
    assertIsKept(again, end);
  }

  @ParameterizedTest
  @EnumSource(
      names = {
        "OPENED",
        "BINLOG_KEPT",
        "BINLOG_BEGUN",
        "DATA_KEPT",
        "DIVERGENCE_SETTLED",
        "FINISHED"
      })
  void aStartThatIsKilledWhileItFinishesSuchASwapKeepsItToo(SwapStep step) throws Exception {
    fill();
    LocalDb db = open(Optional.of(SwapStep.BEGUN));
    BinlogOffset end = db.received();
    diverge(db);
    assertThatThrownBy(() -> DbFixture.await(db.install(stage(OFFSET))));
    db.close();
    assertThatThrownBy(() -> open(Optional.of(step))).isInstanceOf(Killed.class);
    LocalDb again = open(Optional.empty());
    assertIsNew(again);
    assertIsKept(again, end);
  }

  /** The new data breaks while it is being put in place: data and binlog come back together. */
  @ParameterizedTest
  @EnumSource(
      mode = EnumSource.Mode.EXCLUDE,
      names = {"BEGUN", "MOVED_ASIDE", "FINISHED", "BACKUP_DROPPED"})
  void divergedDataIsPutBackWhenTheSnapshotDoesNotOpenAfterAKill(SwapStep step) throws Exception {
    fill();
    LocalDb db = open(Optional.of(step));
    BinlogOffset end = db.received();
    diverge(db);
    assertThatThrownBy(() -> DbFixture.await(db.install(stage(OFFSET))));
    db.close();
    Files.writeString(config.dbPath().resolve("db0/1/CURRENT"), "nonsense\n");
    LocalDb again = open(Optional.empty());
    assertThat(again.received()).isEqualTo(end);
    assertThat(again.needsFullSync()).isPresent();
    assertThat(again.lastDivergence().orElseThrow().outcome())
        .isEqualTo(Divergence.Outcome.SYNCING);
    assertHolds(again, "old", "old");
    assertThat(kept()).isEmpty();
  }

  @Test
  void aSwapThatIsKilledWhileItIsUndoneIsUndoneAtTheNextStart() throws Exception {
    fill();
    LocalDb db = open(Optional.of(SwapStep.MOVED_IN));
    assertThatThrownBy(() -> DbFixture.await(db.install(stage(OFFSET))));
    db.close();
    // the snapshot was refused and deleted, the old data was not yet moved
    DurableFiles.deleteTree(config.dbPath().resolve("db0"));
    assertHolds(open(Optional.empty()), "old", "old");
  }

  private ReplSettings keeping(int number) {
    ReplSettings d = ReplSettings.DEFAULT;
    return new ReplSettings(
        d.masterAuth(),
        d.announceHost(),
        d.announcePort(),
        d.priority(),
        d.announced(),
        d.replTimeoutMs(),
        d.throttleBytesPerSecond(),
        d.rsyncTimeoutMs(),
        d.expireLogsNums(),
        d.expireLogsDays(),
        d.onDivergence(),
        number,
        d.pingReplicaMs(),
        d.linkDownClock(),
        d.offsetOrder());
  }

  @Test
  void onlyTheNewestAreKept() throws Exception {
    fill();
    LocalDb db = open(Optional.empty());
    db.configure(keeping(2));
    for (int i = 0; i < 3; i++) {
      diverge(db);
      DbFixture.await(db.install(stage(OFFSET)));
    }
    assertThat(kept()).hasSize(2).contains(db.lastDivergence().orElseThrow().kept().orElseThrow());
    Files.createDirectories(config.dbPath().resolve("diverged/db1-20260101T000000Z-other"));
    db.close();
    assertIsNew(open(Optional.empty()));
    assertThat(kept())
        .extracting(path -> path.getFileName().toString().substring(0, 4))
        .containsExactly("db0-", "db1-");
  }

  @Test
  void noneAreKeptWhereNoneAreAskedFor() throws Exception {
    fill();
    LocalDb db = open(Optional.empty());
    db.configure(keeping(0));
    diverge(db);
    DbFixture.await(db.install(stage(OFFSET)));
    assertIsNew(db);
    assertThat(kept()).isEmpty();
    Divergence noted = db.lastDivergence().orElseThrow();
    assertThat(noted.outcome()).isEqualTo(Divergence.Outcome.REPLACED);
    assertThat(noted.kept()).isEmpty();
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
                + " is no journal of a swap: its last line is not the checksum of what stands"
                + " before");
  }
}
