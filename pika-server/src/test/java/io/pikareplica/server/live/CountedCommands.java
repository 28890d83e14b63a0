package io.pikareplica.server.live;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * Commands that leave another result when they run twice or not at all, in a mix that follows from
 * a seed. Effects of one command go to several keys, and so to several RocksDB instances. Not
 * threadsafe.
 */
final class CountedCommands {
  private static final int KEYS_PER_TYPE = 20;
  private static final int MEMBERS = 40;
  private static final int MAX_PADDING = 200;
  private static final int FLUSH_ONE_IN = 6_000;
  private static final String NOISE =
      new Random(1)
          .ints(1 << 16, 'a', 'z' + 1)
          .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
          .toString();

  private final Random random;
  private final boolean flushes;
  private long sequence;

  /**
   * A command with what it changes.
   *
   * @param changes one for each item that a master logs, in order
   * @param keys every key that it may change; empty for FLUSHDB, which may change all
   */
  record Counted(List<List<String>> words, List<Consumer<ModelDb>> changes, Set<String> keys) {}

  /** What is collected for a {@link Counted}. */
  private static final class Draft {
    final List<List<String>> words = new ArrayList<>();
    final List<Consumer<ModelDb>> changes = new ArrayList<>();
    final Set<String> keys = new TreeSet<>();

    Counted finish() {
      return new Counted(words, changes, keys);
    }
  }

  /**
   * @param flushes whether FLUSHDB is among them
   */
  CountedCommands(long seed, boolean flushes) {
    random = new Random(seed);
    this.flushes = flushes;
  }

  Counted next() {
    Draft draft = new Draft();
    if (flushes && random.nextInt(FLUSH_ONE_IN) == 0) {
      draft.words.add(List.of("FLUSHDB"));
      draft.changes.add(ModelDb::flush);
      return draft.finish();
    }
    int dice = random.nextInt(100);
    if (dice < 4) {
      draft.words.add(List.of("MULTI"));
      rpush(draft);
      hincrby(draft);
      zincrby(draft);
      decrby(draft);
      draft.words.add(List.of("EXEC"));
    } else if (dice < 8) {
      rpoplpush(draft);
    } else if (dice < 13) {
      mset(draft);
    } else {
      single(draft, dice);
    }
    return draft.finish();
  }

  private void single(Draft draft, int dice) {
    if (dice < 39) {
      rpush(draft);
    } else if (dice < 60) {
      lpop(draft);
    } else if (dice < 72) {
      hincrby(draft);
    } else if (dice < 84) {
      zincrby(draft);
    } else if (dice < 91) {
      xadd(draft);
    } else {
      decrby(draft);
    }
  }

  private String key(String type) {
    return type + ":" + random.nextInt(KEYS_PER_TYPE);
  }

  private String member() {
    return "m" + random.nextInt(MEMBERS);
  }

  private int amount() {
    return 1 + random.nextInt(9);
  }

  /** Never the same twice, and of no use to a compressor. */
  private String value() {
    int length = random.nextInt(MAX_PADDING);
    int from = random.nextInt(NOISE.length() - length);
    return ++sequence + "." + NOISE.substring(from, from + length);
  }

  private void rpush(Draft draft) {
    String key = key("l");
    List<String> words = new ArrayList<>(List.of("RPUSH", key));
    for (int count = 1 + random.nextInt(2); count > 0; count--) {
      words.add(value());
    }
    List<String> elements = words.subList(2, words.size());
    draft.words.add(words);
    draft.keys.add(key);
    draft.changes.add(model -> elements.forEach(element -> model.rpush(key, element)));
  }

  private void lpop(Draft draft) {
    String key = key("l");
    draft.words.add(List.of("LPOP", key));
    draft.keys.add(key);
    draft.changes.add(model -> model.lpop(key));
  }

  private void rpoplpush(Draft draft) {
    String from = key("l");
    String to = key("l");
    draft.words.add(List.of("RPOPLPUSH", from, to));
    draft.keys.addAll(List.of(from, to));
    List<String> moved = new ArrayList<>();
    draft.changes.add(model -> model.rpop(from).ifPresent(moved::add));
    draft.changes.add(model -> moved.forEach(element -> model.lpush(to, element)));
  }

  private void hincrby(Draft draft) {
    add(draft, "HINCRBY", key("h"));
  }

  private void zincrby(Draft draft) {
    add(draft, "ZINCRBY", key("z"));
  }

  private void add(Draft draft, String command, String key) {
    String member = member();
    int amount = amount();
    draft.words.add(
        command.equals("HINCRBY")
            ? List.of(command, key, member, "" + amount)
            : List.of(command, key, "" + amount, member));
    draft.keys.add(key);
    draft.changes.add(model -> model.add(key, member, amount));
  }

  private void xadd(Draft draft) {
    String key = key("x");
    String value = value();
    String id = sequence + "-" + random.nextInt(5);
    draft.words.add(List.of("XADD", key, id, "f", value));
    draft.keys.add(key);
    draft.changes.add(model -> model.xadd(key, id, value));
  }

  /** Logged as it is; INCR would be logged as the number that results. */
  private void decrby(Draft draft) {
    String key = key("n");
    int amount = amount();
    draft.words.add(List.of("DECRBY", key, "" + amount));
    draft.keys.add(key);
    draft.changes.add(model -> model.decrBy(key, amount));
  }

  /** One item per pair. */
  private void mset(Draft draft) {
    List<String> words = new ArrayList<>(List.of("MSET"));
    for (int pair = 0; pair < 4; pair++) {
      String key = key("s");
      String value = value();
      words.addAll(List.of(key, value));
      draft.keys.add(key);
      draft.changes.add(model -> model.set(key, value));
    }
    draft.words.add(words);
  }
}
