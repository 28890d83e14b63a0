package io.pikareplica.server.sentinel;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.ReadFrom;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCredentials;
import io.lettuce.core.RedisCredentialsProvider;
import io.lettuce.core.RedisURI;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.masterreplica.MasterReplica;
import io.lettuce.core.masterreplica.StatefulRedisMasterReplicaConnection;
import io.pikareplica.server.live.Polling;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.JedisSentinelPool;

/** Clients that ask Sentinel where the master is follow it. */
@Tag("sentinel")
class ClientsIT {
  private static final Duration TIMEOUT = Duration.ofSeconds(1);

  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  private Path folder;

  /** How the old master goes. */
  private interface End {
    void of(TestNode master) throws Exception;
  }

  @SentinelTest("T16 Jedis")
  void jedisFollowsWhenTheMasterIsKilled(Setup setup) throws Exception {
    Lab.run(setup, folder, lab -> jedisFollows(lab, TestNode::kill));
  }

  @SentinelTest("T16 Jedis, paused")
  void jedisFollowsWhenTheMasterHangs(Setup setup) throws Exception {
    Lab.run(setup, folder, lab -> jedisFollows(lab, TestNode::pause));
  }

  @SuppressWarnings("deprecation") // what most users have
  private static void jedisFollows(Lab lab, End end) throws Exception {
    Trio trio = Trio.start(lab);
    Sentinel sentinel = lab.sentinel(trio.master());
    lab.awaitKnown(sentinel, trio.first(), trio.second());
    JedisClientConfig nodes =
        DefaultJedisClientConfig.builder()
            .timeoutMillis(Math.toIntExact(TIMEOUT.toMillis()))
            .password(trio.master().password().isEmpty() ? null : trio.master().password())
            .build();
    HostAndPort address = new HostAndPort(sentinel.address().host(), sentinel.address().port());
    try (JedisSentinelPool pool =
            new JedisSentinelPool(
                Sentinel.MASTER,
                Set.of(address),
                nodes,
                DefaultJedisClientConfig.builder().build());
        SteadyWrites writes =
            SteadyWrites.start(
                (key, value) -> {
                  try (Jedis jedis = pool.getResource()) {
                    jedis.set(key, value);
                  }
                })) {
      follows(lab, sentinel, trio, writes, end);
    }
  }

  /** Writes arrive at the old master, then at the new one, and none that was answered is lost. */
  private static void follows(Lab lab, Sentinel sentinel, Trio trio, SteadyWrites writes, End end)
      throws Exception {
    Polling.until("writes arrive", () -> writes.count() > 20);
    assertThat(Data.count(trio.master(), SteadyWrites.NAME)).isGreaterThan(15);
    long endNanos = System.nanoTime();
    end.of(trio.master());
    sentinel.await("+switch-master", 0);
    TestNode leader = lab.nodeAt(sentinel.masterAddress());
    int atSwitch = writes.count();
    Polling.until("writes go on", () -> writes.count() > atSwitch + 30);
    System.out.printf(
        "%s: %d writes failed, none for %d ms%n",
        lab.setup(), writes.failed(), writes.longestGapMs());
    try (Jedis jedis = leader.connect()) {
      for (String key : writes.keysSince(endNanos + Duration.ofSeconds(2).toNanos())) {
        assertThat(jedis.exists(key)).as(key).isTrue();
      }
    }
    assertThat(writes.keysSince(endNanos + Duration.ofSeconds(2).toNanos())).isNotEmpty();
  }

  @SentinelTest("T16 Lettuce")
  void lettuceFollowsAndReadsFromTheReplica(Setup setup) throws Exception {
    Lab.run(setup, folder, lab -> lettuceFollows(lab, TestNode::kill));
  }

  @SentinelTest("T16 Lettuce, paused")
  void lettuceFollowsWhenTheMasterHangs(Setup setup) throws Exception {
    Lab.run(setup, folder, lab -> lettuceFollows(lab, TestNode::pause));
  }

  private static void lettuceFollows(Lab lab, End end) throws Exception {
    Trio trio = Trio.start(lab);
    Sentinel sentinel = lab.sentinel(trio.master());
    lab.awaitKnown(sentinel, trio.first(), trio.second());
    RedisURI uri =
        RedisURI.Builder.sentinel(
                sentinel.address().host(), sentinel.address().port(), Sentinel.MASTER)
            .withTimeout(TIMEOUT)
            .build();
    if (!trio.master().password().isEmpty()) {
      uri.setCredentialsProvider(
          RedisCredentialsProvider.from(
              () -> RedisCredentials.just(null, trio.master().password())));
    }
    RedisClient client = RedisClient.create();
    client.setOptions(
        ClientOptions.builder().timeoutOptions(TimeoutOptions.enabled(TIMEOUT)).build());
    try (StatefulRedisMasterReplicaConnection<String, String> connection =
            MasterReplica.connect(client, StringCodec.UTF8, uri);
        SteadyWrites writes =
            SteadyWrites.start((key, value) -> connection.sync().set(key, value))) {
      connection.setReadFrom(ReadFrom.REPLICA);
      follows(lab, sentinel, trio, writes, end);
      TestNode leader = lab.nodeAt(sentinel.masterAddress());
      TestNode replica = leader == trio.first() ? trio.second() : trio.first();
      Polling.until("reads reach the replica", () -> readsReach(replica, connection));
      long before = reads(leader);
      assertThat(readsReach(replica, connection)).isTrue();
      assertThat(reads(leader)).isEqualTo(before);
    } finally {
      client.shutdown(Duration.ZERO, Duration.ofSeconds(5));
    }
  }

  private static boolean readsReach(
      TestNode node, StatefulRedisMasterReplicaConnection<String, String> connection) {
    long before = reads(node);
    for (int i = 0; i < 10; i++) {
      assertThat(connection.sync().get("first:" + i)).isNotNull();
    }
    return reads(node) >= before + 10;
  }

  private static long reads(TestNode node) {
    String line = node.info("commandstats").getOrDefault("cmdstat_get", "calls=0,");
    return Long.parseLong(line.substring("calls=".length(), line.indexOf(',')));
  }
}
