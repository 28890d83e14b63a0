package io.pikareplica.storage.cmd;

import static org.assertj.core.api.Assertions.assertThat;

import io.pikareplica.storage.Args;
import io.pikareplica.storage.Family;
import io.pikareplica.storage.codec.MetaRecord;
import io.pikareplica.storage.codec.StringRecord;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StringCommandsTest {
  private static final String WRONG_TYPE =
      "-WRONGTYPE Operation against a key holding the wrong kind of value";
  private static final String NO_INTEGER = "-ERR value is not an integer or out of range";
  private static final long NOW_SECONDS = CommandFixture.START_MS / 1000;

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

  private long etimeMs(String key) {
    return db.record(key).orElseThrow().etimeMs();
  }

  @Test
  void setsAndReadsAValue() {
    assertThat(db.say("GET", "k")).isEqualTo("nil");
    assertThat(db.say("SET", "k", "v\0w")).isEqualTo("OK");
    assertThat(db.lastItemTexts()).containsExactly("SET k v\0w");
    assertThat(db.say("GET", "k")).isEqualTo("v\0w");
    assertThat(db.say("STRLEN", "k")).isEqualTo(":3");
    assertThat(db.say("STRLEN", "absent")).isEqualTo(":0");
    assertThat(db.say("MGET", "k", "absent", "k")).isEqualTo("[v\0w, nil, v\0w]");
    StringRecord record = (StringRecord) db.record("k").orElseThrow();
    assertThat(record.ctimeMs()).isEqualTo(CommandFixture.START_MS);
  }

  @Test
  void takesEmptyKeysAndValues() {
    db.run("SET", "", "");
    assertThat(db.say("GET", "")).isEmpty();
    assertThat(db.say("STRLEN", "")).isEqualTo(":0");
  }

  @Test
  void logsATimeToLiveAsTheSecondOfItsEnd() {
    db.run("SET", "k", "v", "eX", "10");
    assertThat(db.lastItemTexts()).containsExactly("pksetexat k " + (NOW_SECONDS + 10) + " v");
    assertThat(etimeMs("k")).isEqualTo(CommandFixture.START_MS + 10_000);
    db.run("SET", "k", "v", "PX", "1999");
    assertThat(db.lastItemTexts()).containsExactly("pksetexat k " + (NOW_SECONDS + 1) + " v");
    db.run("SETEX", "k", "7", "v");
    assertThat(db.lastItemTexts()).containsExactly("pksetexat k " + (NOW_SECONDS + 7) + " v");
    db.run("PSETEX", "k", "7", "v");
    assertThat(db.lastItemTexts())
        .containsExactly("pksetexat k " + (CommandFixture.START_MS + 7) + " v");
    db.run("SET", "k", "v");
    assertThat(etimeMs("k")).isZero();
  }

  @Test
  void logsAFarAwayEndInMillisecondsSinceItCannotBeToldFromThemInSeconds() {
    db.run("SETEX", "k", "100000000000", "v");
    assertThat(db.lastItemTexts())
        .containsExactly("pksetexat k " + (NOW_SECONDS + 100_000_000_000L) * 1000 + " v");
  }

  @Test
  void aKeyLivesToTheLastMillisecondAndIsThenGone() {
    db.run("PSETEX", "k", "100", "v");
    db.advanceMs(100);
    assertThat(db.say("GET", "k")).isEqualTo("v");
    db.advanceMs(1);
    assertThat(db.say("GET", "k")).isEqualTo("nil");
    assertThat(db.say("MGET", "k")).isEqualTo("[nil]");
  }

  /** W-17. */
  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "1795334300, 1795334300000",
    "2147483646, 2147483646000",
    "2147483647, 2147483647000", // refused by the original
    "99999999999, 99999999999000",
    "100000000000, 100000000000",
    "1795334230123, 1795334230123", // PSETEX on a 4.0.1 master
  })
  void tellsSecondsFromMillisecondsInPksetexatByTheirSize(String time, long etimeMs) {
    assertThat(CommandFixture.text(db.replay("pksetexat", "k", time, "v"))).isEqualTo("OK");
    assertThat(etimeMs("k")).isEqualTo(etimeMs);
  }

  @Test
  void pksetexatWithANegativeTimeLeavesAStaleRecord() {
    db.replay("pksetexat", "k", "-1", "v");
    assertThat(db.say("GET", "k")).isEqualTo("nil");
    assertThat(etimeMs("k")).isEqualTo(NOW_SECONDS * 1000 - 1);
  }

  @Test
  void refusesTimesToLiveThatAreNone() {
    db.run("SET", "k", "old");
    assertThat(db.say("SETEX", "k", "0", "v")).isEqualTo(WRONG_TYPE);
    assertThat(db.say("PSETEX", "k", "-1", "v")).isEqualTo(WRONG_TYPE);
    assertThat(db.say("SET", "k", "v", "EX", "0")).isEqualTo(WRONG_TYPE);
    assertThat(db.say("SETEX", "k", "x", "v")).isEqualTo(NO_INTEGER);
    assertThat(db.say("SETEX", "k", "9223372036854775807", "v")).isEqualTo(NO_INTEGER);
    assertThat(db.say("PSETEX", "k", "9223372036854775807", "v")).isEqualTo(NO_INTEGER);
    assertThat(db.lastItemTexts()).isEmpty();
    assertThat(db.say("GET", "k")).isEqualTo("old");
  }

  @ParameterizedTest
  @ValueSource(strings = {"EX", "VX", "KEEPTTL", "EX 1 PX", "NX FOO"})
  void refusesBadSetOptions(String options) {
    assertThat(db.say(("SET k v " + options).split(" "))).isEqualTo("-ERR syntax error");
    assertThat(db.say("GET", "k")).isEqualTo("nil");
  }

  @Test
  void setsOnConditions() {
    assertThat(db.say("SET", "k", "v", "XX")).isEqualTo("nil");
    assertThat(db.lastItemTexts()).containsExactly("SET k v XX");
    assertThat(db.say("SET", "k", "v", "VX", "v")).isEqualTo(":0");
    assertThat(db.say("SET", "k", "v", "NX", "EX", "10")).isEqualTo("OK");
    assertThat(db.lastItemTexts()).containsExactly("SET k v NX EX 10");
    assertThat(etimeMs("k")).isEqualTo(CommandFixture.START_MS + 10_000);
    assertThat(db.say("SET", "k", "w", "NX")).isEqualTo("nil");
    assertThat(db.say("SET", "k", "w", "VX", "other")).isEqualTo(":-1");
    assertThat(db.say("SET", "k", "w", "vx", "v")).isEqualTo(":1");
    assertThat(etimeMs("k")).isZero();
    assertThat(db.say("SET", "k", "x", "XX", "PX", "5")).isEqualTo("OK");
    assertThat(etimeMs("k")).isEqualTo(CommandFixture.START_MS + 5);
    db.advanceMs(6);
    assertThat(db.say("SET", "k", "x", "XX")).isEqualTo("nil");
    assertThat(db.say("SETNX", "k", "new")).isEqualTo(":1");
    assertThat(db.lastItemTexts()).containsExactly("setnx k new");
    assertThat(db.say("SETNX", "k", "other")).isEqualTo(":0");
    assertThat(db.lastItemTexts()).containsExactly("setnx k other");
    assertThat(db.say("GET", "k")).isEqualTo("new");
  }

  /** W-22. */
  @Test
  void aReplicatedRelativeTimeToLiveStartsAtTheMastersClock() {
    db.replay("SET", "k", "v", "NX", "EX", "10");
    assertThat(etimeMs("k")).isEqualTo(NOW_SECONDS * 1000 + 10_000);
  }

  @Test
  void getsetRepliesNilForAnEmptyOldValue() {
    assertThat(db.say("GETSET", "k", "")).isEqualTo("nil");
    assertThat(db.say("GETSET", "k", "v")).isEqualTo("nil");
    db.run("PKSETEXAT", "k", "0", "w");
    assertThat(db.say("GETSET", "k", "x")).isEqualTo("w");
    assertThat(db.lastItemTexts()).containsExactly("GETSET k x");
  }

  @Test
  void delvxRemovesOnlyTheGivenValue() {
    db.run("SET", "k", "v");
    assertThat(db.say("DELVX", "k", "w")).isEqualTo(":-1");
    assertThat(db.say("DELVX", "k", "v")).isEqualTo(":1");
    assertThat(db.record("k")).isEmpty();
    assertThat(db.say("DELVX", "k", "v")).isEqualTo(":0");
  }

  /** W-16. */
  @Test
  void appendIsLoggedWithTheWholeValueAndItsExpiry() {
    assertThat(db.say("APPEND", "k", "ab")).isEqualTo(":2");
    assertThat(db.lastItemTexts()).containsExactly("pksetexat k 0 ab");
    db.run("SET", "k", "ab", "EX", "10");
    assertThat(db.say("APPEND", "k", "c")).isEqualTo(":3");
    assertThat(db.lastItemTexts()).containsExactly("pksetexat k " + (NOW_SECONDS + 10) + " abc");
    assertThat(etimeMs("k")).isEqualTo(CommandFixture.START_MS + 10_000);
  }

  @Test
  void setrangePadsCutsAtZeroBytesAndCreates() {
    assertThat(db.say("SETRANGE", "new", "0", "")).isEqualTo(":0");
    assertThat(db.say("GET", "new")).isEmpty();
    assertThat(db.say("SETRANGE", "k", "3", "abc")).isEqualTo(":6");
    assertThat(db.say("GET", "k")).isEqualTo("\0\0\0abc");
    assertThat(db.say("SETRANGE", "k", "1", "XY")).isEqualTo(":6");
    assertThat(db.say("GET", "k")).isEqualTo("\0XYabc");
    assertThat(db.say("SETRANGE", "k", "1", "Q\0R")).isEqualTo(":4");
    assertThat(db.lastItemTexts()).containsExactly("SETRANGE k 1 Q\0R");
    assertThat(db.say("GET", "k")).isEqualTo("\0Qbc");
    assertThat(db.say("SETRANGE", "k", "-1", "a")).isEqualTo("-ERR offset is out of range");
    assertThat(db.say("SETRANGE", "k", "9223372036854775807", "a"))
        .startsWith("-ERR string exceeds maximum allowed size (");
  }

  @ParameterizedTest
  @CsvSource({
    "0, -1, hello",
    "1, 2, el",
    "-3, -1, llo",
    "-100, 1, he",
    "0, 100, hello",
    "5, 9, ''",
    "3, 1, ''",
    "0, -100, h",
    "-100, -50, ''",
    "-1, -2, ''",
  })
  void getrangeCutsAsPikaDoes(String from, String to, String expected) {
    db.run("SET", "k", "hello");
    db.run("SET", "empty", "");
    assertThat(db.say("GETRANGE", "k", from, to)).isEqualTo(expected);
    assertThat(db.say("GETRANGE", "empty", from, to)).isEmpty();
    assertThat(db.say("GETRANGE", "absent", from, to)).isEmpty();
  }

  @Test
  void incrementsAreLoggedWithTheirResult() {
    assertThat(db.say("INCR", "k")).isEqualTo(":1");
    assertThat(db.lastItemTexts()).containsExactly("pksetexat k 0 1");
    db.run("SETEX", "k", "10", "41");
    assertThat(db.say("INCRBY", "k", "-43")).isEqualTo(":-2");
    assertThat(db.lastItemTexts()).containsExactly("pksetexat k " + (NOW_SECONDS + 10) + " -2");
    assertThat(db.say("INCRBYFLOAT", "k", "0.1")).isEqualTo("-1.9");
    assertThat(db.lastItemTexts()).containsExactly("pksetexat k " + (NOW_SECONDS + 10) + " -1.9");
    assertThat(etimeMs("k")).isEqualTo(CommandFixture.START_MS + 10_000);
  }

  @Test
  void decrementsAreLoggedAsTheyAre() {
    assertThat(db.say("DECR", "k")).isEqualTo(":-1");
    assertThat(db.lastItemTexts()).containsExactly("DECR k");
    assertThat(db.say("decrby", "k", "-11")).isEqualTo(":10");
    assertThat(db.lastItemTexts()).containsExactly("decrby k -11");
    db.replay("DECR", "k");
    assertThat(db.say("GET", "k")).isEqualTo("9");
  }

  @Test
  void aReplicatedDecrementOfAnExpiredKeyStartsAnew() {
    db.run("PSETEX", "k", "2000", "5");
    db.advanceMs(3000);
    db.replay("DECR", "k");
    assertThat(db.say("GET", "k")).isEqualTo("-1");
    assertThat(etimeMs("k")).isEqualTo(MetaRecord.NO_EXPIRY);
  }

  /** What Pika's strtoll makes of stored values: INCR's result, DECR's result. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      ignoreLeadingAndTrailingWhitespace = false,
      value = {
        "10|:11|:9",
        "+5|:6|:4",
        "-5|:-4|:-6",
        " 12|:13|:11",
        "\t 7|:8|:6",
        "007|:8|:6",
        "''|:1|:-1",
      })
  void readsStoredNumbersAsStrtollDoes(String stored, String incremented, String decremented) {
    db.run("SET", "k", stored);
    assertThat(db.say("INCR", "k")).isEqualTo(incremented);
    db.run("SET", "k", stored);
    assertThat(db.say("DECR", "k")).isEqualTo(decremented);
    db.run("SET", "k", stored + "\0garbage");
    assertThat(db.say("INCR", "k")).isEqualTo(incremented);
  }

  @ParameterizedTest
  @ValueSource(strings = {"x", "1x", "5 ", " ", "+", "-", "1.5", "0x10", "--1"})
  void refusesStoredValuesThatAreNoNumbers(String stored) {
    db.run("SET", "k", stored);
    assertThat(db.say("INCR", "k")).isEqualTo(NO_INTEGER);
    assertThat(db.say("DECR", "k")).isEqualTo(NO_INTEGER);
    assertThat(db.lastItemTexts()).isEmpty();
  }

  @Test
  void incrSaturatesWhatDecrRefuses() {
    db.run("SET", "k", "-99999999999999999999");
    assertThat(db.say("DECR", "k")).isEqualTo(NO_INTEGER);
    assertThat(db.say("INCR", "k")).isEqualTo(":-9223372036854775807");
    db.run("SET", "k", "99999999999999999999");
    assertThat(db.say("INCRBY", "k", "-7")).isEqualTo(":9223372036854775800");
  }

  @Test
  void refusesOverflows() {
    String overflow = "-ERR increment or decrement would overflow";
    db.run("SET", "k", "9223372036854775807");
    assertThat(db.say("INCR", "k")).isEqualTo(overflow);
    assertThat(db.say("DECRBY", "k", "-1")).isEqualTo(overflow);
    db.run("SET", "k", "-9223372036854775808");
    assertThat(db.say("DECR", "k")).isEqualTo(overflow);
    assertThat(db.say("DECRBY", "absent", "-9223372036854775808")).isEqualTo(overflow);
    db.replay("DECRBY", "absent", "-9223372036854775808");
    assertThat(db.say("GET", "absent")).isEqualTo("-9223372036854775808");
    assertThat(db.say("INCRBY", "k", "+1")).isEqualTo(NO_INTEGER);
  }

  @Test
  void refusesFloatsThatAreNone() {
    assertThat(db.say("INCRBYFLOAT", "k", "1 ")).isEqualTo("-ERR value is not a valid float");
    assertThat(db.say("INCRBYFLOAT", "k", "inf"))
        .isEqualTo("-ERR increment would produce NaN or Infinity");
    db.replay("incrbyfloat", "k", "inf"); // a v4.0.0 master has stored nothing, and so do we
    assertThat(db.say("GET", "k")).isEmpty();
    db.run("SET", "k", "x");
    assertThat(db.say("INCRBYFLOAT", "k", "1")).isEqualTo("-ERR value is not a valid float");
  }

  @Test
  void msetIsLoggedPairByPair() {
    assertThat(db.say("MSET", "a", "1", "b", "2", "a", "3")).isEqualTo("OK");
    assertThat(db.lastItemTexts()).containsExactly("set a 1", "set b 2", "set a 3");
    assertThat(db.say("MGET", "a", "b")).isEqualTo("[3, 2]");
    assertThat(db.say("MSETNX", "c", "1", "b", "9")).isEqualTo(":0");
    assertThat(db.lastItemTexts()).isEmpty();
    assertThat(db.say("GET", "c")).isEqualTo("nil");
    assertThat(db.say("MSETNX", "c", "1", "d", "2")).isEqualTo(":1");
    assertThat(db.lastItemTexts()).containsExactly("set c 1", "set d 2");
    assertThat(db.say("MSET", "a", "1", "b"))
        .isEqualTo("-ERR wrong number of arguments for 'mset' command");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET h", "STRLEN h", "GETRANGE h 0 1", "SET h v XX", "SET h v VX a", "GETSET h v",
        "APPEND h v", "SETRANGE h 0 v", "INCR h", "DECR h", "INCRBYFLOAT h 1", "DELVX h v",
      })
  void refusesALiveKeyOfAnotherType(String command) {
    db.run("RPUSH", "h", "v");
    assertThat(db.say(command.split(" "))).isEqualTo(WRONG_TYPE);
    assertThat(db.say("LLEN", "h")).isEqualTo(":1");
  }

  @Test
  void setsOverAndReadsAroundOtherTypes() {
    db.run("RPUSH", "l", "v");
    assertThat(db.say("MGET", "l")).isEqualTo("[nil]");
    assertThat(db.say("SETNX", "l", "v")).isEqualTo(":0");
    assertThat(db.say("SET", "l", "v", "NX")).isEqualTo("nil");
    assertThat(db.say("SET", "l", "v")).isEqualTo("OK");
    assertThat(db.say("GET", "l")).isEqualTo("v");
  }

  @Test
  void commandsOfOneBatchSeeOneAnother() {
    assertThat(
            db
                .runInOneBatch(
                    List.of(
                        Args.of("SET", "k", "5"),
                        Args.of("INCR", "k"),
                        Args.of("APPEND", "k", "0"),
                        Args.of("DECRBY", "k", "1")))
                .stream()
                .map(CommandFixture::text))
        .containsExactly("OK", ":6", ":2", ":59");
    assertThat(db.rowCount("k", Family.META)).isEqualTo(1);
  }
}
