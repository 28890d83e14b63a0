package io.pikareplica.server.conf;

import java.util.List;

/**
 * One setting that has an effect here. Immutable.
 *
 * @param <T> what its value means
 * @param name as Pika spells it, or our own
 * @param aliases other names it is known by, such as Redis's
 * @param defaultText its value where none is given, as it would be written
 * @param unit of a plain number; empty for none
 * @param help one sentence
 * @param change when it may change
 * @param isOurs whether Pika knows no such key
 */
public record Setting<T>(
    String name,
    List<String> aliases,
    ValueType<T> type,
    String defaultText,
    String unit,
    Group group,
    String help,
    Change change,
    boolean isOurs) {

  /** Settings that belong together, for help and README. */
  public enum Group {
    NETWORK("Network"),
    ACCESS("Access"),
    DATA("Data"),
    REPLICATION("Replication"),
    SENTINEL("Failover"),
    LIMITS("Limits and logs");

    private final String title;

    Group(String title) {
      this.title = title;
    }

    public String title() {
      return title;
    }
  }

  /** When a setting may change. */
  public enum Change {
    /** Only with a restart. */
    START,
    /** Also by CONFIG SET. */
    RUNTIME,
    /** Not by CONFIG SET but by a command of its own, and CONFIG REWRITE keeps it: SLAVEOF. */
    COMMAND
  }

  T value(String text) {
    return type.parse(text);
  }

  /** Limits with their unit, for help: {@code 5 to 86400 seconds}; empty for none. */
  public String range() {
    return type.range() + (unit.isEmpty() ? "" : " " + unit);
  }

  public String placeholder() {
    return type.placeholder();
  }

  /** Whether its value must never be shown in a log. */
  public boolean isSecret() {
    return type.keepsTrailingBlanks();
  }

  /** The text in its one written form; an empty text stays empty. */
  String canonical(String text) {
    return text.isEmpty() ? text : type.show(type.parse(text));
  }
}
