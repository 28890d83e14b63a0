package io.pikareplica.storage;

import java.util.Set;

/**
 * What is known of a command before it runs; also what COMMAND INFO prints.
 *
 * @param name lower case
 * @param arity words including the name; negative: at least that many
 * @param firstKey index of the first key, 0 for none
 * @param lastKey index of the last key; negative counts from the end
 * @param keyStep distance between two keys
 */
public record CommandSpec(
    String name, int arity, Group group, Set<Flag> flags, int firstKey, int lastKey, int keyStep) {
  /** The family of commands, as Pika's table groups them. */
  public enum Group {
    KEYS,
    STRING,
    BITMAP,
    HYPERLOGLOG,
    GEO,
    HASH,
    LIST,
    SET,
    ZSET,
    STREAM,
    SERVER
  }

  /** Properties that the dispatcher acts on. */
  public enum Flag {
    READ,
    WRITE,
    FAST,
    /** Touches keys of several instances, or all: nothing else of the DB may be in flight. */
    BARRIER
  }

  public boolean isWrite() {
    return flags.contains(Flag.WRITE);
  }

  public boolean isBarrier() {
    return flags.contains(Flag.BARRIER);
  }

  /**
   * Whether a command of {@code words} words, name included, needs the DB to itself: not when it
   * names a single key, as DEL does in every item that a master logs. Where the range is but one
   * word, or none, the other keys are elsewhere (ZUNIONSTORE, FLUSHDB).
   */
  public boolean isBarrier(int words) {
    int last = lastKey < 0 ? words + lastKey : lastKey;
    return isBarrier() && (firstKey == lastKey || last > firstKey);
  }

  /** Whether a command of {@code words} words, name included, has the right number. */
  public boolean accepts(int words) {
    return arity >= 0 ? words == arity : words >= -arity;
  }
}
