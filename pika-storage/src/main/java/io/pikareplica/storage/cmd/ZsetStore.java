package io.pikareplica.storage.cmd;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.pikareplica.storage.Args;
import io.pikareplica.storage.CommandException;
import io.pikareplica.storage.Reply;
import io.pikareplica.storage.WriteContext;
import io.pikareplica.storage.cmd.ZsetRows.Entry;
import io.pikareplica.storage.codec.CollectionMeta;
import io.pikareplica.storage.codec.DataType;
import io.pikareplica.storage.codec.ScoreText;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;

/**
 * ZUNIONSTORE and ZINTERSTORE. A replica gets their result, as one {@code del} and as many {@code
 * zadd} as it takes (DoBinlog in src/pika_zset.cc). Where the original would store NaN (infinity
 * minus infinity, or times 0) this stores 0, as Redis does.
 */
final class ZsetStore {
  private static final int ITEM_LIMIT_BYTES = 131_072;

  private ZsetStore() {}

  private enum Aggregate {
    SUM,
    MIN,
    MAX;

    double of(double a, double b) {
      return switch (this) {
        case SUM -> number(a + b);
        case MIN -> b < a ? b : a;
        case MAX -> a < b ? b : a;
      };
    }
  }

  /** The words behind the name and the destination. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Operands(List<byte[]> keys, double[] weights, Aggregate aggregate) {
    static Operands parse(Args args) throws CommandException {
      long keyCount = args.int64(2);
      if (keyCount < 1) {
        throw new CommandException(
            "ERR at least 1 input key is needed for ZUNIONSTORE/ZINTERSTORE");
      }
      if (keyCount > args.size() - 3) {
        throw CommandException.syntax();
      }
      int n = (int) keyCount;
      double[] weights = new double[n];
      Arrays.fill(weights, 1);
      Aggregate aggregate = Aggregate.SUM;
      for (int i = n + 3; i < args.size(); ) {
        if (args.is(i, "weights") && i + n < args.size()) {
          for (int w = 0; w < n; w++) {
            weights[w] = weight(args.get(i + 1 + w));
          }
          i += n + 1;
        } else if (args.is(i, "aggregate") && i + 1 < args.size()) {
          aggregate = aggregate(args, i + 1);
          i += 2;
        } else {
          throw CommandException.syntax();
        }
      }
      return new Operands(args.from(3).subList(0, n), weights, aggregate);
    }

    private static double weight(byte[] word) throws CommandException {
      OptionalDouble weight = ScoreText.parse(word);
      if (weight.isEmpty() || Double.isNaN(weight.getAsDouble())) {
        throw new CommandException("ERR weight value is not a float");
      }
      return weight.getAsDouble();
    }

    private static Aggregate aggregate(Args args, int at) throws CommandException {
      for (Aggregate aggregate : Aggregate.values()) {
        if (args.is(at, aggregate.name())) {
          return aggregate;
        }
      }
      throw CommandException.syntax();
    }

    double weighted(int key, double score) {
      return number(weights[key] * score);
    }
  }

  private static double number(double score) {
    return Double.isNaN(score) ? 0 : score;
  }

  static Reply union(WriteContext context, Args args) throws CommandException {
    Operands operands = Operands.parse(args);
    Map<byte[], Double> scores = new TreeMap<>(Arrays::compareUnsigned);
    for (int i = 0; i < operands.keys.size(); i++) {
      Optional<ZsetRows> zset = source(context, operands.keys.get(i));
      if (zset.isPresent()) {
        for (Entry entry : zset.get().all()) {
          double weighted = operands.weighted(i, entry.score());
          scores.merge(entry.member(), weighted, operands.aggregate::of);
        }
      }
    }
    List<Entry> result = new ArrayList<>();
    // a union has no negative zero, an intersection may
    scores.forEach((member, score) -> result.add(new Entry(score == 0 ? 0 : score, member)));
    return store(context, args.get(1), result);
  }

  static Reply intersection(WriteContext context, Args args) throws CommandException {
    Operands operands = Operands.parse(args);
    List<ZsetRows> sources = new ArrayList<>();
    for (byte[] key : operands.keys) {
      source(context, key).ifPresent(sources::add);
    }
    List<Entry> result = new ArrayList<>();
    if (sources.size() == operands.keys.size()) {
      for (Entry entry : sources.get(0).all()) {
        OptionalDouble score = intersect(sources, operands, sources.get(0).signed(entry));
        score.ifPresent(value -> result.add(new Entry(value, entry.member())));
      }
    }
    return store(context, args.get(1), result);
  }

  private static OptionalDouble intersect(List<ZsetRows> sources, Operands operands, Entry first) {
    double score = operands.weighted(0, first.score());
    for (int i = 1; i < sources.size(); i++) {
      OptionalDouble other = sources.get(i).score(first.member());
      if (other.isEmpty()) {
        return OptionalDouble.empty();
      }
      score = operands.aggregate.of(score, operands.weighted(i, other.getAsDouble()));
    }
    return OptionalDouble.of(score);
  }

  private static Optional<ZsetRows> source(WriteContext context, byte[] key)
      throws CommandException {
    Optional<CollectionMeta> meta = Keys.collection(context, key, DataType.ZSET);
    return meta.map(found -> new ZsetRows(context.rows(key), key, found.version()));
  }

  private static Reply store(WriteContext context, byte[] key, List<Entry> result)
      throws CommandException {
    if (result.isEmpty()) {
      if (Keys.collection(context, key, DataType.ZSET).isPresent()) {
        ZsetWriter.replace(context, key).finish();
      }
    } else {
      ZsetWriter zset = ZsetWriter.replace(context, key);
      result.forEach(entry -> zset.put(entry, OptionalDouble.empty()));
      zset.finish();
    }
    log(context, key, result);
    return Reply.of(result.size());
  }

  /** Logs a sorted set as the one that a key holds from now on. */
  static void log(WriteContext context, byte[] key, List<Entry> result) {
    context.log(ascii("del"), key);
    List<byte[]> words = new ArrayList<>();
    long sizeBytes = 0;
    for (Entry entry : result) {
      if (words.isEmpty()) {
        words.add(ascii("zadd"));
        words.add(key);
      }
      byte[] score = ScoreText.bytes(entry.score());
      words.add(score);
      words.add(entry.member());
      sizeBytes += score.length + entry.member().length;
      if (sizeBytes >= ITEM_LIMIT_BYTES) {
        context.log(words.toArray(new byte[0][]));
        words.clear();
        sizeBytes = 0;
      }
    }
    if (!words.isEmpty()) {
      context.log(words.toArray(new byte[0][]));
    }
  }

  private static byte[] ascii(String word) {
    return word.getBytes(US_ASCII);
  }
}
