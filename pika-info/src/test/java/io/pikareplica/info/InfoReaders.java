package io.pikareplica.info;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * How the programs that read INFO take it apart: their rules as small functions, written down from
 * what they do (spec sentinel-info §2, §3.4, §4.4). Each gives what its program would know.
 */
final class InfoReaders {
  private InfoReaders() {}

  /** A reader that gives up on what it cannot read. */
  static final class ReaderFailure extends RuntimeException {
    private static final long serialVersionUID = 1;

    ReaderFailure(String why) {
      super(why);
    }
  }

  private static List<String> lines(String text) {
    return List.of(text.split("\r\n", -1));
  }

  /** Flat, the last line of a name counts. */
  private static Map<String, String> flat(String text, Predicate<String> wanted) {
    Map<String, String> found = new LinkedHashMap<>();
    for (String line : lines(text)) {
      int colon = line.indexOf(':');
      if (colon > 0 && wanted.test(line)) {
        found.put(line.substring(0, colon).strip(), line.substring(colon + 1).strip());
      }
    }
    return found;
  }

  /** Redis Sentinel: fixed prefixes, and what stands before {@code role:slave} does not count. */
  static Map<String, String> sentinel(String text) {
    Map<String, String> seen = new TreeMap<>();
    boolean isSlave = false;
    for (String line : lines(text)) {
      if (line.startsWith("run_id:") && line.length() >= 47) {
        seen.put("run_id", line.substring(7, 47));
      } else if (line.startsWith("role:master")) {
        seen.put("role", "master");
        isSlave = false;
      } else if (line.startsWith("role:slave")) {
        seen.put("role", "slave");
        isSlave = true;
      } else if (line.startsWith("master_link_down_since_seconds")) {
        seen.put("down", line.substring(31));
      } else if (line.matches("slave[0-9].*") && line.contains("ip=")) {
        seen.put(line.substring(0, 6), after(line, "ip=") + ":" + after(line, "port="));
      }
      if (isSlave) {
        for (String name :
            List.of(
                "master_host",
                "master_port",
                "master_link_status",
                "slave_priority",
                "slave_repl_offset",
                "replica_announced")) {
          if (line.startsWith(name + ":")) {
            seen.put(name, line.substring(name.length() + 1));
          }
        }
      }
    }
    return seen;
  }

  private static String after(String line, String word) {
    String rest = line.substring(line.indexOf(word) + word.length());
    int comma = rest.indexOf(',');
    return comma < 0 ? rest : rest.substring(0, comma);
  }

  /** redis_exporter: rules per section, and only where the header is exactly Redis's. */
  static Map<String, String> redisExporter(String text) {
    Map<String, String> metrics = new TreeMap<>();
    String section = "";
    for (String line : lines(text)) {
      int colon = line.indexOf(':');
      if (line.startsWith("# ")) {
        section = line.substring(2);
      } else if (colon > 0) {
        String name = line.substring(0, colon);
        String value = line.substring(colon + 1);
        switch (section) {
          case "Replication" -> replicationMetric(name, value, metrics);
          case "Keyspace" ->
              pairs(value)
                  .filter(all -> all.containsKey("keys") && all.containsKey("expires"))
                  .ifPresent(all -> metrics.put("db_keys " + name, all.get("keys")));
          case "Commandstats" ->
              pairs(value).ifPresent(all -> metrics.put("calls " + name, all.get("calls")));
          default -> metrics.put(name, value);
        }
      }
    }
    return metrics;
  }

  private static void replicationMetric(String name, String value, Map<String, String> metrics) {
    if (name.equals("master_link_status")) {
      metrics.put("master_link_up", value.equals("up") ? "1" : "0");
    } else if (name.matches("slave\\d+.*")) {
      pairs(value)
          .filter(all -> isNumber(all.get("offset")) && isNumber(all.getOrDefault("lag", "0")))
          .ifPresent(
              all ->
                  metrics.put(
                      "connected_slave_offset_bytes " + all.get("ip") + " " + all.get("state"),
                      all.get("offset")));
    } else {
      metrics.put(name, value);
    }
  }

  private static boolean isNumber(String text) {
    return text != null && text.matches("-?[0-9.]+");
  }

