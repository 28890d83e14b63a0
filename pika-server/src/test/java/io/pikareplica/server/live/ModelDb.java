package io.pikareplica.server.live;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What one DB must hold, kept in plain collections. The first letters of a key tell its type: l
 * list, h hash, z sorted set, x stream, n number, s string. Not threadsafe.
 */
final class ModelDb {
  private final Map<String, Deque<String>> lists = new HashMap<>();
  private final Map<String, Map<String, Long>> counters = new HashMap<>();
  private final Map<String, Map<String, String>> streams = new HashMap<>();
  private final Map<String, String> strings = new HashMap<>();

  void rpush(String key, String element) {
    lists.computeIfAbsent(key, unused -> new ArrayDeque<>()).addLast(element);
  }

  void lpop(String key) {
    Deque<String> list = lists.get(key);
    if (list != null) {
      list.pollFirst();
    }
  }

  /** RPOPLPUSH is two items: after the first alone the element is nowhere. */
  Optional<String> rpop(String key) {
    return Optional.ofNullable(lists.get(key)).map(Deque::pollLast);
  }

  void lpush(String key, String element) {
    lists.computeIfAbsent(key, unused -> new ArrayDeque<>()).addFirst(element);
  }

  /** HINCRBY and ZINCRBY. */
  void add(String key, String member, long amount) {
    counters.computeIfAbsent(key, unused -> new TreeMap<>()).merge(member, amount, Long::sum);
  }

  void xadd(String key, String id, String value) {
    streams.computeIfAbsent(key, unused -> new LinkedHashMap<>()).put(id, value);
  }

  void decrBy(String key, long amount) {
    strings.merge(
        key, Long.toString(-amount), (old, unused) -> Long.toString(Long.parseLong(old) - amount));
  }

  void set(String key, String value) {
    strings.put(key, value);
  }

  void flush() {
    lists.clear();
    counters.clear();
    streams.clear();
    strings.clear();
  }

  Set<String> keys() {
    Set<String> keys = new TreeSet<>(lists.keySet());
    keys.addAll(counters.keySet());
    keys.addAll(streams.keySet());
    keys.addAll(strings.keySet());
    return keys;
  }

  /** A key as {@link ServerDump} shows it; empty when there is none. */
  Optional<ServerDump.Entry> entry(String key) {
    String type =
        switch (key.charAt(0)) {
          case 'l' -> "list";
          case 'h' -> "hash";
          case 'z' -> "zset";
          case 'x' -> "streams"; // Pika's word
          default -> "string";
        };
    String value =
        switch (key.charAt(0)) {
          case 'l' -> text(lists.get(key));
          case 'h' -> text(counters.get(key));
          case 'z' -> text(byScore(counters.getOrDefault(key, Map.of())));
          case 'x' -> text(entries(streams.getOrDefault(key, Map.of())));
          default -> text(strings.get(key));
        };
    return value.equals("[]")
        ? Optional.empty()
        : Optional.of(new ServerDump.Entry(type, value, 0));
  }

  private static String text(Object value) {
    return value == null ? "[]" : value.toString();
  }

  private static List<Object> byScore(Map<String, Long> scores) {
    List<Object> flat = new ArrayList<>();
    scores.entrySet().stream()
        .sorted(Map.Entry.<String, Long>comparingByValue().thenComparing(Map.Entry::getKey))
        .forEach(member -> flat.addAll(List.of(member.getKey(), member.getValue())));
    return flat;
  }

  private static List<Object> entries(Map<String, String> stream) {
    return stream.entrySet().stream()
        .sorted(Comparator.comparing(entry -> sequence(entry.getKey())))
        .<Object>map(entry -> List.of(entry.getKey(), List.of("f", entry.getValue())))
        .toList();
  }

  private static long sequence(String id) {
    return Long.parseLong(id.substring(0, id.indexOf('-')));
  }

  ServerDump dump() {
    Map<String, ServerDump.Entry> entries = new TreeMap<>();
    keys().forEach(key -> entry(key).ifPresent(entry -> entries.put(key, entry)));
    return new ServerDump(entries);
  }
}
