package io.pikareplica.storage;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.List;

/** What a command answers, before it becomes RESP2 or RESP3 bytes. */
public sealed interface Reply {
  Reply OK = new Status("OK");
  Reply QUEUED = new Status("QUEUED");

  /** A missing value: {@code $-1} in RESP2. */
  Reply NIL = new Nil(false);

  /** A missing array: {@code *-1} in RESP2. */
  Reply NIL_ARRAY = new Nil(true);

  Reply EMPTY_ARRAY = new Array(List.of());
  Reply ZERO = new Int(0);
  Reply ONE = new Int(1);

  /** Tells the alternatives apart in an exhaustive switch. */
  Kind kind();

  /** The alternatives of {@link Reply}. */
  enum Kind {
    STATUS,
    FAILURE,
    INT,
    BULK,
    NIL,
    ARRAY,
    MAP
  }

  /** A simple string, without the plus sign. */
  record Status(String text) implements Reply {
    @Override
    public Kind kind() {
      return Kind.STATUS;
    }
  }

  /**
   * An error, without the minus sign; starts with its code, such as {@code ERR} or {@code
   * WRONGTYPE}.
   */
  record Failure(String text) implements Reply {
    @Override
    public Kind kind() {
      return Kind.FAILURE;
    }
  }

  /** An integer. */
  record Int(long value) implements Reply {
    @Override
    public Kind kind() {
      return Kind.INT;
    }
  }

  /**
   * A bulk string.
   *
   * @param isText whether it is text for people, which RESP3 has a type of its own for
   */
  @SuppressWarnings("ArrayRecordComponent") // compared nowhere; wrapping each value would cost
  record Bulk(byte[] bytes, boolean isText) implements Reply {
    public Bulk(byte[] bytes) {
      this(bytes, false);
    }

    @Override
    public Kind kind() {
      return Kind.BULK;
    }

    @Override
    public String toString() {
      return "Bulk[" + new String(bytes, ISO_8859_1) + "]";
    }
  }

  /** Nothing, in the form of a bulk string or of an array. */
  record Nil(boolean array) implements Reply {
    @Override
    public Kind kind() {
      return Kind.NIL;
    }
  }

  /** An array. */
  record Array(List<Reply> items) implements Reply {
    @Override
    public Kind kind() {
      return Kind.ARRAY;
    }
  }

  /** Alternating names and values: a map in RESP3, a flat array in RESP2. */
  record Map(List<Reply> flat) implements Reply {
    @Override
    public Kind kind() {
      return Kind.MAP;
    }
  }

  static Reply of(long value) {
    return new Int(value);
  }

  static Reply of(boolean value) {
    return value ? ONE : ZERO;
  }

  static Reply bulk(byte[] bytes) {
    return new Bulk(bytes);
  }

  static Reply bulk(String text) {
    return new Bulk(text.getBytes(UTF_8));
  }

  /** Text for people, such as INFO: a verbatim string in RESP3, a bulk string in RESP2. */
  static Reply text(byte[] bytes) {
    return new Bulk(bytes, true);
  }

  static Reply array(List<Reply> items) {
    return new Array(items);
  }

  /** An array of bulk strings. */
  static Reply bulks(Iterable<byte[]> values) {
    List<Reply> items = new ArrayList<>();
    for (byte[] value : values) {
      items.add(new Bulk(value));
    }
    return new Array(items);
  }

  static Reply error(String text) {
    return new Failure(text);
  }
}
