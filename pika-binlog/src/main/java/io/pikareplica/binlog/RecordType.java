package io.pikareplica.binlog;

import java.util.Optional;

/** The types of a physical record, with the byte that stands for each on disk. */
public enum RecordType {
  /** Space that nothing was written to yet. */
  ZERO(0),
  /** A whole item. */
  FULL(1),
  FIRST(2),
  MIDDLE(3),
  LAST(4),
  /** Declared by Pika, never stored. */
  EOF(5),
  /** The filler in front of the offset that a full sync began at. */
  BAD(6),
  /** Declared by Pika, never stored. */
  OLD(7);

  private static final RecordType[] BY_CODE = values();

  private final int code;

  RecordType(int code) {
    this.code = code;
  }

  public int code() {
    return code;
  }

  /**
   * The type that a byte on disk stands for, if any.
   *
   * @param code the byte, 0 to 255
   */
  public static Optional<RecordType> of(int code) {
    return code >= 0 && code < BY_CODE.length ? Optional.of(BY_CODE[code]) : Optional.empty();
  }

  /** The type of a part of an item. */
  static RecordType ofPart(boolean first, boolean last) {
    if (first) {
      return last ? FULL : FIRST;
    }
    return last ? LAST : MIDDLE;
  }

  boolean startsItem() {
    return this == FULL || this == FIRST;
  }

  boolean endsItem() {
    return this == FULL || this == LAST;
  }
}
