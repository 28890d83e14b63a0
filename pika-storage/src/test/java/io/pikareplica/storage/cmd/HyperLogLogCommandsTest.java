package io.pikareplica.storage.cmd;

import static org.assertj.core.api.Assertions.assertThat;

import io.pikareplica.storage.codec.StringRecord;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HyperLogLogCommandsTest {
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

  private StringRecord record(String key) {
    return (StringRecord) db.record(key).orElseThrow();
  }

  @Test
  void countsDifferentValues() {
    assertThat(db.say("PFCOUNT", "k")).isEqualTo(":0");
    assertThat(db.say("PFADD", "k", "x", "y", "x")).isEqualTo(":1");
    assertThat(db.lastItemTexts()).containsExactly("PFADD k x y x");
    assertThat(db.say("PFADD", "k", "x")).isEqualTo(":0");
    assertThat(db.say("PFCOUNT", "k")).isEqualTo(":2");
    assertThat(record("k").isHyperLogLog()).isTrue();
    assertThat(record("k").ctimeMs()).isEqualTo(CommandFixture.START_MS);
    assertThat(db.say("STRLEN", "k")).isEqualTo(":131072");
  }

  @Test
  void withoutValuesTheCounterIsReset() {
    assertThat(db.say("PFADD", "k")).isEqualTo(":1");
    assertThat(db.say("PFADD", "k")).isEqualTo(":0");
    assertThat(record("k").value()).isEmpty();
    assertThat(record("k").isHyperLogLog()).isTrue();
    db.run("PFADD", "k", "x");
    assertThat(db.say("PFADD", "k")).isEqualTo(":1");
    assertThat(db.say("PFCOUNT", "k")).isEqualTo(":0");
  }

  @Test
  void clearsTheExpiry() {
    db.run("PFADD", "k", "x");
    db.run("EXPIRE", "k", "10");
    assertThat(record("k").isHyperLogLog()).isTrue();
    assertThat(db.say("PFADD", "k", "y")).isEqualTo(":1");
    assertThat(record("k").etimeMs()).isZero();
    db.run("PEXPIRE", "k", "10");
    db.advanceMs(11);
    assertThat(db.say("PFCOUNT", "k")).isEqualTo(":0");
    db.run("PFADD", "k", "z");
    assertThat(db.say("PFCOUNT", "k")).isEqualTo(":1");
  }

  /** W-17. */
  @Test
  void aMergeIsLoggedAsASetWhichAReplicaCanGoOnWith() {
    db.run("PFADD", "a", "x", "y");
    db.run("PFADD", "b", "y", "z");
    assertThat(db.say("PFCOUNT", "a", "b", "none")).isEqualTo(":3");
    assertThat(db.say("PFMERGE", "d", "a", "b")).isEqualTo("OK");
    assertThat(db.say("PFCOUNT", "d")).isEqualTo(":3");
    db.run("PFMERGE", "d", "a");
    assertThat(db.lastItems()).hasSize(1);
    assertThat(db.lastItems().get(0).text(0)).isEqualTo("set");
    byte[] registers = db.lastItems().get(0).get(2);
    assertThat(registers).hasSize(131072);
    db.replay(db.lastItems().get(0));
    assertThat(record("d").isHyperLogLog()).as("lost, as on real replicas").isFalse();
    assertThat(db.say("PFCOUNT", "d")).isEqualTo(":3");
    db.replay("PFADD", "d", "w");
    assertThat(record("d").isHyperLogLog()).isTrue();
    assertThat(db.say("PFCOUNT", "d")).isEqualTo(":4");
  }

  @Test
  void aMergeOfNothingIsEmptyAndStillACounterOnAReplica() {
    db.run("PFMERGE", "d", "none");
    assertThat(db.lastItemTexts()).containsExactly("set d ");
    db.replay("set", "d", "");
    assertThat(CommandFixture.text(db.replay("PFADD", "d", "x"))).isEqualTo(":1");
  }

  @Test
  void aMergeOverwritesATargetOfAnotherTypeButReadsNoneFromSources() {
    db.run("PFADD", "a", "x");
    db.run("HSET", "h", "f", "v");
    assertThat(db.say("PFMERGE", "d", "h"))
        .isEqualTo(
            "-ERR Invalid argument: WRONGTYPE, key: h, expect type: hyperloglog get type: hash");
    assertThat(db.say("PFMERGE", "h", "a")).isEqualTo("OK");
    assertThat(db.say("PFCOUNT", "h")).isEqualTo(":1");
  }

  @Test
  void refusesStringsThatAreNone() {
    String text =
        "-ERR Invalid argument: WRONGTYPE, key: s,expect type: hyperloglog get type: string";
    db.run("PSETEX", "s", "10", "v");
    assertThat(db.say("PFADD", "s", "x")).isEqualTo(text);
    assertThat(db.say("PFCOUNT", "s")).isEqualTo(text);
    db.advanceMs(11);
    assertThat(db.say("PFADD", "s", "x")).as("even when it has expired").isEqualTo(text);
  }

  @Test
  void refusesTooManyValues() {
    String[] words = new String[2 + 255];
    Arrays.fill(words, "v");
    words[0] = "PFADD";
    assertThat(db.say(words)).isEqualTo("-ERR Invalid argument: Invalid the number of key");
  }
}
