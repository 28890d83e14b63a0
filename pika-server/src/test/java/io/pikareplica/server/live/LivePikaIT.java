package io.pikareplica.server.live;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;

/** Our replica beside a real Pika master. */
@EnabledIfEnvironmentVariable(
    named = RealPika.VARIABLE,
    matches = ".+",
    disabledReason = "PIKA_BIN names no Pika to run against")
class LivePikaIT {
  @TempDir Path folder;

  @Test
  void holdsTheMastersDataThroughFullSyncFlushAndRestartsOfEitherSide() throws Exception {
    try (RealPika master = RealPika.start(folder.resolve("master"), 2)) {
      Workload.run(master.port(), 0, 1, 3_000);
      Workload.run(master.port(), 1, 2, 1_000);
      try (OurNode replica =
          OurNode.start(
              folder, "replica", "--slaveof", "127.0.0.1:" + master.port(), "--databases", "2")) {
        assertEqual(master, replica);

        Workload.run(master.port(), 0, 3, 3_000);
        flush(master.port(), 1);
        Workload.run(master.port(), 1, 4, 1_000);
        assertEqual(master, replica);

        replica.stop();
        Workload.run(master.port(), 0, 5, 2_000);
        replica.restart();
        assertEqual(master, replica);

        replica.kill();
        Workload.run(master.port(), 0, 6, 2_000);
        replica.restart();
        assertEqual(master, replica);

        master.stop();
        master.restart();
        Workload.run(master.port(), 0, 7, 2_000);
        assertEqual(master, replica);
        assertThat(replica.output()).doesNotContain("Exception").doesNotContain(" ERROR ");
      }
    }
  }

  private static void flush(int port, int db) {
    try (Jedis jedis = new Jedis("127.0.0.1", port)) {
      jedis.select(db);
      jedis.flushDB();
    }
  }

  private static void assertEqual(RealPika master, OurNode replica) {
    Polling.untilCaughtUp(master.port(), replica.port());
    for (int db = 0; db < 2; db++) {
      ServerDump expected = ServerDump.of(master.port(), db);
      assertThat(expected.entries()).isNotEmpty();
      assertThat(ServerDump.of(replica.port(), db).differencesFrom(expected))
          .as("differences in db%d", db)
          .isEmpty();
    }
  }
}
