package io.pikareplica.storage.golden;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.zip.GZIPInputStream;

/** What a recorded master held, and how another dump differs from it. */
public final class GoldenDump {
  /** The recorded expiries are exact to about this. */
  private static final long EXPIRY_TOLERANCE_MS = 2000;

  /** Keys that live for a second at most; whether a dump still met them is chance. */
  private static final String SHORT_LIVED = "gone:";

  private GoldenDump() {}

  /** Reads for example {@code pika-4.0.1/expected/binlog-db0.jsonl.gz}. */
  public static SortedMap<String, DumpedKey> read(String resource) throws IOException {
    ObjectMapper mapper = new ObjectMapper();
    SortedMap<String, DumpedKey> keys = new TreeMap<>();
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(new GZIPInputStream(GoldenFiles.open(resource)), UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        Map<String, Object> fields = mapper.readValue(line, new TypeReference<>() {});
        DumpedKey key =
            new DumpedKey(
                (String) fields.get("key"),
                (String) fields.get("type"),
                fields.get("value"),
                Optional.ofNullable((Number) fields.get("expireAtMs")).map(Number::longValue));
        keys.put(key.key(), key);
      }
    }
    return keys;
  }

  /**
   * One line for each key that is missing, unexpected or different: type, value, and an expiry more
   * than 2 s apart; streams have none.
   */
  public static List<String> differences(
      Map<String, DumpedKey> expected, Map<String, DumpedKey> actual) {
    TreeSet<String> keys = new TreeSet<>(expected.keySet());
    keys.addAll(actual.keySet());
    List<String> lines = new ArrayList<>();
    for (String key : keys) {
      if (key.startsWith(SHORT_LIVED)) {
        continue;
      }
      if (!actual.containsKey(key)) {
        lines.add(shown(key) + ": missing, expected " + shown(expected.get(key)));
      } else if (!expected.containsKey(key)) {
        lines.add(shown(key) + ": unexpected " + shown(actual.get(key)));
      } else if (!isSame(expected.get(key), actual.get(key))) {
        lines.add(
            shown(key)
                + ": expected "
                + shown(expected.get(key))
                + ", found "
                + shown(actual.get(key)));
      }
    }
    return lines;
  }

  private static boolean isSame(DumpedKey expected, DumpedKey actual) {
    return expected.type().equals(actual.type())
        && expected.value().equals(actual.value())
        && (expected.type().startsWith("stream")
            || isSameExpiry(expected.expireAtMs(), actual.expireAtMs()));
  }

  private static boolean isSameExpiry(Optional<Long> expected, Optional<Long> actual) {
    return expected.isPresent() == actual.isPresent()
        && Math.abs(expected.orElse(0L) - actual.orElse(0L)) <= EXPIRY_TOLERANCE_MS;
  }

  private static String shown(DumpedKey key) {
    return key.type() + " " + shown(key.value().toString()) + " " + key.expireAtMs();
  }

  private static String shown(String text) {
    StringBuilder out = new StringBuilder();
    for (char c : text.substring(0, Math.min(text.length(), 200)).toCharArray()) {
      out.append(c >= ' ' && c < 0x7F ? String.valueOf(c) : String.format("\\x%02x", (int) c));
    }
    return out.append(text.length() > 200 ? "…" + text.length() : "").toString();
  }
}
