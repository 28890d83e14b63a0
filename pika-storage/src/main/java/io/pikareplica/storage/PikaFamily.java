package io.pikareplica.storage;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.Optional;

/** The seven column families of a real Pika's instance (S/redis.cc), in its order. */
enum PikaFamily {
  META("default", Family.META),
  HASH("hash_data_cf", Family.HASH),
  SET("set_data_cf", Family.SET),
  LIST("list_data_cf", Family.LIST),
  ZSET("zset_data_cf", Family.ZSET),
  ZSET_SCORE("zset_score_cf", Family.ZSET_SCORE),
  STREAM("stream_data_cf", Family.STREAM);

  private final String rocksName;
  private final Family ours;

  PikaFamily(String rocksName, Family ours) {
    this.rocksName = rocksName;
    this.ours = ours;
  }

  String rocksName() {
    return rocksName;
  }

  byte[] rocksNameBytes() {
    return rocksName.getBytes(US_ASCII);
  }

  /** The family of ours that holds the same rows. */
  Family ours() {
    return ours;
  }

  /** Whether ours is another family, with the rows in another form. */
  boolean isConverted() {
    return !rocksName.equals(ours.rocksName());
  }

  static Optional<PikaFamily> ofRocksName(String name) {
    for (PikaFamily family : values()) {
      if (family.rocksName.equals(name)) {
        return Optional.of(family);
      }
    }
    return Optional.empty();
  }
}
