package io.pikareplica.storage.codec;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;

/** A record of the meta family: what a key is, whether it lives, and where its rows are. */
public sealed interface MetaRecord permits StringRecord, CollectionMeta, ListMeta, StreamMeta {
  /** Expiry of a record without one. */
  long NO_EXPIRY = 0;

  DataType type();

  /** Expiry in ms since 1970, or {@link #NO_EXPIRY}. */
  long etimeMs();

  /** Whether readers see the key at this time. */
  boolean isLive(long nowMs);

  /** The version of its rows; 0 for a string, which has none. */
  long version();

  byte[] encode();

  /** Whether a key with this expiry has gone by a given time; at its very ms it still lives. */
  static boolean isStale(long etimeMs, long nowMs) {
    return etimeMs != NO_EXPIRY && etimeMs < nowMs;
  }

  /**
   * Reads a record.
   *
   * @return empty for type bytes that hold no user data
   * @throws IllegalArgumentException when a record is shorter than its type asks for
   */
  static Optional<MetaRecord> decode(byte[] bytes) {
    if (bytes.length == 0) {
      return Optional.empty();
    }
    return DataType.ofCode(bytes[0])
        .map(
            type ->
                switch (type) {
                  case STRING -> StringRecord.decode(bytes);
                  case HASH, SET, ZSET -> CollectionMeta.decode(type, bytes);
                  case LIST -> ListMeta.decode(bytes);
                  case STREAM -> StreamMeta.decode(bytes);
                });
  }

  /** A little-endian view of a record that must have at least {@code least} bytes. */
  static ByteBuffer view(DataType type, byte[] bytes, int least) {
    if (bytes.length < least) {
      throw new IllegalArgumentException(
          type.pikaName() + " record has " + bytes.length + " bytes, fewer than " + least);
    }
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
