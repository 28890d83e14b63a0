package io.pikareplica.server.live;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * What a server holds too little and too much of.
 *
 * @param elements of lists, hashes, sorted sets and streams, and strings, that it should hold
 * @param lost elements and values that are missing
 * @param doubled elements and values that are there once too often, or should not be
 */
record Losses(long elements, long lost, long doubled) {
  static final Losses NONE = new Losses(0, 0, 0);

  static Losses of(ServerDump expected, ServerDump actual) {
    Map<String, Integer> balance = new HashMap<>();
    long elements = 0;
    for (var entry : expected.entries().entrySet()) {
      for (String element : elements(entry.getKey(), entry.getValue())) {
        balance.merge(element, -1, Integer::sum);
        elements++;
      }
    }
    actual
        .entries()
        .forEach(
            (key, entry) ->
                elements(key, entry).forEach(element -> balance.merge(element, 1, Integer::sum)));
    long lost = balance.values().stream().filter(n -> n < 0).mapToLong(n -> -n).sum();
    long doubled = balance.values().stream().filter(n -> n > 0).mapToLong(n -> n).sum();
    return new Losses(elements, lost, doubled);
  }

  Losses plus(Losses other) {
    return new Losses(elements + other.elements, lost + other.lost, doubled + other.doubled);
  }

  private static List<String> elements(String key, ServerDump.Entry entry) {
    String value = entry.value();
    String inner =
        entry.type().equals("string") ? value : value.substring(1, Math.max(1, value.length() - 1));
    List<String> elements = new ArrayList<>();
    switch (entry.type()) {
      case "string" -> elements.add(key + "=" + value);
      case "zset" -> {
        String[] parts = inner.split(", ", -1);
        for (int i = 0; i + 1 < parts.length; i += 2) {
          elements.add(key + " " + parts[i] + "=" + parts[i + 1]);
        }
      }
      default -> {
        String separator = entry.type().startsWith("stream") ? "]], " : ", ";
        for (String part : inner.split(Pattern.quote(separator), -1)) {
          elements.add(key + " " + part);
        }
      }
    }
    return elements;
  }
}
