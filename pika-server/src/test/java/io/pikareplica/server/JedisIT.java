package io.pikareplica.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pikareplica.server.resp.RespLimits;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Pipeline;
import redis.clients.jedis.RedisProtocol;
import redis.clients.jedis.Response;
import redis.clients.jedis.Transaction;
import redis.clients.jedis.exceptions.JedisDataException;

/** A client that people use, in both protocols. */
final class JedisIT {
  private static final RespLimits LIMITS = new RespLimits(1 << 20, 1 << 21, 1 << 20, 65536);

  @TempDir Path folder;

  @Test
  void worksInBothProtocolsWithAPassword() throws IOException {
    ServerSettings settings = ServerSettings.DEFAULT.withRequirePass("secret");
    try (TestServer server = new TestServer(folder, settings, LIMITS)) {
      for (RedisProtocol protocol : List.of(RedisProtocol.RESP2, RedisProtocol.RESP3)) {
        try (Jedis jedis = connect(server, protocol)) {
          jedis.select(1);
          jedis.flushDB();
          assertThat(jedis.ping()).isEqualTo("PONG");
          assertThat(jedis.rpush("l", "a", "b")).isEqualTo(2);
          assertThat(jedis.lrange("l", 0, -1)).containsExactly("a", "b");
          assertThat(jedis.clientGetname()).isEqualTo("it");
          assertThat(jedis.configGet("maxclients")).containsEntry("maxclients", "20000");
          assertThat(jedis.role().get(0)).isEqualTo("master");
          assertThat(jedis.info("replication")).contains("role:master");
          assertThat(jedis.commandCount()).isPositive();
          assertThat(jedis.commandInfo("ping")).containsKey("ping");
          assertThat(jedis.slowlogGet()).isNotNull();
        }
      }
    }
  }

  @Test
  void runsPipelinesAndTransactions() throws IOException {
    try (TestServer server = new TestServer(folder)) {
      try (Jedis jedis = new Jedis("127.0.0.1", server.port())) {
        Pipeline pipeline = jedis.pipelined();
        Response<Long> last = pipeline.rpush("l", "0");
        for (int i = 1; i < 500; i++) {
          last = pipeline.rpush("l", Integer.toString(i));
        }
        pipeline.sync();
        assertThat(last.get()).isEqualTo(500);
        jedis.watch("l");
        Transaction transaction = jedis.multi();
        Response<Long> length = transaction.llen("l");
        Response<String> first = transaction.lpop("l");
        assertThat(transaction.exec()).hasSize(2);
        assertThat(length.get()).isEqualTo(500);
        assertThat(first.get()).isEqualTo("0");
      }
    }
  }

  @Test
  void seesTheErrorsThatItsFailoverLogicLooksFor() throws IOException {
    try (TestServer server = new TestServer(folder)) {
      server.replication.follow("127.0.0.1", 1);
      try (Jedis jedis = new Jedis("127.0.0.1", server.port())) {
        assertThatThrownBy(() -> jedis.rpush("l", "x"))
            .isInstanceOf(JedisDataException.class)
            .hasMessage("READONLY You can't write against a read only replica.");
        assertThat(jedis.role()).hasSize(5);
      }
    }
  }

  private static Jedis connect(TestServer server, RedisProtocol protocol) {
    return new Jedis(
        new HostAndPort("127.0.0.1", server.port()),
        DefaultJedisClientConfig.builder()
            .protocol(protocol)
            .user("default")
            .password("secret")
            .clientName("it")
            .build());
  }
}
