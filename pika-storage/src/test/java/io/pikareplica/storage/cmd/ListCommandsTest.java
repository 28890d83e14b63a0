package io.pikareplica.storage.cmd;

import static org.assertj.core.api.Assertions.assertThat;

import io.pikareplica.storage.Args;
import io.pikareplica.storage.Family;
import io.pikareplica.storage.Reply;
import io.pikareplica.storage.codec.ListMeta;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ListCommandsTest {
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
    return db.say("LRANGE", key, "0", "-1");
  }

  @Test
  void pushesAtBothEnds() {
    assertThat(db.say("RPUSH", "l", "c", "d")).isEqualTo(":2");
    assertThat(db.say("LPUSH", "l", "b", "a")).isEqualTo(":4");
    assertThat(db.lastItemTexts()).containsExactly("LPUSH l b a");
    assertThat(all("l")).isEqualTo("[a, b, c, d]");
    assertThat(db.say("llen", "l")).isEqualTo(":4");
  }

  @Test
  void pushxLeavesAnAbsentKeyAloneButIsLogged() {
    assertThat(db.say("LPUSHX", "l", "a")).isEqualTo(":0");
    assertThat(db.lastItemTexts()).containsExactly("LPUSHX l a");
    assertThat(db.record("l")).isEmpty();
    db.run("RPUSH", "l", "a");
    assertThat(db.say("RPUSHX", "l", "b", "c")).isEqualTo(":3");
    assertThat(db.say("LPUSHX", "l", "z")).isEqualTo(":4");
    assertThat(all("l")).isEqualTo("[z, a, b, c]");
  }

  @Test
  void popsOneAsABulkAndManyAsAnArray() {
    db.run("RPUSH", "l", "a", "b", "c", "d", "e", "f");
    assertThat(db.say("LPOP", "l")).isEqualTo("a");
    assertThat(db.say("RPOP", "l")).isEqualTo("f");
    assertThat(db.say("LPOP", "l", "2")).isEqualTo("[b, c]");
    assertThat(db.say("RPOP", "l", "1")).isEqualTo("[e]");
    assertThat(db.say("RPOP", "l", "0")).isEqualTo("[]");
    assertThat(db.say("RPOP", "l", "9")).isEqualTo("[d]");
    assertThat(db.say("LPOP", "l")).isEqualTo("nil");
    assertThat(db.lastItemTexts()).containsExactly("LPOP l");
    assertThat(db.rowCount("l", Family.LIST)).isZero();
  }

  @Test
  void refusesBadCounts() {
    db.run("RPUSH", "l", "a");
    assertThat(db.say("LPOP", "l", "-1")).isEqualTo("-ERR syntax error");
    assertThat(db.say("LPOP", "l", "x")).isEqualTo("-ERR value is not an integer or out of range");
    assertThat(db.say("RPOP", "l", "1", "2"))
        .isEqualTo("-ERR wrong number of arguments for 'rpop' command");
    assertThat(db.lastItems()).isEmpty();
  }

  @Test
  void setsAnElementByItsPosition() {
    db.run("RPUSH", "l", "a", "b", "c");
    assertThat(db.say("LSET", "l", "0", "A")).isEqualTo("OK");
    assertThat(db.say("LSET", "l", "-1", "C")).isEqualTo("OK");
    assertThat(db.say("LSET", "l", "3", "x")).isEqualTo("-ERR index out of range");
    assertThat(db.say("LSET", "l", "-4", "x")).isEqualTo("-ERR index out of range");
    assertThat(db.say("LSET", "l", "9223372036854775807", "x"))
        .isEqualTo("-ERR index out of range");
    assertThat(db.say("LSET", "none", "0", "x")).isEqualTo("-ERR no such key");
    assertThat(db.lastItems()).isEmpty();
    assertThat(all("l")).isEqualTo("[A, b, C]");
  }

  @Test
  void looksAtPositionsFromBothEnds() {
    db.run("RPUSH", "l", "a", "b", "c");
    assertThat(db.say("LINDEX", "l", "0")).isEqualTo("a");
    assertThat(db.say("LINDEX", "l", "-1")).isEqualTo("c");
    assertThat(db.say("LINDEX", "l", "-3")).isEqualTo("a");
    assertThat(db.say("LINDEX", "l", "3")).isEqualTo("nil");
    assertThat(db.say("LINDEX", "l", "-4")).isEqualTo("nil");
    assertThat(db.say("LINDEX", "none", "0")).isEqualTo("nil");
    assertThat(db.say("LRANGE", "l", "1", "1")).isEqualTo("[b]");
    assertThat(db.say("LRANGE", "l", "-100", "100")).isEqualTo("[a, b, c]");
    assertThat(db.say("LRANGE", "l", "2", "1")).isEqualTo("[]");
    assertThat(db.say("LRANGE", "l", "3", "4")).isEqualTo("[]");
    assertThat(db.say("LRANGE", "none", "0", "-1")).isEqualTo("[]");
    assertThat(db.say("LLEN", "none")).isEqualTo(":0");
  }

  @Test
  void insertsBesideThePivot() {
    db.run("RPUSH", "l", "a", "b", "a", "c");
    assertThat(db.say("LINSERT", "l", "before", "a", "1")).isEqualTo(":5");
    assertThat(db.say("LINSERT", "l", "AFTER", "c", "2")).isEqualTo(":6");
    assertThat(db.say("LINSERT", "l", "AFTER", "x", "3")).isEqualTo(":-1");
    assertThat(db.lastItemTexts()).containsExactly("LINSERT l AFTER x 3");
    assertThat(db.say("LINSERT", "none", "AFTER", "x", "3")).isEqualTo(":0");
    assertThat(db.say("LINSERT", "l", "beside", "x", "3")).isEqualTo("-ERR syntax error");
    assertThat(all("l")).isEqualTo("[1, a, b, a, c, 2]");
  }

  @Test
  void removesEqualElements() {
    db.run("RPUSH", "l", "x", "a", "x", "b", "x", "c", "x");
    assertThat(db.say("LREM", "l", "1", "x")).isEqualTo(":1");
    assertThat(db.say("LREM", "l", "-1", "x")).isEqualTo(":1");
    assertThat(all("l")).isEqualTo("[a, x, b, x, c]");
    assertThat(db.say("LREM", "l", "0", "x")).isEqualTo(":2");
    assertThat(all("l")).isEqualTo("[a, b, c]");
    assertThat(db.say("LREM", "l", "0", "x")).isEqualTo(":0");
    assertThat(db.lastItemTexts()).containsExactly("LREM l 0 x");
    assertThat(db.rowCount("l", Family.LIST)).isEqualTo(3);
  }

  @Test
  void trimsToARange() {
    db.run("RPUSH", "l", "a", "b", "c", "d", "e");
    assertThat(db.say("LTRIM", "l", "1", "-2")).isEqualTo("OK");
    assertThat(all("l")).isEqualTo("[b, c, d]");
    assertThat(db.say("LTRIM", "l", "-100", "9223372036854775807")).isEqualTo("OK");
    assertThat(all("l")).isEqualTo("[b, c, d]");
    assertThat(db.rowCount("l", Family.LIST)).isEqualTo(3);
    long version = db.record("l").orElseThrow().version();
    assertThat(db.say("LTRIM", "l", "2", "1")).isEqualTo("OK");
    assertThat(all("l")).isEqualTo("[]");
    assertThat(db.record("l").orElseThrow().version()).isGreaterThan(version);
    assertThat(db.say("LTRIM", "none", "2", "1")).isEqualTo("OK");
  }

  @Test
  void trimOfAReplicatedItemWrapsWhereTheOriginalWraps() {
    db.replay("RPUSH", "l", "a", "b");
    db.replay("LTRIM", "l", "0", "9223372036854775807");
    assertThat(all("l")).isEqualTo("[a, b]");
    db.replay("LPOP", "l");
    db.replay("LTRIM", "l", "0", "9223372036854775807");
    assertThat(all("l")).isEqualTo("[]");
  }

  @Test
  void movesFromOneListToAnotherAndLogsBothHalves() {
    db.run("RPUSH", "s", "a", "b");
    assertThat(db.say("RPOPLPUSH", "s", "d")).isEqualTo("b");
    assertThat(db.lastItemTexts()).containsExactly("RPOP s", "LPUSH d b");
    assertThat(db.say("RPOPLPUSH", "s", "d")).isEqualTo("a");
    assertThat(all("d")).isEqualTo("[a, b]");
    assertThat(db.say("RPOPLPUSH", "s", "d")).isEqualTo("nil");
    assertThat(db.lastItems()).isEmpty();
  }

  @Test
  void rotatesAListOntoItself() {
    db.run("RPUSH", "l", "a", "b", "c");
    assertThat(db.say("RPOPLPUSH", "l", "l")).isEqualTo("c");
    assertThat(all("l")).isEqualTo("[c, a, b]");
    assertThat(db.rowCount("l", Family.LIST)).isEqualTo(3);
    db.run("RPUSH", "one", "x");
    assertThat(db.say("RPOPLPUSH", "one", "one")).isEqualTo("x");
    assertThat(all("one")).isEqualTo("[x]");
    assertThat(db.rowCount("one", Family.LIST)).isEqualTo(1);
  }

  @Test
  void movesNothingWhenTheTargetIsOfAnotherType() {
    db.run("RPUSH", "s", "a");
    db.run("ZADD", "z", "1", "m");
    assertThat(db.say("RPOPLPUSH", "s", "z")).isEqualTo(WRONG_TYPE);
    assertThat(all("s")).isEqualTo("[a]");
  }

  @Test
  void blockingPopsTakeWhatIsThere() {
    db.run("RPUSH", "l", "a", "b");
    assertThat(db.say("BLPOP", "none", "l", "0")).isEqualTo("[l, a]");
    assertThat(db.lastItemTexts()).containsExactly("lpop l");
    assertThat(db.say("BRPOP", "l", "none", "1")).isEqualTo("[l, b]");
    assertThat(db.lastItemTexts()).containsExactly("rpop l");
    assertThat(db.say("BRPOP", "l", "1")).isEqualTo("nil*");
    assertThat(db.lastItems()).isEmpty();
    assertThat(db.say("BLPOP", "l", "-1"))
        .isEqualTo(
            "-ERR timeout can't be a negative value and can't exceed the number of seconds in 10"
                + " years");
  }

  @Test
  void refusesKeysOfOtherTypesAndChangesNothing() {
    db.run("ZADD", "z", "1", "m");
    String[][] commands = {
      {"LPUSH", "z", "a"},
      {"RPUSHX", "z", "a"},
      {"LPOP", "z"},
      {"RPOP", "z", "2"},
      {"LSET", "z", "0", "a"},
      {"LINSERT", "z", "before", "a", "b"},
      {"LREM", "z", "0", "a"},
      {"LTRIM", "z", "0", "1"},
      {"RPOPLPUSH", "z", "d"},
      {"BLPOP", "z", "0"},
      {"LLEN", "z"},
      {"LINDEX", "z", "0"},
      {"LRANGE", "z", "0", "-1"}
    };
    for (String[] command : commands) {
      assertThat(db.say(command)).as(command[0]).isEqualTo(WRONG_TYPE);
      assertThat(db.lastItems()).isEmpty();
    }
    assertThat(db.say("ZCARD", "z")).isEqualTo(":1");
  }

  @Test
  void aPushReplacesALiveStream() {
    db.run("XADD", "k", "1-1", "f", "v");
    assertThat(db.say("RPUSH", "k", "a")).isEqualTo(":1");
    assertThat(all("k")).isEqualTo("[a]");
  }

  @Test
  void anEmptiedListStartsANewLifeUnderANewVersion() {
    db.run("RPUSH", "l", "a");
    ListMeta first = (ListMeta) db.record("l").orElseThrow();
    db.run("LPOP", "l");
    assertThat(((ListMeta) db.record("l").orElseThrow()).count()).isZero();
    assertThat(db.record("l").orElseThrow().version()).isEqualTo(first.version());

    db.run("RPUSH", "l", "b");

    ListMeta second = (ListMeta) db.record("l").orElseThrow();
    assertThat(second.version()).isGreaterThan(first.version());
    assertThat(first.ctimeMs()).isEqualTo(db.nowMs());
    assertThat(second.ctimeMs()).isZero();
    assertThat(second.left()).isEqualTo(Long.MAX_VALUE);
    assertThat(all("l")).isEqualTo("[b]");
  }

  @Test
  void writesKeepTheExpiryAndARevivalClearsIt() {
    db.run("RPUSH", "l", "a", "b", "c", "a");
    db.run("PEXPIRE", "l", "5000");
    long etimeMs = db.record("l").orElseThrow().etimeMs();
    assertThat(etimeMs).isEqualTo(db.nowMs() + 5000);
    db.run("LPUSH", "l", "x");
    db.run("LINSERT", "l", "before", "b", "y");
    db.run("LREM", "l", "1", "a");
    db.run("LTRIM", "l", "0", "-2");
    db.run("LPOP", "l");
    assertThat(db.record("l").orElseThrow().etimeMs()).isEqualTo(etimeMs);
    assertThat(all("l")).isEqualTo("[y, b, c]");

    db.advanceMs(5001);

    assertThat(all("l")).isEqualTo("[]");
    assertThat(db.say("LPUSHX", "l", "x")).isEqualTo(":0");
    assertThat(db.say("LPUSH", "l", "n")).isEqualTo(":1");
    assertThat(all("l")).isEqualTo("[n]");
    assertThat(db.record("l").orElseThrow().etimeMs()).isZero();
  }

  @Test
  void takesEmptyAndBinaryElements() {
    db.run("RPUSH", "l", "", "\0\r\n\u00ff", "");
    assertThat(all("l")).isEqualTo("[, \0\r\n\u00ff, ]");
    assertThat(db.say("LREM", "l", "0", "")).isEqualTo(":2");
  }

  @Test
  void behavesLikeAListOfTheLibraryWhateverTheBatchBorders() {
    for (long seed = 1; seed <= 20; seed++) {
      Random random = new Random(seed);
      ListModel model = new ListModel("l" + seed);
      List<Args> batch = new ArrayList<>();
      List<String> expected = new ArrayList<>();
      for (int step = 0; step < 120; step++) {
        String[] command = model.next(random);
        batch.add(Args.of(command));
        expected.add(model.run(command));
        if (random.nextInt(4) == 0 || step == 119) {
          List<Reply> replies = db.runInOneBatch(batch);
          assertThat(replies.stream().map(CommandFixture::text))
              .as("seed %d, step %d, %s", seed, step, batch)
              .containsExactlyElementsOf(expected);
          assertThat(all(model.key))
              .as("seed %d, step %d, %s", seed, step, batch)
              .isEqualTo(model.list.toString());
          batch.clear();
          expected.clear();
        }
      }
    }
  }

  /** A list of the Java library with the commands on it. */
  private static final class ListModel {
    private final String key;
    private List<String> list = new ArrayList<>();

    ListModel(String key) {
      this.key = key;
    }

    String[] next(Random random) {
      String value = String.valueOf((char) ('a' + random.nextInt(5)));
      String other = String.valueOf((char) ('a' + random.nextInt(5)));
      String position = String.valueOf(random.nextInt(21) - 10);
      return switch (random.nextInt(14)) {
        case 0, 1 -> new String[] {"LPUSH", key, value, other, value};
        case 2, 3 -> new String[] {"RPUSH", key, value, other};
        case 4 -> new String[] {"LPOP", key};
        case 5 -> new String[] {"RPOP", key};
        case 6 -> new String[] {"LPOP", key, "2"};
        case 7, 8 -> new String[] {"LINSERT", key, "BEFORE", value, other};
        case 9, 10 -> new String[] {"LINSERT", key, "AFTER", value, other};
        case 11 -> new String[] {"LREM", key, String.valueOf(random.nextInt(5) - 2), value};
        case 12 -> new String[] {"LSET", key, position, value};
        default ->
            random.nextInt(3) > 0
                ? new String[] {"LTRIM", key, "1", "-2"}
                : new String[] {"LTRIM", key, String.valueOf(random.nextInt(3) - 1), position};
      };
    }

    String run(String[] words) {
      switch (words[0]) {
        case "LPUSH" -> {
          for (int i = 2; i < words.length; i++) {
            list.add(0, words[i]);
          }
          return ":" + list.size();
        }
        case "RPUSH" -> {
          list.addAll(List.of(words).subList(2, words.length));
          return ":" + list.size();
        }
        case "LPOP", "RPOP" -> {
          return pop(words);
        }
        case "LINSERT" -> {
          return insert(words);
        }
        case "LREM" -> {
          return remove(Integer.parseInt(words[2]), words[3]);
        }
        case "LSET" -> {
          int at = Integer.parseInt(words[2]);
          at = at < 0 ? at + list.size() : at;
          if (list.isEmpty()) {
            return "-ERR no such key";
          }
          if (at < 0 || at >= list.size()) {
            return "-ERR index out of range";
          }
          list.set(at, words[3]);
          return "OK";
        }
        default -> {
          return trim(Integer.parseInt(words[2]), Integer.parseInt(words[3]));
        }
      }
    }

    private String pop(String[] words) {
      if (list.isEmpty()) {
        return "nil";
      }
      if (words.length == 2) {
        return list.remove(words[0].equals("LPOP") ? 0 : list.size() - 1);
      }
      List<String> head = list.subList(0, Math.min(2, list.size()));
      String text = head.toString();
      head.clear();
      return text;
    }

    private String insert(String[] words) {
      int at = list.indexOf(words[3]);
      if (at < 0) {
        return list.isEmpty() ? ":0" : ":-1";
      }
      list.add(words[2].equals("BEFORE") ? at : at + 1, words[4]);
      return ":" + list.size();
    }

    private String remove(int limit, String value) {
      int removed = 0;
      while (limit == 0 || removed < Math.abs(limit)) {
        int at = limit < 0 ? list.lastIndexOf(value) : list.indexOf(value);
        if (at < 0) {
          break;
        }
        list.remove(at);
        removed++;
      }
      return ":" + removed;
    }

    private String trim(int start, int stop) {
      int size = list.size();
      int from = Math.max(start < 0 ? start + size : start, 0);
      int to = Math.min(stop < 0 ? stop + size : stop, size - 1);
      list = from > to ? new ArrayList<>() : new ArrayList<>(list.subList(from, to + 1));
      return "OK";
    }
  }
}
