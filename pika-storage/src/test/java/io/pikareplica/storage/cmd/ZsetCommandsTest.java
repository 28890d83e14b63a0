package io.pikareplica.storage.cmd;

import static org.assertj.core.api.Assertions.assertThat;

import io.pikareplica.storage.Args;
import io.pikareplica.storage.CommandTable;
import io.pikareplica.storage.Family;
import io.pikareplica.storage.codec.CollectionMeta;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ZsetCommandsTest {
  private static final String WRONG_TYPE =
      "-WRONGTYPE Operation against a key holding the wrong kind of value";

  @TempDir private Path folder;
  private CommandFixture db;

  @BeforeEach
  void open() {
    db = new CommandFixture(folder);
  }

  @AfterEach
  void close() {
    db.close();
  }

  private String all(String key) {
    return db.say("ZRANGE", key, "0", "-1", "WITHSCORES");
  }

  @Test
  void addsMovesAndCounts() {
    assertThat(db.say("ZADD", "z", "2", "b", "1", "a")).isEqualTo(":2");
    assertThat(db.lastItemTexts()).containsExactly("ZADD z 2 b 1 a");
    assertThat(db.say("zadd", "z", "3", "a", "0.1", "c")).isEqualTo(":1");
    assertThat(all("z")).isEqualTo("[c, 0.10000000000000001, b, 2, a, 3]");
    assertThat(db.say("ZCARD", "z")).isEqualTo(":3");
    assertThat(db.say("ZSCORE", "z", "a")).isEqualTo("3");
    assertThat(db.say("ZSCORE", "z", "x")).isEqualTo("nil");
    assertThat(db.rowCount("z", Family.ZSET)).isEqualTo(3);
    assertThat(db.rowCount("z", Family.ZSET_SCORE)).isEqualTo(3);
  }

  @Test
  void theFirstOfARepeatedMemberWins() {
    assertThat(db.say("ZADD", "z", "1", "a", "2", "a", "nan", "a")).isEqualTo(":1");
    assertThat(all("z")).isEqualTo("[a, 1]");
  }

  @Test
  void knowsNoOptionsOfAdd() {
    assertThat(db.say("ZADD", "z", "NX", "1", "a")).isEqualTo("-ERR syntax error");
    assertThat(db.say("ZADD", "z", "NX", "CH", "1", "a"))
        .isEqualTo("-ERR value is not a valid float");
    assertThat(db.record("z")).isEmpty();
  }

  @Test
  void readsScoresAsStrtodDoes() {
    db.run("ZADD", "z", "", "empty", "0x10", "hex", " 2", "blank", "1e400", "huge", "-inf", "low");
    assertThat(all("z")).isEqualTo("[low, -inf, empty, 0, blank, 2, hex, 16, huge, inf]");
  }

  @Test
  void neverStoresNaN() {
    assertThat(db.say("ZADD", "z", "1", "a", "nan", "b"))
        .isEqualTo("-ERR resulting score is not a number (NaN)");
    assertThat(db.record("z")).isEmpty();
    db.run("ZADD", "z", "inf", "a");
    assertThat(db.say("ZINCRBY", "z", "-inf", "a"))
        .isEqualTo("-ERR resulting score is not a number (NaN)");
    assertThat(db.say("ZINCRBY", "z", "nan", "new"))
        .isEqualTo("-ERR resulting score is not a number (NaN)");
    assertThat(all("z")).isEqualTo("[a, inf]");
    assertThat(CommandFixture.text(db.replay("ZADD", "z", "nan", "b"))).startsWith("-ERR");
  }

  @Test
  void bothZerosAreOneScoreThatKeepsItsFirstSign() {
    db.run("ZADD", "z", "-0", "m");
    assertThat(db.say("ZADD", "z", "0", "m")).isEqualTo(":0");
    assertThat(db.say("ZSCORE", "z", "m")).isEqualTo("-0");
    assertThat(all("z")).isEqualTo("[m, -0]");
    assertThat(db.say("ZINCRBY", "z", "0", "m")).isEqualTo("0");
    assertThat(all("z")).isEqualTo("[m, 0]");
    assertThat(db.rowCount("z", Family.ZSET_SCORE)).isEqualTo(1);
    db.run("ZADD", "z", "-0", "a");
    assertThat(db.say("ZRANGE", "z", "0", "-1")).isEqualTo("[a, m]");
    assertThat(db.say("ZCOUNT", "z", "(-0", "1")).isEqualTo(":0");
    assertThat(db.say("ZPOPMIN", "z")).isEqualTo("[a, -0]");
    assertThat(db.say("ZREM", "z", "m")).isEqualTo(":1");
    assertThat(db.rowCount("z", Family.ZSET_SCORE)).isZero();
  }

  @Test
  void incrementsByDoubleAddition() {
    assertThat(db.say("ZINCRBY", "z", "0.1", "m")).isEqualTo("0.10000000000000001");
    assertThat(db.say("ZINCRBY", "z", "0.2", "m")).isEqualTo("0.30000000000000004");
    assertThat(db.lastItemTexts()).containsExactly("ZINCRBY z 0.2 m");
    assertThat(db.say("ZINCRBY", "z", "x", "m")).isEqualTo("-ERR value is not a valid float");
    assertThat(db.rowCount("z", Family.ZSET_SCORE)).isEqualTo(1);
  }

  @Test
  void removesMembersOnce() {
    db.run("ZADD", "z", "1", "a", "2", "b");
    assertThat(db.say("ZREM", "z", "a", "a", "x")).isEqualTo(":1");
    assertThat(db.say("ZREM", "z", "b")).isEqualTo(":1");
    assertThat(db.say("ZREM", "z", "b")).isEqualTo(":0");
    assertThat(db.lastItemTexts()).containsExactly("ZREM z b");
    assertThat(((CollectionMeta) db.record("z").orElseThrow()).count()).isZero();
  }

  @Test
  void removesByScoreWithinFiniteBounds() {
    db.run("ZADD", "z", "-inf", "low", "1", "a", "2", "b", "3", "c", "inf", "high");
    assertThat(db.say("ZREMRANGEBYSCORE", "z", "(1", "2")).isEqualTo(":1");
    assertThat(db.say("ZREMRANGEBYSCORE", "z", "+inf", "inf")).isEqualTo(":0");
    assertThat(db.say("ZREMRANGEBYSCORE", "z", "-inf", "-inf")).isEqualTo(":0");
    assertThat(db.say("ZREMRANGEBYSCORE", "z", "nan", "9")).isEqualTo(":0");
    assertThat(db.say("ZREMRANGEBYSCORE", "z", "a", "9"))
        .isEqualTo("-ERR min or max is not a float");
    assertThat(db.say("ZREMRANGEBYSCORE", "z", "-inf", "+inf")).isEqualTo(":2");
    assertThat(all("z")).isEqualTo("[low, -inf, high, inf]");
    assertThat(db.say("ZREMRANGEBYSCORE", "z", "-INF", "infinity")).isEqualTo(":2");
    assertThat(db.say("ZREMRANGEBYSCORE", "z", "0", "1")).isEqualTo(":0");
  }

  @Test
  void removesByRankAboveMinusInfinity() {
    db.run("ZADD", "z", "-inf", "low", "1", "a", "2", "b", "3", "c");
    assertThat(db.say("ZREMRANGEBYRANK", "z", "0", "0")).isEqualTo(":1");
    assertThat(all("z")).isEqualTo("[low, -inf, b, 2, c, 3]");
    assertThat(db.say("ZREMRANGEBYRANK", "z", "-1", "-1")).isEqualTo(":0");
    assertThat(db.say("ZREMRANGEBYRANK", "z", "2", "1")).isEqualTo(":0");
    assertThat(db.say("ZREMRANGEBYRANK", "z", "4294967296", "4294967295")).isEqualTo(":2");
    assertThat(all("z")).isEqualTo("[low, -inf]");
    assertThat(db.say("ZREMRANGEBYRANK", "z", "0", "x"))
        .isEqualTo("-ERR value is not an integer or out of range");
  }

  @Test
  void removesByLex() {
    db.run("ZADD", "z", "5", "a", "4", "b", "3", "c", "2", "d", "1", "");
    assertThat(db.say("ZREMRANGEBYLEX", "z", "(a", "[c")).isEqualTo(":2");
    assertThat(all("z")).isEqualTo("[, 1, d, 2, a, 5]");
    assertThat(db.say("ZREMRANGEBYLEX", "z", "+", "-")).isEqualTo(":0");
    assertThat(db.say("ZREMRANGEBYLEX", "z", "a", "+"))
        .isEqualTo("-ERR min or max not valid string range item");
    assertThat(db.say("ZREMRANGEBYLEX", "z", "-", "(a")).isEqualTo(":1");
    assertThat(db.say("ZREMRANGEBYLEX", "z", "-", "+")).isEqualTo(":2");
    assertThat(db.say("ZREMRANGEBYLEX", "z", "-", "+")).isEqualTo(":0");
  }

  @Test
  void popsFromBothEndsButNotInfinities() {
    db.run("ZADD", "z", "-inf", "low", "1", "a", "2", "b", "3", "c", "inf", "high");
    assertThat(db.say("ZPOPMAX", "z")).isEqualTo("[c, 3]");
    assertThat(db.say("ZPOPMIN", "z", "1")).isEqualTo("[a, 1]");
    assertThat(db.say("ZPOPMIN", "z", "0")).isEqualTo("[]");
    assertThat(db.say("ZPOPMIN", "z", "-1")).isEqualTo("[]");
    assertThat(db.say("ZPOPMIN", "z", "9")).isEqualTo("[b, 2, high, inf]");
    assertThat(db.say("ZPOPMAX", "z", "9")).isEqualTo("[low, -inf]");
    assertThat(db.say("ZPOPMAX", "z")).isEqualTo("[]");
    assertThat(db.lastItemTexts()).containsExactly("ZPOPMAX z");
    assertThat(db.say("ZPOPMAX", "z", "1", "2"))
        .isEqualTo("-ERR wrong number of arguments for 'zpopmax' command");
  }

  @Test
  void aPopOrRemovalEndsAtTheNeighbourKey() {
    db.run("ZADD", "a", "-inf", "x", "1", "y");
    db.run("ZADD", "b", "1", "n");
    db.run("ZADD", "{a}b", "1", "n");
    assertThat(db.say("ZPOPMIN", "a", "5")).isEqualTo("[y, 1]");
    assertThat(db.say("ZREMRANGEBYRANK", "a", "0", "5")).isEqualTo(":0");
    assertThat(all("b")).isEqualTo("[n, 1]");
    assertThat(all("{a}b")).isEqualTo("[n, 1]");
    assertThat(all("a")).isEqualTo("[x, -inf]");
  }

  @Test
  void ranksAndRangesIncludeInfinities() {
    db.run("ZADD", "z", "-inf", "low", "1", "a", "1", "b", "2", "c", "inf", "high");
    assertThat(db.say("ZRANGE", "z", "0", "-1")).isEqualTo("[low, a, b, c, high]");
    assertThat(db.say("ZREVRANGE", "z", "0", "1", "withscores")).isEqualTo("[high, inf, c, 2]");
    assertThat(db.say("ZRANGE", "z", "1", "2")).isEqualTo("[a, b]");
    assertThat(db.say("ZRANGE", "z", "-2", "100")).isEqualTo("[c, high]");
    assertThat(db.say("ZRANGE", "z", "3", "1")).isEqualTo("[]");
    assertThat(db.say("ZRANGE", "z", "5", "9")).isEqualTo("[]");
    assertThat(db.say("ZRANGE", "none", "0", "-1")).isEqualTo("[]");
    assertThat(db.say("ZRANGE", "z", "0", "-1", "REV")).isEqualTo("-ERR syntax error");
    assertThat(db.say("ZRANK", "z", "low")).isEqualTo(":0");
    assertThat(db.say("ZRANK", "z", "b")).isEqualTo(":2");
    assertThat(db.say("ZREVRANK", "z", "b")).isEqualTo(":2");
    assertThat(db.say("ZREVRANK", "z", "high")).isEqualTo(":0");
    assertThat(db.say("ZRANK", "z", "x")).isEqualTo("nil");
    assertThat(db.say("ZRANK", "none", "x")).isEqualTo("nil");
    assertThat(db.say("ZCOUNT", "z", "-inf", "+inf")).isEqualTo(":5");
    assertThat(db.say("ZCOUNT", "z", "(1", "inf")).isEqualTo(":2");
    assertThat(db.say("ZCOUNT", "z", "inf", "-inf")).isEqualTo(":0");
  }

  @Test
  void rangesByScoreBothWaysWithLimits() {
    db.run("ZADD", "z", "1", "a", "2", "b", "2", "c", "3", "d", "4", "e");
    assertThat(db.say("ZRANGEBYSCORE", "z", "2", "(4")).isEqualTo("[b, c, d]");
    assertThat(db.say("ZRANGEBYSCORE", "z", "(1", "inf", "LIMIT", "1", "2", "WITHSCORES"))
        .isEqualTo("[c, 2, d, 3]");
    assertThat(db.say("ZRANGEBYSCORE", "z", "-inf", "inf", "limit", "3", "-1")).isEqualTo("[d, e]");
    assertThat(db.say("ZRANGEBYSCORE", "z", "-inf", "inf", "limit", "-1", "2")).isEqualTo("[]");
    assertThat(db.say("ZRANGEBYSCORE", "z", "-inf", "inf", "limit", "9", "2")).isEqualTo("[]");
    assertThat(db.say("ZRANGEBYSCORE", "z", "-inf", "inf", "limit", "0", "0")).isEqualTo("[]");
    assertThat(db.say("ZREVRANGEBYSCORE", "z", "(4", "2")).isEqualTo("[d, c, b]");
    assertThat(db.say("ZREVRANGEBYSCORE", "z", "+inf", "-inf", "LIMIT", "1", "1")).isEqualTo("[d]");
    assertThat(db.say("ZREVRANGEBYSCORE", "z", "2", "3")).isEqualTo("[]");
    assertThat(db.say("ZRANGEBYSCORE", "z", "x", "3")).isEqualTo("-ERR min or max is not a float");
    assertThat(db.say("ZRANGEBYSCORE", "z", "2", "3", "LIMIT", "1")).isEqualTo("-ERR syntax error");
    assertThat(db.say("ZRANGEBYSCORE", "z", "2", "3", "LIMIT", "a", "1"))
        .isEqualTo("-ERR value is not an integer or out of range");
    assertThat(db.say("ZRANGEBYSCORE", "none", "2", "3")).isEqualTo("[]");
  }

  @Test
  void rangesByLexBothWaysWithLimits() {
    db.run("ZADD", "z", "0", "a", "0", "b", "0", "c", "0", "d", "7", "bb");
    assertThat(db.say("ZRANGEBYLEX", "z", "-", "+")).isEqualTo("[a, b, bb, c, d]");
    assertThat(db.say("ZRANGEBYLEX", "z", "(a", "[c")).isEqualTo("[b, bb, c]");
    assertThat(db.say("ZRANGEBYLEX", "z", "-", "+", "LIMIT", "1", "2")).isEqualTo("[b, bb]");
    assertThat(db.say("ZREVRANGEBYLEX", "z", "+", "[b")).isEqualTo("[d, c, bb, b]");
    assertThat(db.say("ZREVRANGEBYLEX", "z", "(d", "-", "LIMIT", "1", "2")).isEqualTo("[bb, b]");
    assertThat(db.say("ZLEXCOUNT", "z", "[b", "(d")).isEqualTo(":3");
    assertThat(db.say("ZLEXCOUNT", "z", "+", "-")).isEqualTo(":0");
    assertThat(db.say("ZRANGEBYLEX", "z", "b", "+"))
        .isEqualTo("-ERR min or max not valid string range item");
    assertThat(db.say("ZRANGEBYLEX", "z", "-", "+", "LIMIT", "1")).isEqualTo("-ERR syntax error");
  }

  @Test
  void scansMembersInTheirOrder() {
    for (int i = 10; i < 35; i++) {
      db.run("ZADD", "z", String.valueOf(100 - i), "m" + i);
    }
    List<String> seen = new ArrayList<>();
    String cursor = "0";
    do {
      String reply = db.say("ZSCAN", "z", cursor, "COUNT", "10");
      cursor = reply.substring(1, reply.indexOf(','));
      String members = reply.substring(reply.indexOf(", [") + 3, reply.length() - 2);
      seen.addAll(List.of(members.split(", ")));
    } while (!cursor.equals("0"));
    assertThat(seen).hasSize(50).startsWith("m10", "90", "m11", "89").endsWith("m34", "66");
    assertThat(db.say("ZSCAN", "z", "0", "MATCH", "m1[01]", "COUNT", "100"))
        .isEqualTo("[0, [m10, 90, m11, 89]]");
    assertThat(db.say("ZSCAN", "none", "0")).isEqualTo("[0, []]");
  }

  @Test
  void unitesWithWeightsAndLogsTheResultInMemberOrder() {
    db.run("ZADD", "z1", "1", "a", "2", "b");
    db.run("ZADD", "z2", "10", "b", "0.5", "c", "-0", "d");
    assertThat(db.say("ZUNIONSTORE", "d", "2", "z1", "z2", "WEIGHTS", "2", "1")).isEqualTo(":4");
    assertThat(db.lastItemTexts()).containsExactly("del d", "zadd d 2 a 14 b 0.5 c 0 d");
    assertThat(all("d")).isEqualTo("[d, 0, c, 0.5, a, 2, b, 14]");
    assertThat(db.say("ZUNIONSTORE", "d", "2", "z1", "z2", "aggregate", "MAX")).isEqualTo(":4");
    assertThat(db.lastItemTexts()).containsExactly("del d", "zadd d 1 a 10 b 0.5 c 0 d");
    assertThat(db.say("ZUNIONSTORE", "d", "3", "z1", "none", "z2", "aggregate", "MIN"))
        .isEqualTo(":4");
    assertThat(db.say("ZSCORE", "d", "b")).isEqualTo("2");
    assertThat(db.say("ZCARD", "d")).isEqualTo(":4");
  }

  @Test
  void intersectsInTheScoreOrderOfTheFirst() {
    db.run("ZADD", "z1", "3", "a", "2", "b", "1", "c", "0", "only");
    db.run("ZADD", "z2", "10", "a", "20", "b", "-inf", "c");
    assertThat(db.say("ZINTERSTORE", "d", "2", "z1", "z2")).isEqualTo(":3");
    assertThat(db.lastItemTexts()).containsExactly("del d", "zadd d -inf c 22 b 13 a");
    assertThat(all("d")).isEqualTo("[c, -inf, a, 13, b, 22]");
    assertThat(db.say("ZINTERSTORE", "d", "2", "z1", "none")).isEqualTo(":0");
    assertThat(db.lastItemTexts()).containsExactly("del d");
    assertThat(all("d")).isEqualTo("[]");
    assertThat(db.say("ZINTERSTORE", "never", "1", "none")).isEqualTo(":0");
    assertThat(db.record("never")).isEmpty();
  }

  @Test
  void storesZeroWhereInfinitiesCancelOut() {
    db.run("ZADD", "z1", "inf", "a");
    db.run("ZADD", "z2", "-inf", "a");
    db.run("ZUNIONSTORE", "d", "2", "z1", "z2");
    assertThat(db.lastItemTexts()).containsExactly("del d", "zadd d 0 a");
    db.run("ZINTERSTORE", "d", "1", "z1", "WEIGHTS", "0");
    assertThat(db.lastItemTexts()).containsExactly("del d", "zadd d 0 a");
  }

  @Test
  void storesAreBarriersHoweverFewTheirWords() {
    for (String name : List.of("zunionstore", "zinterstore")) {
      assertThat(CommandTable.instance().find(name).orElseThrow().spec().isBarrier(4)).isTrue();
    }
  }

  @Test
  void storesOntoOneOfItsSources() {
    db.run("ZADD", "z1", "1", "a");
    db.run("ZADD", "z2", "2", "b");
    db.run("PEXPIRE", "z1", "5000");
    assertThat(db.say("ZUNIONSTORE", "z1", "2", "z1", "z2")).isEqualTo(":2");
    assertThat(all("z1")).isEqualTo("[a, 1, b, 2]");
    assertThat(db.record("z1").orElseThrow().etimeMs()).isZero();
  }

  @Test
  void logsALongResultInSeveralItems() {
    String half = "x".repeat(70_000);
    db.run("ZADD", "z", "1", "a" + half, "2", "b" + half, "3", "c" + half);
    db.run("ZUNIONSTORE", "d", "1", "z");
    assertThat(db.lastItems().stream().map(item -> item.text(0) + item.size()))
        .containsExactly("del2", "zadd6", "zadd4");
  }

  @Test
  void refusesBadStores() {
    assertThat(db.say("ZUNIONSTORE", "d", "0", "z"))
        .isEqualTo("-ERR at least 1 input key is needed for ZUNIONSTORE/ZINTERSTORE");
    assertThat(db.say("ZUNIONSTORE", "d", "2", "z")).isEqualTo("-ERR syntax error");
    assertThat(db.say("ZUNIONSTORE", "d", "9223372036854775807", "z"))
        .isEqualTo("-ERR syntax error");
    assertThat(db.say("ZUNIONSTORE", "d", "1", "z", "WEIGHTS")).isEqualTo("-ERR syntax error");
    assertThat(db.say("ZUNIONSTORE", "d", "1", "z", "WEIGHTS", "x"))
        .isEqualTo("-ERR weight value is not a float");
    assertThat(db.say("ZUNIONSTORE", "d", "1", "z", "AGGREGATE", "avg"))
        .isEqualTo("-ERR syntax error");
    db.run("RPUSH", "l", "a");
    db.run("ZADD", "z", "1", "a");
    assertThat(db.say("ZUNIONSTORE", "l", "1", "z")).isEqualTo(WRONG_TYPE);
    assertThat(db.say("ZINTERSTORE", "l", "1", "none")).isEqualTo(WRONG_TYPE);
    assertThat(db.say("ZUNIONSTORE", "z", "1", "l")).isEqualTo(WRONG_TYPE);
    assertThat(db.lastItems()).isEmpty();
  }

  @Test
  void refusesKeysOfOtherTypes() {
    db.run("RPUSH", "l", "a");
    String[][] commands = {
      {"ZADD", "l", "1", "a"},
      {"ZINCRBY", "l", "1", "a"},
      {"ZREM", "l", "a"},
      {"ZREMRANGEBYSCORE", "l", "0", "1"},
      {"ZREMRANGEBYRANK", "l", "0", "1"},
      {"ZREMRANGEBYLEX", "l", "-", "+"},
      {"ZPOPMIN", "l"},
      {"ZPOPMAX", "l"},
      {"ZCARD", "l"},
      {"ZSCORE", "l", "a"},
      {"ZRANK", "l", "a"},
      {"ZRANGE", "l", "0", "1"},
      {"ZRANGEBYSCORE", "l", "0", "1"},
      {"ZRANGEBYLEX", "l", "-", "+"},
      {"ZCOUNT", "l", "0", "1"},
      {"ZLEXCOUNT", "l", "-", "+"},
      {"ZSCAN", "l", "0"}
    };
    for (String[] command : commands) {
      assertThat(db.say(command)).as(command[0]).isEqualTo(WRONG_TYPE);
      assertThat(db.lastItems()).isEmpty();
    }
    assertThat(db.say("LRANGE", "l", "0", "-1")).isEqualTo("[a]");
  }

  @Test
  void writesKeepTheExpiryAndARevivalClearsIt() {
    db.run("ZADD", "z", "1", "a", "2", "b");
    db.run("PEXPIRE", "z", "5000");
    long version = db.record("z").orElseThrow().version();
    db.run("ZADD", "z", "3", "c");
    db.run("ZREM", "z", "a");
    assertThat(db.record("z").orElseThrow().etimeMs()).isEqualTo(db.nowMs() + 5000);

    db.advanceMs(5001);

    assertThat(all("z")).isEqualTo("[]");
    assertThat(db.say("ZINCRBY", "z", "1", "b")).isEqualTo("1");
    assertThat(all("z")).isEqualTo("[b, 1]");
    assertThat(db.record("z").orElseThrow().etimeMs()).isZero();
    assertThat(db.record("z").orElseThrow().version()).isGreaterThan(version);
  }

  @Test
  void behavesLikeASortedListWhateverTheBatchBorders() {
    for (long seed = 1; seed <= 20; seed++) {
      Random random = new Random(seed);
      ZsetModel model = new ZsetModel("z" + seed);
      List<Args> batch = new ArrayList<>();
      List<String> expected = new ArrayList<>();
      for (int step = 0; step < 120; step++) {
        String[] command = model.next(random);
        batch.add(Args.of(command));
        expected.add(model.run(command));
        if (random.nextInt(4) == 0 || step == 119) {
          String where = "seed " + seed + ", step " + step + ", " + batch;
          assertThat(db.runInOneBatch(batch).stream().map(CommandFixture::text))
              .as(where)
              .containsExactlyElementsOf(expected);
          assertThat(all(model.key)).as(where).isEqualTo(model.dump());
          assertThat(db.say("ZRANGEBYLEX", model.key, "-", "+"))
              .as(where)
              .isEqualTo(model.members());
          assertThat(db.rowCount(model.key, Family.ZSET_SCORE))
              .as(where)
              .isEqualTo(db.rowCount(model.key, Family.ZSET));
          batch.clear();
          expected.clear();
        }
      }
    }
  }
}
