package io.pikareplica.storage.cmd;

import static org.assertj.core.api.Assertions.assertThat;

import io.pikareplica.storage.Args;
import io.pikareplica.storage.Reply;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random commands on strings, hashes and sets, cut into batches at random, against maps and sets of
 * Java. What is logged is replayed item by item on a second DB, which must hold the same in the
 * end.
 */
class ModelPropertiesTest {
  private static final int COMMANDS = 1500;

  @TempDir Path folder;

  private final Map<String, String> strings = new TreeMap<>();
  private final Map<String, TreeMap<String, String>> hashes = new TreeMap<>();
  private final Map<String, TreeSet<String>> sets = new TreeMap<>();
  private Random random;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void holdsWhatTheModelHoldsAndSoDoesAReplica(long seed) throws IOException {
    random = new Random(seed);
    try (CommandFixture db = new CommandFixture(Files.createDirectory(folder.resolve("m")));
        CommandFixture replica = new CommandFixture(Files.createDirectory(folder.resolve("r")))) {
      List<Args> batch = new ArrayList<>();
      List<String> expected = new ArrayList<>();
      for (int i = 0; i < COMMANDS; i++) {
        String[] words = randomCommand();
        batch.add(Args.of(words));
        expected.add(reply(words));
        if (random.nextInt(8) == 0 || i == COMMANDS - 1) {
          List<Reply> replies = db.runInOneBatch(batch);
          assertThat(replies.stream().map(CommandFixture::text).toList())
              .as("seed %s, batch %s", seed, batch)
              .isEqualTo(expected);
          db.lastItems().forEach(replica::replay);
          batch.clear();
          expected.clear();
        }
      }
      check(db);
      check(replica);
    }
  }

  private String any(String prefix, int count) {
    return prefix + random.nextInt(count);
  }

  private String[] randomCommand() {
    String k = any("k", 4);
    String h = any("h", 4);
    String s = any("s", 4);
    String f = any("f", 6);
    String n = Integer.toString(random.nextInt(200) - 100);
    return switch (random.nextInt(17)) {
      case 0 -> new String[] {"SET", k, n};
      case 1 -> new String[] {"INCRBY", k, n};
      case 2 -> new String[] {"DECRBY", k, n};
      case 3 -> new String[] {"GETSET", k, n};
      case 4 -> new String[] {"DELVX", k, n};
      case 5 -> new String[] {"SETNX", k, n};
      case 6 -> // kept short of 64 bits
          strings.getOrDefault(k, "").length() > 15
              ? new String[] {"SET", k, n}
              : new String[] {"APPEND", k, "1"};
      case 7 -> new String[] {"HSET", h, f, n};
      case 8 -> new String[] {"HSET", h, f, n, any("f", 6), n};
      case 9 -> new String[] {"HDEL", h, f, any("f", 6)};
      case 10 -> new String[] {"HINCRBY", h, f, n};
      case 11 -> new String[] {"HSETNX", h, f, n};
      case 12 -> new String[] {"DEL", random.nextBoolean() ? h : s};
      case 13 -> new String[] {"SADD", s, f, any("f", 6)};
      case 14 -> new String[] {"SREM", s, f};
      case 15 -> new String[] {"SMOVE", s, any("s", 4), f};
      default -> new String[] {"SDIFFSTORE", s, any("s", 4), any("s", 4)};
    };
  }

  /** Carries a command out on the model. */
  private String reply(String[] words) {
    String key = words[1];
    String old = strings.get(key);
    TreeMap<String, String> hash = hashes.getOrDefault(key, new TreeMap<>());
    TreeSet<String> set = sets.getOrDefault(key, new TreeSet<>());
    return switch (words[0]) {
      case "SET" -> {
        strings.put(key, words[2]);
        yield "OK";
      }
      case "INCRBY", "DECRBY" -> {
        long by = Long.parseLong(words[2]);
        long number = old == null ? 0 : Long.parseLong(old);
        number += words[0].equals("INCRBY") ? by : -by;
        strings.put(key, Long.toString(number));
        yield ":" + number;
      }
      case "GETSET" -> {
        strings.put(key, words[2]);
        yield old == null ? "nil" : old;
      }
      case "DELVX" -> {
        boolean isSame = words[2].equals(old);
        if (isSame) {
          strings.remove(key);
        }
        yield old == null ? ":0" : isSame ? ":1" : ":-1";
      }
      case "SETNX" -> strings.putIfAbsent(key, words[2]) == null ? ":1" : ":0";
      case "APPEND" -> {
        strings.merge(key, "1", String::concat);
        yield ":" + strings.get(key).length();
      }
      case "HSET" -> {
        int before = hash.size();
        for (int i = 2; i < words.length; i += 2) {
          hash.put(words[i], words[i + 1]);
        }
        hashes.put(key, hash);
        yield ":" + (hash.size() - before);
      }
      case "HDEL" -> {
        int before = hash.size();
        hash.remove(words[2]);
        hash.remove(words[3]);
        yield ":" + (before - hash.size());
      }
      case "HINCRBY" -> {
        hashes.put(key, hash);
        long sum = Long.parseLong(hash.getOrDefault(words[2], "0")) + Long.parseLong(words[3]);
        hash.put(words[2], Long.toString(sum));
        yield ":" + sum;
      }
      case "HSETNX" -> {
        hashes.put(key, hash);
        yield hash.putIfAbsent(words[2], words[3]) == null ? ":1" : ":0";
      }
      case "DEL" -> {
        boolean was = !hash.isEmpty() || !set.isEmpty();
        hashes.remove(key);
        sets.remove(key);
        yield was ? ":1" : ":0";
      }
      case "SADD" -> {
        sets.put(key, set);
        int before = set.size();
        set.add(words[2]);
        set.add(words[3]);
        yield ":" + (set.size() - before);
      }
      case "SREM" -> set.remove(words[2]) ? ":1" : ":0";
      case "SMOVE" -> {
        boolean moved = set.remove(words[3]);
        if (moved) {
          sets.computeIfAbsent(words[2], name -> new TreeSet<>()).add(words[3]);
        }
        yield moved ? ":1" : ":0";
      }
      default -> {
        TreeSet<String> difference = new TreeSet<>(sets.getOrDefault(words[2], new TreeSet<>()));
        difference.removeAll(sets.getOrDefault(words[3], new TreeSet<>()));
        sets.put(key, difference);
        yield ":" + difference.size();
      }
    };
  }

  private void check(CommandFixture db) {
    for (int i = 0; i < 4; i++) {
      assertThat(db.say("GET", "k" + i)).isEqualTo(strings.getOrDefault("k" + i, "nil"));
      Map<String, String> hash = hashes.getOrDefault("h" + i, new TreeMap<>());
      assertThat(db.say("HGETALL", "h" + i))
          .isEqualTo(
              hash.entrySet().stream()
                  .map(entry -> entry.getKey() + ", " + entry.getValue())
                  .collect(Collectors.joining(", ", "[", "]")));
      assertThat(db.say("HLEN", "h" + i)).isEqualTo(":" + hash.size());
      assertThat(db.say("SMEMBERS", "s" + i))
          .isEqualTo(sets.getOrDefault("s" + i, new TreeSet<>()).toString());
    }
  }
}
