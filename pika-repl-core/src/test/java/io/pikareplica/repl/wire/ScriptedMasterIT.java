package io.pikareplica.repl.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.pikareplica.repl.ReplConfig;
import io.pikareplica.repl.ReplSettings;
import io.pikareplica.repl.ReplState;
import io.pikareplica.repl.ReplicaNode;
import io.pikareplica.repl.ReplicationStatus;
import io.pikareplica.storage.DbOptions;
import io.pikareplica.storage.DbView;
import io.pikareplica.storage.golden.DbDump;
import io.pikareplica.storage.golden.GoldenDump;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A running replica against recordings of a real master, on real sockets. */
class ScriptedMasterIT {
  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"incremental", "fullsync"})
  void saysWhatARealReplicaSaidAndHoldsWhatTheMasterHeld(String name) throws Exception {
    WireRecording recording = new WireRecording("pika-4.0.1/wire/" + name + ".jsonl.gz");
    try (ScriptedMaster master = new ScriptedMaster(recording);
        ReplicaNode node = ReplicaNode.start(config(master.sockets()))) {
      await()
          .atMost(Duration.ofSeconds(60))
          .until(() -> !master.violations().isEmpty() || master.isDone());
      assertThat(master.violations()).isEmpty();
      for (String db : recording.steps().keySet()) {
        holdsWhatTheMasterHeld(node, name, db);
        assertThat(master.files().begun(db))
            .containsExactlyInAnyOrderElementsOf(recording.snapshots().get(db).names);
      }
      await().atMost(Duration.ofSeconds(10)).until(() -> node.status().isEligible());
      isUpInItsStatus(node.status());
    }
  }

  private static void holdsWhatTheMasterHeld(ReplicaNode node, String name, String db)
      throws Exception {
    try (DbView view = node.view(Integer.parseInt(db.substring(2)))) {
      assertThat(
              GoldenDump.differences(
                  GoldenDump.read("pika-4.0.1/expected/" + name + "-" + db + ".jsonl.gz"),
                  DbDump.of(view, System.currentTimeMillis())))
          .as(db)
          .isEmpty();
    }
  }

  private static void isUpInItsStatus(ReplicationStatus status) {
    assertThat(status.role()).isEqualTo(ReplicationStatus.Role.SLAVE);
    assertThat(status.master().orElseThrow().isUp()).isTrue();
    assertThat(status.binlogFileSizeBytes()).isEqualTo(131_072);
    assertThat(status.dbs())
        .allSatisfy(
            db -> {
              assertThat(db.state()).isEqualTo(ReplState.CONNECTED);
              assertThat(db.error()).isEmpty();
              assertThat(db.applied()).isEqualTo(db.received());
            });
  }

  private ReplConfig config(MasterSockets master) {
    return new ReplConfig(
        1,
        master.replPortShift(),
        master.rsyncPortShift(),
        2,
        DbOptions.DEFAULT,
        folder.resolve("db"),
        folder.resolve("log"),
        folder.resolve("dbsync"),
        131_072,
        ReplConfig.Fsync.NO,
        64 << 20,
        16 << 20,
        4,
        Optional.of(master.address()),
        ReplSettings.DEFAULT);
  }
}
