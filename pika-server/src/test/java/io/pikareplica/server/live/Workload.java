package io.pikareplica.server.live;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.Random;
import redis.clients.jedis.Jedis;

/** Commands of every type, a different mix for each seed; binary values and an empty key too. */
final class Workload {
  private final Random random;
  private final Jedis jedis;

  private Workload(long seed, Jedis jedis) {
    this.random = new Random(seed);
    this.jedis = jedis;
  }

  static void run(int port, int db, long seed, int commands) {
    try (Jedis jedis = new Jedis("127.0.0.1", port, 60_000)) {
      jedis.select(db);
      Workload workload = new Workload(seed, jedis);
      for (int i = 0; i < commands; i++) {
        workload.step();
      }
    }
  }

  private void step() {
    String n = Integer.toString(random.nextInt(40));
    switch (random.nextInt(9)) {
      case 0 -> strings("s:" + n);
      case 1 -> numbers("n:" + n);
      case 2 -> hashes("h:" + n);
      case 3 -> lists("l:" + n);
      case 4 -> sets("set:" + n);
      case 5 -> zsets("z:" + n);
      case 6 -> streams("x:" + n);
      case 7 -> bits("b:" + n);
      default -> keys(n);
    }
  }

  private String value() {
    byte[] bytes = new byte[random.nextInt(4) == 0 ? 0 : random.nextInt(200)];
    random.nextBytes(bytes);
    return new String(bytes, ISO_8859_1);
  }

  private String word() {
    return "m" + random.nextInt(30);
  }

  private void call(String name, Object... words) {
    byte[][] bytes = new byte[words.length][];
    for (int i = 0; i < words.length; i++) {
      bytes[i] =
          words[i] instanceof byte[] raw ? raw : String.valueOf(words[i]).getBytes(ISO_8859_1);
    }
    jedis.sendCommand(() -> name.getBytes(ISO_8859_1), bytes);
  }

  private void strings(String key) {
    switch (random.nextInt(6)) {
      case 0 -> call("SET", key, value());
      case 1 -> call("SETEX", key, 1_000 + random.nextInt(1_000), value());
      case 2 -> call("PSETEX", key, 1_000_000 + random.nextInt(1_000), value());
      case 3 -> call("SET", key, new byte[] {-1, -2, 1, 13, 10, 0});
      case 4 -> call("SET", key, value(), "NX");
      default -> call("GETSET", key, "x" + value());
    }
  }

  private void numbers(String key) {
    switch (random.nextInt(5)) {
      case 0 -> call("INCR", key);
      case 1 -> call("INCRBY", key, random.nextInt(1_000));
      case 2 -> call("DECR", key);
      case 3 -> call("DECRBY", key, random.nextInt(1_000));
      default -> call("EXPIRE", key, 5_000);
    }
  }

  private void hashes(String key) {
    switch (random.nextInt(6)) {
      case 0, 1 -> call("HSET", key, word(), value());
      case 2 -> call("HMSET", key, word(), value(), "other", value());
      case 3 -> call("HINCRBY", key + ":n", word(), random.nextInt(100));
      case 4 -> call("HINCRBYFLOAT", key + ":f", word(), random.nextInt(100) / 7.0);
      default -> call("HDEL", key, word());
    }
  }

  private void lists(String key) {
    switch (random.nextInt(8)) {
      case 0, 1 -> call("RPUSH", key, value(), word());
      case 2 -> call("LPUSH", key, word());
      case 3 -> call("LPOP", key);
      case 4 -> call("LREM", key, random.nextInt(5) - 2, word());
      case 5 -> call("LTRIM", key, random.nextInt(3), 20);
      case 6 -> call("LINSERT", key, random.nextBoolean() ? "BEFORE" : "AFTER", word(), value());
      default -> call("RPOPLPUSH", key, key + ":to");
    }
  }

  private void sets(String key) {
    switch (random.nextInt(5)) {
      case 0, 1 -> call("SADD", key, word(), word());
      case 2 -> call("SREM", key, word());
      case 3 -> call("SPOP", key);
      default -> call("SUNIONSTORE", key + ":all", key, "set:1", "set:2");
    }
  }

  private void zsets(String key) {
    switch (random.nextInt(6)) {
      case 0, 1 -> call("ZADD", key, random.nextInt(1_000) / 8.0, word());
      case 2 -> call("ZINCRBY", key, 0.1 * random.nextInt(50), word());
      case 3 -> call("ZREM", key, word());
      case 4 -> call("ZUNIONSTORE", key + ":all", 2, key, "z:1");
      default -> call("ZREMRANGEBYRANK", key, 0, 1);
    }
  }

  private void streams(String key) {
    if (random.nextInt(4) == 0) {
      call("XTRIM", key, "MAXLEN", 10);
    } else {
      call("XADD", key, "*", "f", value());
    }
  }

  private void bits(String key) {
    switch (random.nextInt(4)) {
      case 0, 1 -> call("SETBIT", key, random.nextInt(2_000), random.nextInt(2));
      case 2 -> call("PFADD", key + ":hll", word());
      default -> call("SETRANGE", key, random.nextInt(50), word());
    }
  }

  private void keys(String n) {
    switch (random.nextInt(5)) {
      case 0 -> call("DEL", "s:" + n, "l:" + n);
      case 1 -> call("EXPIRE", "h:" + n, 4_000);
      case 2 -> call("PEXPIRE", "z:" + n, 4_000_000);
      case 3 -> call("PERSIST", "h:" + n);
      default -> call("SET", "", value());
    }
  }
}