  /** {@code a=1,b=2}; empty when a part has no equal sign, or two. */
  private static Optional<Map<String, String>> pairs(String value) {
    Map<String, String> all = new HashMap<>();
    for (String part : value.split(",", -1)) {
      String[] both = part.split("=", -1);
      if (both.length != 2) {
        return Optional.empty();
      }
      all.put(both[0], both[1]);
    }
    return Optional.of(all);
  }

  /**
   * redis-py, parse_info: values with commas and equal signs become dicts, in older versions by
   * taking each part apart at its equal sign, which must be there.
   */
  static Map<String, Object> redisPy(String text) {
    Map<String, Object> info = new LinkedHashMap<>();
    for (String line : lines(text)) {
      int colon = line.indexOf(':');
      if (!line.startsWith("#") && colon >= 0) {
        info.put(line.substring(0, colon), pythonValue(line.substring(colon + 1)));
      }
    }
    return info;
  }

  private static Object pythonValue(String value) {
    if (!value.contains(",") || !value.contains("=")) {
      return value;
    }
    Map<String, Object> dict = new LinkedHashMap<>();
    for (String item : value.split(",", -1)) {
      int at = item.lastIndexOf('=');
      if (at < 0) {
        throw new ReaderFailure("not enough values to unpack: " + item);
      }
      dict.put(item.substring(0, at), item.substring(at + 1));
    }
    return dict;
  }

  /** Datadog, on top of redis-py: what it would report, or the KeyError that ends its check. */
  static Map<String, String> datadog(String text) {
    Map<String, Object> info = redisPy(text);
    Map<String, String> report = new TreeMap<>();
    Pattern db = Pattern.compile("db\\d+");
    for (Map.Entry<String, Object> line : info.entrySet()) {
      if (db.matcher(line.getKey()).lookingAt()) {
        if (!(line.getValue() instanceof Map<?, ?> dict)
            || dict.get("expires") == null
            || dict.get("keys") == null) {
          throw new ReaderFailure("KeyError in " + line.getKey());
        }
        if (dict.get("keys").equals("0")) {
          throw new ReaderFailure("ZeroDivisionError in " + line.getKey());
        }
        report.put("keys " + line.getKey(), (String) dict.get("keys"));
      }
      if (line.getKey().matches("slave\\d+") && line.getValue() instanceof Map<?, ?> dict) {
        report.put("delay " + dict.get("ip") + ":" + dict.get("port"), "" + dict.get("offset"));
      }
    }
    if (info.containsKey("master_link_status")) {
      Object since = info.get("master_link_down_since_seconds");
      if (!info.get("master_link_status").equals("up") && since == null) {
        throw new ReaderFailure("KeyError: master_link_down_since_seconds");
      }
      report.put("link", info.get("master_link_status") + " " + since);
    }
    if (info.get("total_commands_processed") == null) {
      throw new ReaderFailure("KeyError: total_commands_processed");
    }
    return report;
  }

  /** Lettuce's view of the topology; a role that it does not know ends the connection. */
  static List<String> lettuce(String text) {
    String plain = text.replace("\r\n", "\n");
    List<String> nodes = new ArrayList<>();
    MatchResult role =
        Pattern.compile("^role:([a-z]+)$", Pattern.MULTILINE)
            .matcher(plain)
            .results()
            .findFirst()
            .orElseThrow(() -> new ReaderFailure("no role"));
    nodes.add(role.group(1));
    Pattern.compile("^slave(\\d+):([a-zA-Z,=\\d.:]+)$", Pattern.MULTILINE)
        .matcher(plain)
        .results()
        .forEach(found -> nodes.add(after(found.group(2), "ip=")));
    Pattern.compile("^master_host:([a-zA-Z,=\\d.:-]+)$", Pattern.MULTILINE)
        .matcher(plain)
        .results()
        .forEach(found -> nodes.add("of " + found.group(1)));
    return nodes;
  }

  /** Codis of the Pika project, on INFO replication. */
  static Map<String, String> codis(String text) {
    Map<String, String> info = new TreeMap<>();
    int slaves = 0;
    for (String line : text.split("\n", -1)) {
      String[] both = line.split(":", 2);
      String key = both[0].strip();
      if (both.length < 2 || key.isEmpty()) {
        continue;
      }
      if (Pattern.compile("slave[0-9]+").matcher(key).find()) {
        info.put("slaves", Integer.toString(++slaves));
        info.put("slave" + slaves, after(both[1], "ip=") + ":" + after(both[1], "port="));
      } else if (key.startsWith("db0")) {
        for (String part : both[1].split(",", -1)) {
          String[] pair = part.split("=", -1);
          if (pair.length == 2 && pair[0].equals("binlog_offset")) {
            String[] offset = pair[1].split(" ", -1);
            info.put("binlog", offset[0].strip() + ":" + offset[1].strip()); // or it panics
          }
        }
      } else {
        info.put(key, both[1].strip());
      }
    }
    return info;
  }

