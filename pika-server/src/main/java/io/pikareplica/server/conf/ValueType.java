package io.pikareplica.server.conf;

import java.util.Optional;

/**
 * How the text of a setting is read. Immutable.
 *
 * @param <T> what it means
 */
interface ValueType<T> {
  /**
   * Reads a value.
   *
   * @param text without blanks around it; empty only where the default is empty
   * @throws BadValueException when it is none
   */
  T parse(String text);

  /** What would be right, to follow "must be ": {@code a number from 1 to 8}. */
  String words();

  /** Its limits in few words, {@code 1 to 8}; empty where {@link #placeholder} says it all. */
  default String range() {
    return "";
  }

  /** The placeholder in the command line's help. */
  String placeholder();

  /** The value as CONFIG GET shows it and CONFIG REWRITE writes it. */
  default String show(T value) {
    return value.toString();
  }

  /**
   * What Pika silently takes instead of a value that is out of its range; empty where Pika has no
   * such habit.
   */
  default Optional<String> pikaTakesInstead(String text) {
    return Optional.empty();
  }

  /** Whether blanks at the end belong to the value, as Pika takes them for passwords. */
  default boolean keepsTrailingBlanks() {
    return false;
  }
}
