package io.pikareplica.storage.cmd;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BitmapCommandsTest {
  private static final String BAD_OFFSET = "-ERR bit offset is not an integer or out of range";

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
  void setsAndReadsBits() {
    assertThat(db.say("SETBIT", "k", "7", "0")).isEqualTo(":0");
    assertThat(db.record("k")).as("nothing changed, nothing created").isEmpty();
    assertThat(db.say("SETBIT", "k", "7", "1")).isEqualTo(":0");
    assertThat(db.lastItemTexts()).containsExactly("SETBIT k 7 1");
    assertThat(db.say("GET", "k")).isEqualTo("\1");
    assertThat(db.say("SETBIT", "k", "16", "1")).isEqualTo(":0");
    assertThat(db.say("GET", "k")).isEqualTo("\1\0\u0080");
    assertThat(db.say("SETBIT", "k", "7", "00")).isEqualTo(":1");
    assertThat(db.say("GETBIT", "k", "7")).isEqualTo(":0");
    assertThat(db.say("GETBIT", "k", "16")).isEqualTo(":1");
    assertThat(db.say("GETBIT", "k", "9223372036854775807")).isEqualTo(":0");
    assertThat(db.say("GETBIT", "absent", "0")).isEqualTo(":0");
  }

  @Test
  void keepsTheExpiryOfWhatItChanges() {
    db.run("SET", "k", "a", "EX", "10");
    db.run("SETBIT", "k", "0", "1");
    assertThat(db.record("k").orElseThrow().etimeMs()).isEqualTo(CommandFixture.START_MS + 10_000);
  }

  @ParameterizedTest
  @ValueSource(strings = {"-1", "x", "2097152", "99999999999999999999"})
  void refusesOffsetsOutOfRange(String offset) {
    assertThat(db.say("SETBIT", "k", offset, "1")).isEqualTo(BAD_OFFSET);
  }

  @Test
  void takesLargerOffsetsFromAMaster() {
    db.replay("SETBIT", "k", "2097152", "1");
    assertThat(db.say("STRLEN", "k")).isEqualTo(":262145");
    assertThat(CommandFixture.text(db.replay("SETBIT", "k", "4294967296", "1")))
        .isEqualTo(BAD_OFFSET);
  }

  @Test
  void refusesBitsThatAreNone() {
    assertThat(db.say("SETBIT", "k", "1", "2"))
        .isEqualTo("-ERR bit is not an integer or out of range");
    assertThat(db.say("BITPOS", "k", "2")).isEqualTo("-ERR The bit argument must be 1 or 0.");
  }

  @ParameterizedTest
  @CsvSource({
    "'', 26",
    "0 -1, 26",
    "0 0, 4",
    "1 1, 6",
    "-2 -1, 7",
    "5 2, 0",
    "-100 0, 4",
    "0 100, 26",
    "9 9, 0",
  })
  void countsBits(String range, int count) {
    db.run("SET", "k", "foobar");
    String command = ("BITCOUNT k " + range).trim();
    assertThat(db.say(command.split(" "))).isEqualTo(":" + count);
    assertThat(db.say("BITCOUNT", "absent")).isEqualTo(":0");
    assertThat(db.say("BITCOUNT", "k", "1")).isEqualTo("-ERR syntax error");
  }

  @ParameterizedTest
  @CsvSource({
    "1, 12",
    "0, 0",
    "1 2, -1",
    "0 1, 8",
    "1 0 0, -1",
    "1 1 1, 12",
    "0 -1, 16",
    "1 5, -1",
    "1 -100 -1, 12",
  })
  void findsBits(String arguments, int position) {
    db.run("SET", "k", "\0\u000f\0");
    assertThat(db.say(("BITPOS k " + arguments).split(" "))).isEqualTo(":" + position);
  }

  @Test
  void seesNoZeroBehindTheEnd() {
    db.run("SET", "ones", "\u00ff\u00ff");
    assertThat(db.say("BITPOS", "ones", "0")).isEqualTo(":-1");
    db.run("SET", "empty", "");
    assertThat(db.say("BITPOS", "empty", "0")).isEqualTo(":0");
    assertThat(db.say("BITPOS", "empty", "0", "0")).isEqualTo(":-1");
    assertThat(db.say("BITPOS", "empty", "1")).isEqualTo(":-1");
  }

  @Test
  void combinesStringsAndLogsTheResult() {
    db.run("SET", "a", "\u00f0\u00ff");
    db.run("SET", "b", "<");
    assertThat(db.say("BITOP", "AND", "d", "a", "b")).isEqualTo(":2");
    assertThat(db.lastItemTexts()).containsExactly("set d 0\0");
    assertThat(db.say("BITOP", "or", "d", "a", "b", "none")).isEqualTo(":2");
    assertThat(db.say("GET", "d")).isEqualTo("\u00fc\u00ff");
    db.run("BITOP", "XOR", "d", "b", "a");
    assertThat(db.say("GET", "d")).isEqualTo("\u00cc\u00ff");
    db.run("BITOP", "NOT", "d", "a");
    assertThat(db.say("GET", "d")).isEqualTo("\u000f\0");
    assertThat(db.say("BITOP", "AND", "d", "none")).isEqualTo(":0");
    assertThat(db.say("GET", "d")).as("stored though empty").isEmpty();
    assertThat(db.say("BITOP", "NOT", "d", "a", "b"))
        .isEqualTo("-ERR BITOP NOT must be called with a single source key.");
    assertThat(db.say("BITOP", "NAND", "d", "a")).isEqualTo("-ERR syntax error");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"SETBIT k 0 1", "GETBIT k 0", "BITCOUNT k", "BITPOS k 1", "BITOP AND d k"})
  void refusesALiveKeyOfAnotherType(String command) {
    db.run("HSET", "k", "f", "v");
    assertThat(db.say(command.split(" "))).startsWith("-WRONGTYPE");
  }
}
