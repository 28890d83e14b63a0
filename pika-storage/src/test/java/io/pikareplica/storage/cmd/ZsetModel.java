package io.pikareplica.storage.cmd;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.pikareplica.storage.codec.ScoreText;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** A sorted set in plain collections, with the commands on it as Pika's rules have them. */
final class ZsetModel {
  private static final String[] SCORES = {
    "-inf", "-2", "-1.5", "-0", "0", "0", "0.1", "1", "1", "2", "1e300", "-1e300", "inf"
  };

  final String key;
  private final Map<String, Double> scores = new TreeMap<>();

  ZsetModel(String key) {
    this.key = key;
  }

  private static String any(Random random, String... words) {
    return words[random.nextInt(words.length)];
  }

  private static String member(Random random) {
    return String.valueOf((char) ('a' + random.nextInt(9)));
  }

  String[] next(Random random) {
    String from = String.valueOf(random.nextInt(9) - 4);
    String to = String.valueOf(random.nextInt(9) - 4);
    return switch (random.nextInt(10)) {
      case 0, 1, 2 ->
          new String[] {
            "ZADD", key, any(random, SCORES), member(random), any(random, SCORES), member(random)
          };
      case 3, 4 -> new String[] {"ZINCRBY", key, any(random, SCORES), member(random)};
      case 5 -> new String[] {"ZREM", key, member(random), member(random)};
      case 6 ->
          new String[] {any(random, "ZPOPMIN", "ZPOPMAX"), key, String.valueOf(random.nextInt(3))};
      case 7 -> new String[] {"ZREMRANGEBYRANK", key, from, to};
      case 8 ->
          new String[] {
            "ZREMRANGEBYSCORE",
            key,
            any(random, "(", "") + any(random, SCORES),
            any(random, "(", "") + any(random, SCORES)
          };
      default ->
          new String[] {
            "ZREMRANGEBYLEX",
            key,
            any(random, "(", "[") + member(random),
            any(random, "(", "[") + member(random)
          };
    };
  }

  String run(String[] words) {
    return switch (words[0]) {
      case "ZADD" -> add(words);
      case "ZINCRBY" -> increment(number(words[2]), words[3]);
      case "ZREM" -> remove(List.of(words).subList(2, words.length));
      case "ZPOPMIN", "ZPOPMAX" -> pop(words[0].equals("ZPOPMAX"), Integer.parseInt(words[2]));
      case "ZREMRANGEBYRANK" -> byRank(Integer.parseInt(words[2]), Integer.parseInt(words[3]));
      case "ZREMRANGEBYSCORE" -> byScore(words[2], words[3]);
      default -> byLex(words[2], words[3]);
    };
  }

  private static double number(String text) {
    return ScoreText.parse(text.getBytes(US_ASCII)).getAsDouble();
  }

  private String add(String[] words) {
    int added = 0;
    List<String> done = new ArrayList<>();
    for (int i = 2; i < words.length; i += 2) {
      if (done.contains(words[i + 1])) {
        continue;
      }
      done.add(words[i + 1]);
      double score = number(words[i]);
      Double old = scores.get(words[i + 1]);
      if (old == null || old.doubleValue() != score) {
        scores.put(words[i + 1], score);
      }
      added += old == null ? 1 : 0;
    }
    return ":" + added;
  }

  private String increment(double by, String member) {
    Double old = scores.get(member);
    double sum = old == null ? by : old + by;
    if (Double.isNaN(sum)) {
      return "-ERR resulting score is not a number (NaN)";
    }
    scores.put(member, sum);
    return ScoreText.print(sum);
  }

  private String remove(List<String> members) {
    int before = scores.size();
    scores.keySet().removeAll(members);
    return ":" + (before - scores.size());
  }

  /** Members in score order; the walks that remove begin behind -inf. */
  private List<String> ordered(boolean withLowest) {
    Comparator<String> byScore = Comparator.comparingDouble(m -> scores.get(m) + 0.0);
    return scores.keySet().stream()
        .filter(m -> withLowest || scores.get(m) >= -Double.MAX_VALUE)
        .sorted(byScore.thenComparing(Comparator.naturalOrder()))
        .collect(Collectors.toCollection(ArrayList::new));
  }

  private String pop(boolean highest, int count) {
    List<String> order = ordered(highest);
    if (highest) {
      order.removeIf(m -> scores.get(m) > Double.MAX_VALUE);
      Collections.reverse(order);
    }
    List<String> popped = order.subList(0, Math.min(count, order.size()));
    String reply =
        popped.stream()
            .map(m -> m + ", " + ScoreText.print(scores.get(m)))
            .collect(Collectors.joining(", ", "[", "]"));
    scores.keySet().removeAll(popped);
    return reply;
  }

  private String byRank(int start, int stop) {
    int first = Math.max(start < 0 ? scores.size() + start : start, 0);
    int last = Math.min(stop < 0 ? scores.size() + stop : stop, scores.size() - 1);
    List<String> order = ordered(false);
    int end = Math.min(last + 1, order.size());
    return first >= end ? ":0" : remove(List.copyOf(order.subList(first, end)));
  }

  private String byScore(String min, String max) {
    double low = finite(number(min.replace("(", "")));
    double high = finite(number(max.replace("(", "")));
    if (low == Double.MAX_VALUE || high == -Double.MAX_VALUE) {
      return ":0";
    }
    return remove(
        scores.keySet().stream()
            .filter(m -> min.startsWith("(") ? scores.get(m) > low : scores.get(m) >= low)
            .filter(m -> max.startsWith("(") ? scores.get(m) < high : scores.get(m) <= high)
            .toList());
  }

  private static double finite(double score) {
    return Math.max(-Double.MAX_VALUE, Math.min(score, Double.MAX_VALUE));
  }

  private String byLex(String min, String max) {
    return remove(
        scores.keySet().stream()
            .filter(m -> m.compareTo(min.substring(1)) > (min.startsWith("(") ? 0 : -1))
            .filter(m -> m.compareTo(max.substring(1)) < (max.startsWith("(") ? 0 : 1))
            .toList());
  }

  String dump() {
    return ordered(true).stream()
        .map(m -> m + ", " + ScoreText.print(scores.get(m)))
        .collect(Collectors.joining(", ", "[", "]"));
  }

  String members() {
    return scores.keySet().toString();
  }
}
