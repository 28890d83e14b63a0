package io.pikareplica.repl;

import io.pikareplica.storage.Args;
import java.util.random.RandomGenerator;

/** Makes up commands, most of which must not run twice. */
final class SimWriter {
  private static final int KEYS = 4;

  private final RandomGenerator random;
  private final int maxValue;

  /**
   * @param maxValue bytes of the longest value
   */
  SimWriter(RandomGenerator random, int maxValue) {
    this.random = random;
    this.maxValue = maxValue;
  }

  Args command(SimBinlog binlog, int instances) {
    int key = random.nextInt(KEYS);
    return switch (random.nextInt(20)) {
      case 0, 1, 2, 3, 4, 5, 6 -> list("l" + key, binlog, instances);
      case 7, 8, 9 -> Args.of("hincrby", "h" + key, "f" + random.nextInt(3), number());
      case 10, 11, 12 -> Args.of("zincrby", "z" + key, number(), "m" + random.nextInt(3));
      case 13, 14, 15 -> Args.of("set", "s" + key, value());
      case 16 -> Args.of("del", "s" + key);
      case 17 -> Args.of("del", "l" + key);
      case 18 -> Args.of("mset", "s0", value(), "s1", value(), "s2", value());
      default ->
          random.nextInt(3) == 0
              ? Args.of("flushdb")
              : Args.of("rpush", "l" + key, value().substring(0, 1));
    };
  }

  private Args list(String key, SimBinlog binlog, int instances) {
    int length = binlog.keys(SimKeys.instanceOf(key, instances)).list(key).size();
    boolean isLong = length >= SimKeys.MAX_LIST;
    return isLong || (length > 0 && random.nextInt(3) == 0)
        ? Args.of("lpop", key)
        : Args.of("rpush", key, "e" + random.nextInt(1000));
  }

  private String number() {
    return Integer.toString(1 + random.nextInt(99));
  }

  private String value() {
    return "v".repeat(1 + random.nextInt(maxValue));
  }
}
