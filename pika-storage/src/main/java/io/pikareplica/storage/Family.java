package io.pikareplica.storage;

import static java.nio.charset.StandardCharsets.US_ASCII;

/**
 * The column families of one instance of ours. The first five hold exactly Pika's bytes; the two
 * {@code ordered} ones hold Pika's {@code list_data_cf} and {@code zset_score_cf} with version,
 * index and score in an order-preserving form, so that no family needs a comparator of its own.
 */
public enum Family {
  META("default"),
  HASH("hash_data_cf"),
  SET("set_data_cf"),
  LIST("list_ordered_cf"),
  ZSET("zset_data_cf"),
  ZSET_SCORE("zset_ordered_cf"),
  STREAM("stream_data_cf"),
  /** Applied offset, format version, identity. Never leaves in a snapshot. */
  REPLICA_STATE("replica_state_cf");

  private final String rocksName;

  Family(String rocksName) {
    this.rocksName = rocksName;
  }

  /** The name of the column family on disk. */
  public String rocksName() {
    return rocksName;
  }

  byte[] rocksNameBytes() {
    return rocksName.getBytes(US_ASCII);
  }
}
