package io.pikareplica.repl;

import io.pikareplica.storage.Args;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.IntFunction;

/**
 * The keys of one instance, as master and replica of the simulation both have them, and the few
 * commands that change them; most give another result when they run twice. {@link #digest} tells
 * two states apart at the price of comparing two numbers.
 */
final class SimKeys {
  /** Long enough to be interesting, short enough to be copied. */
  static final int MAX_LIST = 8;

  private final Map<String, Object> values;
  private final Set<String> changed = new HashSet<>();
  private boolean isFlushed;
  private long digest;

  SimKeys() {
    values = new HashMap<>();
  }

  SimKeys(SimKeys other) {
    values = new HashMap<>(other.values);
    digest = other.digest;
  }

  static int instanceOf(String key, int instances) {
    return Math.floorMod(key.hashCode(), instances);
  }

  long digest() {
    return digest;
  }

  /**
   * Runs a command.
   *
   * @param instances gives the keys of an instance, or null to leave that instance alone
   */
  static void run(Args args, int instanceCount, IntFunction<SimKeys> instances) {
    switch (args.name()) {
      case "flushdb" -> {
        for (int i = 0; i < instanceCount; i++) {
          SimKeys keys = instances.apply(i);
          if (keys != null) {
            keys.flush();
          }
        }
      }
      case "mset" -> {
        for (int i = 1; i < args.size(); i += 2) {
          SimKeys keys = instances.apply(instanceOf(args.text(i), instanceCount));
          if (keys != null) {
            keys.put(args.text(i), args.text(i + 1));
          }
        }
      }
      default -> {
        SimKeys keys = instances.apply(instanceOf(args.text(1), instanceCount));
        if (keys != null) {
          keys.run(args);
        }
      }
    }
  }

  private void run(Args args) {
    String key = args.text(1);
    switch (args.name()) {
      case "set" -> put(key, args.text(2));
      case "del" -> put(key, null);
      case "rpush" -> {
        List<String> list = new ArrayList<>(list(key));
        for (int i = 2; i < args.size(); i++) {
          list.add(args.text(i));
        }
        put(key, list);
      }
      case "lpop" -> {
        List<String> list = list(key);
        put(key, list.size() < 2 ? null : List.copyOf(list.subList(1, list.size())));
      }
      case "hincrby" -> add(key, args.text(2), Long.parseLong(args.text(3)));
      case "zincrby" -> add(key, args.text(3), Long.parseLong(args.text(2)));
      default -> throw new IllegalArgumentException(args.toString());
    }
  }

  @SuppressWarnings("unchecked")
  List<String> list(String key) {
    return (List<String>) values.getOrDefault(key, List.of());
  }

  @SuppressWarnings("unchecked")
  private void add(String key, String field, long by) {
    SortedMap<String, Long> map =
        new TreeMap<>((SortedMap<String, Long>) values.getOrDefault(key, new TreeMap<>()));
    map.merge(field, by, Long::sum);
    put(key, map);
  }

  void flush() {
    values.clear();
    changed.clear();
    isFlushed = true;
    digest = 0;
  }

  private void put(String key, Object value) {
    Object old = value == null ? values.remove(key) : values.put(key, value);
    digest += mixed(key, value) - mixed(key, old);
    changed.add(key);
  }

  private static long mixed(String key, Object value) {
    if (value == null) {
      return 0;
    }
    long z = key.hashCode() * 0x9E3779B97F4A7C15L + value.hashCode() * 0xBF58476D1CE4E5B9L;
    z = (z ^ z >>> 30) * 0x94D049BB133111EBL;
    return z ^ z >>> 31;
  }

  // ---- as text, one line a change

  /** What has changed since this copy was made. */
  String changes() {
    StringBuilder out = new StringBuilder(isFlushed ? "F\n" : "");
    changed.stream().sorted().forEach(key -> line(out, key));
    return out.toString();
  }

  /** All of it. */
  String all() {
    StringBuilder out = new StringBuilder();
    values.keySet().stream().sorted().forEach(key -> line(out, key));
    return out.toString();
  }

  private void line(StringBuilder out, String key) {
    Object value = values.get(key);
    if (value == null) {
      out.append("D ").append(key).append('\n');
      return;
    }
    out.append("P ").append(key).append(' ');
    if (value instanceof String text) {
      out.append("S ").append(text);
    } else if (value instanceof List<?> list) {
      out.append("L");
      list.forEach(element -> out.append(' ').append(element));
    } else {
      out.append("M");
      ((SortedMap<?, ?>) value)
          .forEach((field, number) -> out.append(' ').append(field).append('=').append(number));
    }
    out.append('\n');
  }

  /** Takes over what {@link #changes} or {@link #all} has written. */
  void take(String text) {
    for (String line : text.split("\n", 0)) {
      if (line.isEmpty()) {
        continue;
      }
      String[] words = line.split(" ", -1);
      switch (words[0]) {
        case "F" -> flush();
        case "D" -> put(words[1], null);
        default -> put(words[1], value(words));
      }
    }
  }

  private static Object value(String[] words) {
    List<String> elements = List.of(words).subList(3, words.length);
    return switch (words[2]) {
      case "S" -> elements.get(0);
      case "L" -> elements;
      default -> {
        SortedMap<String, Long> map = new TreeMap<>();
        for (String element : elements) {
          int equals = element.indexOf('=');
          map.put(element.substring(0, equals), Long.parseLong(element.substring(equals + 1)));
        }
        yield map;
      }
    };
  }

  @Override
  public String toString() {
    return new TreeMap<>(values).toString();
  }
}
