package io.pikareplica.storage.cmd;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.pikareplica.storage.codec.CollectionMeta;
import io.pikareplica.storage.codec.DataType;
import io.pikareplica.storage.codec.ListMeta;
import io.pikareplica.storage.codec.StreamId;
import io.pikareplica.storage.codec.StreamMeta;
import io.pikareplica.storage.codec.StringRecord;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeyCommandsTest {
  private static final long NOW = CommandFixture.START_MS;

  @TempDir Path folder;
  private CommandFixture db;

  @BeforeEach
  void open() {
    db = new CommandFixture(folder);
  }

  @AfterEach
  void close() {
    db.close();
  }

  @Test
  void delRemovesTheRecordOfAString() {
    db.put("a", string("1", 0));

    assertThat(db.say("DEL", "a", "b")).isEqualTo(":1");

    assertThat(db.record("a")).isEmpty();
    assertThat(db.lastItemTexts()).containsExactly("DEL a", "DEL b");
  }

  @Test
  void delLeavesAnEmptiedRecordOfACollectionWithANewVersion() {
    db.put("h", new CollectionMeta(DataType.HASH, 3, NOW, NOW, NOW + 5000));
    db.put("l", new ListMeta(2, NOW, 10, 13, NOW, 0));

    assertThat(db.say("UNLINK", "h", "l", "h")).isEqualTo(":2");

    CollectionMeta hash = (CollectionMeta) db.record("h").orElseThrow();
    assertThat(hash.version()).isGreaterThan(NOW);
    assertThat(hash).isEqualTo(new CollectionMeta(DataType.HASH, 0, hash.version(), 0, 0));
    ListMeta list = (ListMeta) db.record("l").orElseThrow();
    assertThat(list)
        .isEqualTo(new ListMeta(0, list.version(), Long.MAX_VALUE, Long.MIN_VALUE, 0, 0));
    assertThat(list.version()).isGreaterThan(hash.version());
    assertThat(db.lastItemTexts()).containsExactly("UNLINK h", "UNLINK l", "UNLINK h");
  }

  @Test
  void delStartsAStreamAnew() {
    db.put("x", stream(4, 2));
    db.put("emptied", stream(0, 7));

    assertThat(db.say("DEL", "x", "emptied")).isEqualTo(":2");

    StreamMeta meta = (StreamMeta) db.record("x").orElseThrow();
    assertThat(meta).isEqualTo(StreamMeta.create(meta.version()));
    assertThat(meta.version()).isGreaterThan(2);
    assertThat(db.say("EXISTS", "x", "emptied")).isEqualTo(":0");
  }

  @Test
  void delOfADeadKeyChangesNothing() {
    db.put("a", string("1", NOW - 1));

    assertThat(db.say("DEL", "a")).isEqualTo(":0");

    assertThat(db.record("a")).isPresent();
  }

  @Test
  void expireIsLoggedAsTheTimeItComesTo() {
    db.put("a", string("1", 0));

    assertThat(db.say("EXPIRE", "a", "100")).isEqualTo(":1");
    assertThat(db.lastItemTexts()).containsExactly("expireat a " + (NOW / 1000 + 100));
    assertThat(db.record("a").orElseThrow().etimeMs()).isEqualTo(NOW + 100_000);
    assertThat(db.say("TTL", "a")).isEqualTo(":100");

    assertThat(db.say("PEXPIRE", "a", "1500")).isEqualTo(":1");
    assertThat(db.lastItemTexts()).containsExactly("pexpireat a " + (NOW + 1500));
    assertThat(db.say("PTTL", "a")).isEqualTo(":1500");
    assertThat(db.say("TTL", "a")).isEqualTo(":1");
  }

  @Test
  void expireWithoutTimeLeftRemovesTheKey() {
    db.put("a", string("1", 0));
    db.put("h", new CollectionMeta(DataType.HASH, 3, NOW, NOW, 0));

    assertThat(db.say("EXPIRE", "a", "-1")).isEqualTo(":1");
    assertThat(db.say("PEXPIREAT", "h", "0")).isEqualTo(":1");

    assertThat(db.record("a")).isEmpty();
    assertThat(db.say("EXISTS", "a", "h")).isEqualTo(":0");
  }

  @Test
  void expireRefusesTimesThatNoClockReaches() {
    db.put("a", string("1", 0));

    assertThat(db.say("EXPIRE", "a", Long.toString(Long.MAX_VALUE)))
        .isEqualTo("-ERR invalid expire time in 'expire' command");
    assertThat(db.say("EXPIRE", "a", "x"))
        .isEqualTo("-ERR value is not an integer or out of range");
    assertThat(db.say("TTL", "a")).isEqualTo(":-1");
  }

  @Test
  void expireAtInThePastLeavesADeadRecord() {
    db.put("a", string("1", 0));

    assertThat(db.say("EXPIREAT", "a", "1000")).isEqualTo(":1");

    assertThat(db.record("a").orElseThrow().etimeMs()).isEqualTo(1_000_000);
    assertThat(db.say("EXISTS", "a")).isEqualTo(":0");
    assertThat(db.say("TTL", "a")).isEqualTo(":-2");
    assertThat(db.lastItemTexts()).isEmpty();
  }

  @Test
  void takesMillisecondsBeyond32BitsFromAMaster() {
    db.put("a", string("1", 0));

    db.replay("pexpireat", "a", "1795334300123");

    assertThat(db.record("a").orElseThrow().etimeMs()).isEqualTo(1_795_334_300_123L);
  }

  @Test
  void expiryKeepsTheMarkerOfAHyperLogLogAndTheValue() {
    db.put("p", new StringRecord(new byte[] {1, 2}, true, NOW, 0));

    db.say("EXPIRE", "p", "100");
    assertThat(db.say("PERSIST", "p")).isEqualTo(":1");
    assertThat(db.say("PERSIST", "p")).isEqualTo(":0");

    StringRecord record = (StringRecord) db.record("p").orElseThrow();
    assertThat(record.isHyperLogLog()).isTrue();
    assertThat(record.value()).containsExactly(1, 2);
    assertThat(record.etimeMs()).isZero();
  }

  @Test
  void streamsTakeNoExpiry() {
    db.put("x", stream(1, 5));

    assertThat(db.say("EXPIRE", "x", "100")).isEqualTo(":0");
    assertThat(db.say("EXPIREAT", "x", "0")).isEqualTo(":0");
    assertThat(db.say("TTL", "x")).isEqualTo(":-1");
  }

  @Test
  void aKeyLivesUntilTheMillisecondOfItsExpiryHasPassed() {
    db.put("a", string("1", NOW + 10));

    db.advanceMs(10);
    assertThat(db.say("EXISTS", "a")).isEqualTo(":1");
    assertThat(db.say("PTTL", "a")).isEqualTo(":0");
    db.advanceMs(1);
    assertThat(db.say("EXISTS", "a")).isEqualTo(":0");
    assertThat(db.say("PTTL", "a")).isEqualTo(":-2");
  }

  @Test
  void typeUsesTheWordsOfPika() {
    db.put("s", string("", 0));
    db.put("h", new CollectionMeta(DataType.HASH, 1, NOW, NOW, 0));
    db.put("gone", new CollectionMeta(DataType.HASH, 0, NOW, NOW, 0));
    db.put("x", stream(1, 5));
    db.put("emptied", stream(0, 5));

    assertThat(db.say("TYPE", "s")).isEqualTo("string");
    assertThat(db.say("TYPE", "h")).isEqualTo("hash");
    assertThat(db.say("TYPE", "gone")).isEqualTo("none");
    assertThat(db.say("TYPE", "x")).isEqualTo("streams");
    assertThat(db.say("TYPE", "emptied")).isEqualTo("streams");
    assertThat(db.say("TYPE", "nothing")).isEqualTo("none");
    assertThat(db.say("EXISTS", "s", "s", "emptied", "gone")).isEqualTo(":3");
  }

  private static StringRecord string(String value, long etimeMs) {
    return new StringRecord(value.getBytes(ISO_8859_1), NOW, etimeMs);
  }

  private static StreamMeta stream(int length, long version) {
    StreamId last = new StreamId(5, 1);
    return new StreamMeta(
        length, new StreamId(length == 0 ? 0 : 1, 0), last, StreamId.MIN, length, version);
  }
}
