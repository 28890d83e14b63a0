package io.pikareplica.storage.codec;

import java.util.Optional;

/** The type byte that starts every record of the meta family (S/base_value_format.h). */
public enum DataType {
  STRING(0, "string"),
  HASH(1, "hash"),
  SET(2, "set"),
  LIST(3, "list"),
  ZSET(4, "zset"),
  /** Pika's own word for it, in TYPE and elsewhere, is {@code streams}. */
  STREAM(5, "streams");

  private static final DataType[] BY_CODE = values();

  private final byte code;
  private final String pikaName;

  DataType(int code, String pikaName) {
    this.code = (byte) code;
    this.pikaName = pikaName;
  }

  public byte code() {
    return code;
  }

  public String pikaName() {
    return pikaName;
  }

  /** Empty for type bytes that hold no user data. */
  public static Optional<DataType> ofCode(byte code) {
    return code >= 0 && code < BY_CODE.length ? Optional.of(BY_CODE[code]) : Optional.empty();
  }
}
