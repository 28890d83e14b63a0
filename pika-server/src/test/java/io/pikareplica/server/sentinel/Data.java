package io.pikareplica.server.sentinel;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.pikareplica.server.live.ServerDump;
import java.util.Map;
import java.util.Random;
import java.util.zip.CRC32;
import redis.clients.jedis.Connection;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Pipeline;

/** What scenarios write, and what nodes must then hold alike. */
final class Data {
  static final int DBS = 2;

  /** Every so many-th key a list grows too, which shows what was applied twice. */
  private static final int PUSH_EVERY = 10;

  private Data() {}

  /** Writes keys of one name into each DB, and lets a list grow. */
  static void write(TestNode node, String name, int keys) {
    try (Jedis jedis = node.connect()) {
      for (int db = 0; db < DBS; db++) {
        jedis.select(db);
        Pipeline pipeline = jedis.pipelined();
        for (int i = 0; i < keys; i++) {
          pipeline.set(name + ":" + i, "value " + i + " of db" + db);
          if (i % PUSH_EVERY == 0) {
            pipeline.rpush(name + ":list", "element " + i);
          }
        }
        pipeline.syncAndReturnAll().stream()
            .filter(reply -> reply instanceof RuntimeException)
            .findFirst()
            .ifPresent(
                failure -> {
                  throw (RuntimeException) failure;
                });
      }
    }
  }

  /** Writes so many values of 100 KB that cannot be compressed, into the first DB. */
  static void writeLarge(TestNode node, int values) {
    byte[] value = new byte[100_000];
    Random random = new Random(values);
    try (Jedis jedis = node.connect()) {
      for (int i = 0; i < values; i++) {
        random.nextBytes(value);
        jedis.set(("large:" + i).getBytes(ISO_8859_1), value);
      }
    }
  }

  /** How many keys of a name a node holds in its first DB. */
  static int count(TestNode node, String name) {
    try (Jedis jedis = node.connect()) {
      return jedis.keys(name + ":*").size();
    }
  }

  /** Count and checksum of all keys and values, DB by DB. */
  static String fingerprint(TestNode node) {
    StringBuilder text = new StringBuilder();
    try (Connection connection = node.rawConnect()) {
      for (int db = 0; db < DBS; db++) {
        Map<String, ServerDump.Entry> entries = ServerDump.of(connection, db).entries();
        CRC32 sum = new CRC32();
        entries.forEach(
            (key, entry) -> {
              sum.update(key.getBytes(ISO_8859_1));
              sum.update(entry.type().getBytes(ISO_8859_1));
              sum.update(entry.value().getBytes(ISO_8859_1));
            });
        text.append("db%d: %d keys %08x  ".formatted(db, entries.size(), sum.getValue()));
      }
    }
    return text.toString().strip();
  }
}
