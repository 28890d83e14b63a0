package io.pikareplica.storage.cmd;

import static org.assertj.core.api.Assertions.assertThat;

import io.pikareplica.storage.Reply;
import io.pikareplica.storage.codec.CollectionMeta;
import java.nio.file.Path;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HashCommandsTest {
  private static final String WRONG_TYPE =
      "-WRONGTYPE Operation against a key holding the wrong kind of value";

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

  private CollectionMeta meta(String key) {
    return (CollectionMeta) db.record(key).orElseThrow();
  }

  @Test
  void setsAndReadsFields() {
    assertThat(db.say("HSET", "h", "b", "1")).isEqualTo(":1");
    assertThat(db.lastItemTexts()).containsExactly("HSET h b 1");
    assertThat(db.say("HSET", "h", "b", "2")).isEqualTo(":0");
    assertThat(db.say("HMSET", "h", "a", "x", "", "", "a", "y")).isEqualTo("OK");
    assertThat(db.say("HGETALL", "h")).isEqualTo("[, , a, y, b, 2]");
    assertThat(db.say("HKEYS", "h")).isEqualTo("[, a, b]");
    assertThat(db.say("HVALS", "h")).isEqualTo("[, y, 2]");
    assertThat(db.say("HLEN", "h")).isEqualTo(":3");
    assertThat(db.say("HGET", "h", "a")).isEqualTo("y");
    assertThat(db.say("HGET", "h", "q")).isEqualTo("nil");
    assertThat(db.say("HMGET", "h", "b", "q", "b")).isEqualTo("[2, nil, 2]");
    assertThat(db.say("HEXISTS", "h", "")).isEqualTo(":1");
    assertThat(db.say("HSTRLEN", "h", "a")).isEqualTo(":1");
    assertThat(db.say("HSTRLEN", "h", "q")).isEqualTo(":0");
  }

  @Test
  void readsOfAnAbsentHashAreEmpty() {
    assertThat(db.say("HGETALL", "h")).isEqualTo("[]");
    assertThat(db.say("HKEYS", "h")).isEqualTo("[]");
    assertThat(db.say("HLEN", "h")).isEqualTo(":0");
    assertThat(db.say("HGET", "h", "f")).isEqualTo("nil");
    assertThat(db.say("HMGET", "h", "f", "g")).isEqualTo("[nil, nil]");
    assertThat(db.say("HSCAN", "h", "0")).isEqualTo("[0, []]");
    assertThat(db.say("HSCANX", "h", "")).isEqualTo("[, []]");
    assertThat(db.say("PKHSCANRANGE", "h", "", "")).isEqualTo("[, []]");
    assertThat(db.say("HDEL", "h", "f")).isEqualTo(":0");
  }

  @Test
  void severalPairsOfOneHsetAreLoggedAsHmset() {
    assertThat(db.say("HSET", "h", "a", "1", "b", "2", "a", "3")).isEqualTo(":2");
    assertThat(db.lastItemTexts()).containsExactly("hmset h a 1 b 2 a 3");
    assertThat(db.say("HGET", "h", "a")).isEqualTo("3");
    assertThat(db.say("HSET", "h", "a", "1", "b"))
        .isEqualTo("-ERR wrong number of arguments for 'hset' command");
    assertThat(db.say("HMSET", "h", "a", "1", "b"))
        .isEqualTo("-ERR wrong number of arguments for 'hmset' command");
  }

  @Test
  void hsetnxSetsOnce() {
    assertThat(db.say("HSETNX", "h", "f", "1")).isEqualTo(":1");
    assertThat(db.say("HSETNX", "h", "f", "2")).isEqualTo(":0");
    assertThat(db.lastItemTexts()).containsExactly("HSETNX h f 2");
    assertThat(db.say("HGETALL", "h")).isEqualTo("[f, 1]");
  }

  @Test
  void theLastFieldTakesTheHashWithItAndTheNextOneStartsANewLife() {
    db.run("HSET", "h", "f", "1", "g", "2");
    db.run("EXPIRE", "h", "100");
    long version = meta("h").version();
    assertThat(db.say("HDEL", "h", "f", "f", "x")).isEqualTo(":1");
    assertThat(meta("h").etimeMs()).isEqualTo(CommandFixture.START_MS + 100_000);
    assertThat(db.say("HDEL", "h", "g")).isEqualTo(":1");
    assertThat(meta("h").count()).isZero();
    assertThat(meta("h").version()).isEqualTo(version);
    assertThat(db.say("HLEN", "h")).isEqualTo(":0");
    db.run("HSETNX", "h", "n", "1");
    assertThat(meta("h").version()).isGreaterThan(version);
    assertThat(meta("h").etimeMs()).isZero();
    assertThat(meta("h").ctimeMs()).isZero();
  }

  @Test
  void anExpiredHashDoesNotComeBackWithItsFields() {
    db.run("HSET", "h", "old", "1");
    db.run("PEXPIRE", "h", "10");
    db.advanceMs(11);
    assertThat(db.say("HGETALL", "h")).isEqualTo("[]");
    assertThat(db.say("HINCRBY", "h", "n", "5")).isEqualTo(":5");
    assertThat(db.say("HGETALL", "h")).isEqualTo("[n, 5]");
    assertThat(meta("h").ctimeMs()).as("kept by HINCRBY").isEqualTo(CommandFixture.START_MS);
    assertThat(meta("h").etimeMs()).isZero();
  }

  @Test
  void incrementsIntegersOfOneExactForm() {
    assertThat(db.say("HINCRBY", "h", "f", "5")).isEqualTo(":5");
    assertThat(db.say("HINCRBY", "h", "f", "-7")).isEqualTo(":-2");
    assertThat(db.lastItemTexts()).containsExactly("HINCRBY h f -7");
    db.run("HSET", "h", "f", " 1");
    assertThat(db.say("HINCRBY", "h", "f", "1"))
        .isEqualTo("-ERR value is not an integer or out of range");
    assertThat(db.say("HINCRBY", "h", "f", "x"))
        .isEqualTo("-ERR value is not an integer or out of range");
    db.run("HSET", "h", "f", "9223372036854775807");
    assertThat(db.say("HINCRBY", "h", "f", "1"))
        .isEqualTo("-ERR increment or decrement would overflow");
    assertThat(db.say("HGET", "h", "f")).isEqualTo("9223372036854775807");
  }

  @ParameterizedTest
  @CsvSource({"8, 0.1, 8.1", "3, 1e-20, 3", "0.1, 0.2, 0.3", "'', 0x1p-1, 0.5", "5, -5, 0"})
  void incrementsFloatsAsLongDoubles(String old, String by, String sum) {
    db.run("HSET", "h", "f", old);
    assertThat(db.say("HINCRBYFLOAT", "h", "f", by)).isEqualTo(sum);
    assertThat(db.lastItemTexts()).containsExactly("HINCRBYFLOAT h f " + by);
    assertThat(db.say("HGET", "h", "f")).isEqualTo(sum);
    assertThat(meta("h").count()).isEqualTo(1);
  }

  @Test
  void refusesFloatsThatHaveNoText() {
    assertThat(db.say("HINCRBYFLOAT", "h", "f", "inf"))
        .isEqualTo("-ERR increment or decrement would overflow");
    assertThat(db.say("HINCRBYFLOAT", "h", "f", "1 ")).isEqualTo("-ERR value is not a valid float");
    assertThat(db.record("h")).isEmpty();
    db.replay("hincrbyfloat", "h", "f", "inf");
    assertThat(db.say("HGETALL", "h")).as("what the master has stored").isEqualTo("[f, ]");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HSET k f v",
        "HMSET k f v",
        "HSETNX k f v",
        "HDEL k f",
        "HINCRBY k f 1",
        "HINCRBYFLOAT k f 1",
        "HGET k f",
        "HMGET k f",
        "HKEYS k",
        "HVALS k",
        "HLEN k",
        "HEXISTS k f",
        "HSTRLEN k f",
        "HSCANX k f",
        "PKHSCANRANGE k a b",
      })
  void refusesALiveKeyOfAnotherType(String command) {
    db.run("SET", "k", "v");
    assertThat(db.say(command.split(" "))).isEqualTo(WRONG_TYPE);
    assertThat(db.say("GET", "k")).isEqualTo("v");
  }

  @Test
  void hgetallAndHscanPassOnTheTextOfTheStorageLayer() {
    db.run("SET", "k", "v");
    String text = "-ERR Invalid argument: WRONGTYPE, key: k, expect type: hash, get type: string";
    assertThat(db.say("HGETALL", "k")).isEqualTo(text);
    assertThat(db.say("HSCAN", "k", "0")).isEqualTo(text);
  }

  @Test
  void replacesADeadKeyOfAnotherTypeByAFreshHash() {
    db.run("RPUSH", "k", "v");
    db.run("LPOP", "k");
    assertThat(db.say("HSET", "k", "f", "v")).isEqualTo(":1");
    assertThat(meta("k").ctimeMs()).isEqualTo(CommandFixture.START_MS);
    assertThat(db.say("HGETALL", "k")).isEqualTo("[f, v]");
  }

  @Test
  void scansEveryFieldInPages() {
    TreeSet<String> expected = new TreeSet<>();
    for (int i = 0; i < 57; i++) {
      String field = "f" + "\0".repeat(i % 3) + i;
      db.run("HSET", "h", field, "v");
      expected.add(field);
    }
    db.run("HSET", "hh", "other", "v"); // the neighbour must not show
    TreeSet<String> seen = new TreeSet<>();
    String cursor = "0";
    int pages = 0;
    do {
      var reply = (Reply.Array) db.run("HSCAN", "h", cursor, "COUNT", "10");
      cursor = CommandFixture.text(reply.items().get(0));
      var flat = ((Reply.Array) reply.items().get(1)).items();
      for (int i = 0; i < flat.size(); i += 2) {
        assertThat(seen.add(CommandFixture.text(flat.get(i)))).isTrue();
      }
      pages++;
    } while (!cursor.equals("0"));
    assertThat(seen).isEqualTo(expected);
    assertThat(pages).isEqualTo(6);
  }

  @Test
  void scansWithAPatternAndRefusesBadOptions() {
    db.run("HSET", "h", "a1", "1", "b1", "2", "a2", "3");
    assertThat(db.say("HSCAN", "h", "0", "MATCH", "a*")).isEqualTo("[0, [a1, 1, a2, 3]]");
    assertThat(db.say("HSCAN", "h", "0", "match", "?1", "count", "100"))
        .isEqualTo("[0, [a1, 1, b1, 2]]");
    assertThat(db.say("HSCAN", "h", "12345")).as("an unknown cursor starts over").contains("b1");
    assertThat(db.say("HSCAN", "h", "-1")).isEqualTo("[0, []]");
    assertThat(db.say("HSCAN", "h", "x")).isEqualTo("-ERR value is not an integer or out of range");
    assertThat(db.say("HSCAN", "h", "0", "COUNT")).isEqualTo("-ERR syntax error");
    assertThat(db.say("HSCAN", "h", "0", "COUNT", "-1")).isEqualTo("-ERR syntax error");
    assertThat(db.say("HSCAN", "h", "0", "FOO", "1")).isEqualTo("-ERR syntax error");
  }

  @Test
  void readsRangesOfFieldsForwardsAndBackwards() {
    db.run("HSET", "h", "a", "1", "b", "2", "c", "3", "d", "4");
    assertThat(db.say("HSCANX", "h", "b", "COUNT", "2")).isEqualTo("[d, [b, 2, c, 3]]");
    assertThat(db.say("PKHSCANRANGE", "h", "b", "c")).isEqualTo("[, [b, 2, c, 3]]");
    assertThat(db.say("PKHSCANRANGE", "h", "", "", "LIMIT", "1")).isEqualTo("[b, [a, 1]]");
    assertThat(db.say("PKHRSCANRANGE", "h", "c", "b")).isEqualTo("[, [c, 3, b, 2]]");
    assertThat(db.say("PKHRSCANRANGE", "h", "", "", "LIMIT", "3"))
        .isEqualTo("[a, [d, 4, c, 3, b, 2]]");
    assertThat(db.say("PKHSCANRANGE", "h", "", "c", "MATCH", "[ac]")).isEqualTo("[, [a, 1, c, 3]]");
    assertThat(db.say("PKHSCANRANGE", "h", "c", "b"))
        .isEqualTo("-ERR Invalid argument: error in given range");
    assertThat(db.say("PKHRSCANRANGE", "h", "b", "c"))
        .isEqualTo("-ERR Invalid argument: error in given range");
  }

  @Test
  void aStreamGivesWayToAHashAndItsMessagesStayAway() {
    db.run("XADD", "k", "1-1", "f", "v");
    assertThat(db.say("HSET", "k", "f", "v")).isEqualTo(":1");
    assertThat(db.say("HGETALL", "k")).isEqualTo("[f, v]");
    db.run("DEL", "k");
    db.run("XADD", "k", "2-1", "f", "v");
    assertThat(db.say("XRANGE", "k", "-", "+")).isEqualTo("[[2-1, [f, v]]]");
  }
}
