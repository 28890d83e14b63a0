package io.pikareplica.server;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * The demo's data: a few keys of every type, and many strings so that there is something to see.
 */
final class DemoData {
  private static final int PIPELINE = 500;
  private static final int VALUE_BYTES = 400;
  private static final long SEED = 1;

  /** What is written, in order. */
  private static final List<String> SAMPLES =
      List.of(
          "SET greeting hello",
          "SET session:7 secret EX 3600",
          "SETBIT visits 7 1",
          "INCRBY counter 41",
          "HSET user:1 name Ada city London",
          "RPUSH queue first second third",
          "SADD tags red green blue",
          "ZADD scores 12.5 ada 99 grace",
          "XADD events 1-1 kind login user ada",
          "PFADD visitors ada grace linus",
          "GEOADD places 13.361389 38.115556 Palermo 15.087269 37.502669 Catania");

  /** One read for each type. */
  static final List<String> READS =
      List.of(
          "GET greeting",
          "TTL session:7",
          "GETBIT visits 7",
          "HGETALL user:1",
          "LRANGE queue 0 -1",
          "SMEMBERS tags",
          "ZRANGE scores 0 -1 WITHSCORES",
          "XRANGE events - +",
          "PFCOUNT visitors",
          "GEOPOS places Palermo");

  /** Written while the replica follows, each with a read that shows it. */
  static final List<List<String>> LIVE =
      List.of(
          List.of("INCR counter", "GET counter"),
          List.of("LPUSH queue zeroth", "LRANGE queue 0 -1"),
          List.of("HINCRBY user:1 logins 1", "HGET user:1 logins"),
          List.of("DEL greeting", "EXISTS greeting"));

  private DemoData() {}

  static void write(DemoClient client, int strings) throws IOException {
    for (String sample : SAMPLES) {
      client.ask(sample.split(" ", -1));
    }
    List<List<String>> batch = new ArrayList<>();
    Random random = new Random(SEED);
    byte[] value = new byte[VALUE_BYTES];
    for (int i = 0; i < strings; i++) {
      random.nextBytes(value); // nothing that compression makes small
      batch.add(List.of("SET", "key:" + i, HexFormat.of().formatHex(value)));
      if (batch.size() == PIPELINE || i == strings - 1) {
        client.askAll(batch);
        batch.clear();
      }
    }
  }

  /** Every key with its type and all that it holds, by key; expiry to the second is left out. */
  static Map<String, String> dump(DemoClient client) throws IOException {
    Map<String, String> all = new TreeMap<>();
    String cursor = "0";
    do {
      List<String> page = client.askTexts("SCAN", cursor, "COUNT", "1000");
      cursor = page.get(0);
      List<String> keys = page.subList(1, page.size());
      List<String> types = client.askAll(keys.stream().map(key -> List.of("TYPE", key)).toList());
      List<List<String>> reads = new ArrayList<>();
      for (int i = 0; i < keys.size(); i++) {
        reads.add(readOf(types.get(i), keys.get(i)));
      }
      List<String> values = client.askAll(reads);
      for (int i = 0; i < keys.size(); i++) {
        all.put(keys.get(i), types.get(i) + "\n" + values.get(i));
      }
    } while (!cursor.equals("0"));
    return all;
  }

  private static List<String> readOf(String type, String key) {
    return switch (type) {
      case "string" -> List.of("GET", key);
      case "hash" -> List.of("HGETALL", key);
      case "list" -> List.of("LRANGE", key, "0", "-1");
      case "set" -> List.of("SMEMBERS", key);
      case "zset" -> List.of("ZRANGE", key, "0", "-1", "WITHSCORES");
      case "streams" -> // Pika's word
          List.of("XRANGE", key, "-", "+");
      default -> throw new IllegalStateException(key + " has the type " + type);
    };
  }
}
