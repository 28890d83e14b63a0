package io.pikareplica.server.live;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import redis.clients.jedis.Connection;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.commands.ProtocolCommand;

/**
 * Everything a Redis-protocol server holds in one DB, key by key, in one form for any server.
 *
 * @param entries by key, one char a byte
 */
public record ServerDump(Map<String, Entry> entries) {
  private static final long EXPIRY_TOLERANCE_MS = 2_000;

  /**
   * One key.
   *
   * @param expireAtMs unix ms, 0 for never
   */
  public record Entry(String type, String value, long expireAtMs) {}

  static ServerDump of(int port, int db) {
    try (Connection connection = new Connection(new HostAndPort("127.0.0.1", port))) {
      return of(connection, db);
    }
  }

  /** Of the server at the other end of a connection, which then stands on that DB. */
  public static ServerDump of(Connection connection, int db) {
    Map<String, Entry> entries = new TreeMap<>();
    Ask ask = new Ask(connection);
    ask.of(Command.SELECT, Integer.toString(db));
    for (byte[] key : keys(ask)) {
      String type = text(ask.of(Command.TYPE, key));
      if (!type.equals("none")) {
        String value = value(ask, key, type);
        if (!value.equals("[]")) {
          entries.put(text(key), new Entry(type, value, expireAtMs(ask, key)));
        }
      }
    }
    return new ServerDump(entries);
  }

  /** What differs between two dumps, key by key; empty where they are equal. */
  Map<String, String> differencesFrom(ServerDump other) {
    Map<String, String> differences = new TreeMap<>();
    Map<String, Entry> all = new HashMap<>(other.entries);
    all.putAll(entries);
    for (String key : all.keySet()) {
      Entry ours = entries.get(key);
      Entry theirs = other.entries.get(key);
      if (ours == null || theirs == null) {
        differences.put(key, ours == null ? "missing" : "too much");
      } else if (!ours.type.equals(theirs.type) || !ours.value.equals(theirs.value)) {
        differences.put(key, shortened(ours) + " instead of " + shortened(theirs));
      } else if ((ours.expireAtMs == 0) != (theirs.expireAtMs == 0)
          || Math.abs(ours.expireAtMs - theirs.expireAtMs) > EXPIRY_TOLERANCE_MS) {
        differences.put(key, "expires " + ours.expireAtMs + " instead of " + theirs.expireAtMs);
      }
    }
    return differences;
  }

  private static String shortened(Entry entry) {
    String text = entry.type + " " + entry.value;
    return text.length() > 200 ? text.substring(0, 200) + "…" : text;
  }

  private static List<byte[]> keys(Ask ask) {
    Map<String, byte[]> keys = new TreeMap<>();
    String cursor = "0";
    do {
      List<?> page = (List<?>) ask.of(Command.SCAN, cursor, "COUNT", "1000");
      cursor = text(page.get(0));
      for (Object key : (List<?>) page.get(1)) {
        keys.put(text(key), (byte[]) key);
      }
    } while (!cursor.equals("0"));
    return List.copyOf(keys.values());
  }

  private static String value(Ask ask, byte[] key, String type) {
    return switch (type) {
      case "string" -> text(ask.of(Command.GET, key));
      case "hash" -> pairs((List<?>) ask.of(Command.HGETALL, key));
      case "list" -> nested(ask.of(Command.LRANGE, key, "0", "-1"));
      case "set" -> sorted((List<?>) ask.of(Command.SMEMBERS, key));
      case "zset" -> nested(ask.of(Command.ZRANGE, key, "0", "-1", "WITHSCORES"));
      case "stream", "streams" -> nested(ask.of(Command.XRANGE, key, "-", "+"));
      default -> throw new IllegalStateException("type " + type);
    };
  }

  private static long expireAtMs(Ask ask, byte[] key) {
    long left = (Long) ask.of(Command.PTTL, key);
    return left <= 0 ? 0 : System.currentTimeMillis() + left;
  }

  private static String pairs(List<?> flat) {
    Map<String, String> pairs = new TreeMap<>();
    for (int i = 0; i < flat.size(); i += 2) {
      pairs.put(text(flat.get(i)), text(flat.get(i + 1)));
    }
    return pairs.isEmpty() ? "[]" : pairs.toString();
  }

  private static String sorted(List<?> items) {
    return items.stream().map(ServerDump::text).sorted().toList().toString();
  }

  private static String nested(Object reply) {
    if (reply instanceof List<?> list) {
      List<String> items = new ArrayList<>();
      for (Object item : list) {
        items.add(nested(item));
      }
      return items.toString();
    }
    return text(reply);
  }

  private static String text(Object reply) {
    return reply instanceof byte[] bytes ? new String(bytes, ISO_8859_1) : String.valueOf(reply);
  }

  /** Commands by raw words; bytes stay bytes. */
  private record Ask(Connection connection) {
    Object of(ProtocolCommand command, Object... words) {
      byte[][] arguments = new byte[words.length][];
      for (int i = 0; i < words.length; i++) {
        arguments[i] =
            words[i] instanceof byte[] bytes ? bytes : ((String) words[i]).getBytes(ISO_8859_1);
      }
      connection.sendCommand(command, arguments);
      return connection.getOne();
    }
  }
}
