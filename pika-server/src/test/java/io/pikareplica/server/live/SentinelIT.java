package io.pikareplica.server.live;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;

/** A real Sentinel finds our replica through its master, watches it and promotes it. */
class SentinelIT {
  @TempDir Path folder;

  @Test
  void promotesTheReplicaWhenTheMasterIsKilled() throws Exception {
    try (OurNode master = OurNode.start(folder, "master");
        OurNode replica =
            OurNode.start(folder, "replica", "--slaveof", "127.0.0.1:" + master.port())) {
      int masterPort = master.port();
      int replicaPort = replica.port();
      write(masterPort, 1_000);
      Polling.untilCaughtUp(masterPort, replicaPort);
      try (Sentinel sentinel = Sentinel.start(folder, masterPort, 2_000)) {
        Polling.until("Sentinel knows the replica", () -> knows(sentinel, replicaPort));
        Map<String, String> seen = sentinel.replicas().get(0);
        assertThat(seen)
            .containsEntry("master-link-status", "ok")
            .containsEntry("slave-priority", "100")
            .containsEntry(
                "slave-repl-offset",
                Polling.info(masterPort, "replication").get("slave_repl_offset"));

        master.kill();
        Polling.until("Sentinel switches", () -> sentinel.has("+switch-master"));

        assertThat(sentinel.masterPort()).isEqualTo(replicaPort);
        assertThat(names(sentinel.events()))
            .containsSubsequence(
                "+sdown",
                "+odown",
                "+try-failover",
                "+elected-leader",
                "+selected-slave",
                "+failover-state-send-slaveof-noone",
                "+promoted-slave",
                "+failover-end",
                "+switch-master")
            .doesNotContain("+tilt", "-failover-abort-no-good-slave");
        assertThat(Polling.info(replicaPort, "replication")).containsEntry("role", "master");
        try (Jedis jedis = new Jedis("127.0.0.1", replicaPort)) {
          assertThat(jedis.get("key:999")).isEqualTo("value:999");
          assertThat(jedis.set("after", "failover")).isEqualTo("OK");
          assertThat(jedis.get("after")).isEqualTo("failover");
        }
      }
      assertThat(replica.output()).doesNotContain("Exception");
    }
  }

  private static void write(int port, int keys) {
    try (Jedis jedis = new Jedis("127.0.0.1", port)) {
      for (int i = 0; i < keys; i++) {
        jedis.set("key:" + i, "value:" + i);
      }
    }
  }

  private static boolean knows(Sentinel sentinel, int replicaPort) {
    List<Map<String, String>> replicas = sentinel.replicas();
    return replicas.size() == 1
        && replicas.get(0).get("port").equals(Integer.toString(replicaPort))
        && replicas.get(0).get("master-link-status").equals("ok")
        && !replicas.get(0).get("slave-repl-offset").equals("0");
  }

  private static List<String> names(List<String> events) {
    return events.stream().map(event -> event.substring(0, event.indexOf(' '))).toList();
  }
}