  /**
   * pika_exporter: flat names for its labels and conditions, patterns over the whole text for the
   * rest.
   */
  static Map<String, String> pikaExporter(String text) {
    Map<String, String> flat = flat(text, line -> true);
    Map<String, String> metrics = new TreeMap<>();
    if (!flat.getOrDefault("pika_version", "").matches("\\d+\\.\\d+\\.\\d+.*")) {
      throw new ReaderFailure("invalid version in info");
    }
    boolean isMaster = flat.get("role").equals("master");
    if (isMaster) {
      metrics.put("connected_slaves", flat.get("connected_slaves"));
      lags(text, metrics);
    } else {
      metrics.put("master_link_status", flat.get("master_link_status"));
      metrics.put("slave_priority", flat.get("slave_priority"));
    }
    all(
        "(db\\d+)\\s*binlog_offset=([^\\s]*)\\s*(\\d*),*safety_purge=([^\\s]*)",
        text,
        found -> metrics.put("binlog " + found.group(1), found.group(2) + ":" + found.group(3)));
    all(
        "(db\\d+)\\s*([^_]+)\\w*keys=(\\d+)[,\\s]*expires=(\\d+)[,\\s]*invalid_keys=(\\d+)",
        text,
        found -> metrics.put("keys " + found.group(1) + " " + found.group(2), found.group(3)));
    all(
        "(\\w+)[:\\s]*calls=(\\d+)[,\\s]*usec=([\\d.]+)[,\\s]*usec_per_call=([\\d.]+)",
        text,
        found -> metrics.put("calls " + found.group(1), found.group(2)));
    all(
        "(\\w+)_.*?estimate_num_keys:(\\d+)",
        text,
        found -> metrics.put("rocksdb keys " + found.group(1), found.group(2)));
    all(
        "is_scaning_keyspace:(No|Yes)[\\s\\S]*#\\s*Time:([^\\r\\n]*)",
        text,
        found -> metrics.put("is_scaning_keyspace", found.group(1)));
    all(
        "is_compact:([^\\r\\n]*)[\\s\\S]*compact_cron:([^\\r\\n]*)",
        text,
        found -> metrics.put("is_compact", found.group(1)));
    for (String name : List.of("db_size", "used_memory", "db_fatal", "slow_logs_count")) {
      metrics.put(name, flat.get(name));
    }
    return metrics;
  }

  private static void lags(String text, Map<String, String> metrics) {
    all(
        "slave\\d+:ip=([\\d.]+),port=([\\d.]+),conn_fd=(\\d+),lag=([^\\r\\n]*)",
        text,
        found ->
            all(
                "(db[\\d.]+):(\\d+)",
                found.group(4),
                db ->
                    metrics.put(
                        "lag " + found.group(1) + ":" + found.group(2) + " " + db.group(1),
                        db.group(2))));
  }

  private interface Found {
    void take(MatchResult result);
  }

  private static void all(String pattern, String text, Found found) {
    Pattern.compile(pattern).matcher(text).results().forEach(found::take);
  }

  /** ioredis, its check before the first command: whether the node is ready in a wanted role. */
  static boolean ioredisIsReady(String text, String wantedRole) {
    Map<String, String> info = flat(text, line -> true);
    return info.getOrDefault("loading", "0").equals("0") && wantedRole.equals(info.get("role"));
  }

  /** RedisInsight: every {@code #} begins a section. */
  static Map<String, Map<String, String>> redisInsight(String text) {
    Map<String, Map<String, String>> sections = new TreeMap<>();
    for (String part : text.split("#", -1)) {
      List<String> rows = lines(part.strip());
      Map<String, String> values = new LinkedHashMap<>();
      for (String row : rows.subList(1, rows.size())) {
        String[] both = row.split(":", 2);
        values.put(both[0], both.length == 2 ? both[1] : "");
      }
      sections.put(rows.get(0).strip().toLowerCase(java.util.Locale.ROOT), values);
    }
    return sections;
  }
}
