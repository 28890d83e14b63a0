package io.pikareplica.storage.cmd;

import static org.assertj.core.api.Assertions.assertThat;

import io.pikareplica.storage.Args;
import io.pikareplica.storage.Family;
import io.pikareplica.storage.codec.StreamId;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StreamCommandsTest {
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

  private void add(String key, String... ids) {
    for (String id : ids) {
      assertThat(db.say("XADD", key, id, "f", "v")).isEqualTo(id);
    }
  }

  private String ids(String key) {
    return db.say("XRANGE", key, "-", "+").replace(", [f, v]", "").replaceAll("[\\[\\]]", "");
  }

  private String info(String key) {
    return db.say("XINFO", "STREAM", key);
  }

  private static String info(int length, String last, String maxDeleted, int added, String first) {
    return "[length, :%d, last-generated-id, %s, max-deleted-entry-id, %s, entries-added, :%d, recorded-first-entry-id, %s]"
        .formatted(length, last, maxDeleted, added, first);
  }

  @Test
  void addsMessagesAndLogsTheirFinalIds() {
    String now = String.valueOf(db.nowMs());
    assertThat(db.say("XADD", "s", "*", "a", "1", "b", "2")).isEqualTo(now + "-0");
    assertThat(db.lastItemTexts()).containsExactly("XADD s " + now + "-0 a 1 b 2");
    assertThat(db.say("XADD", "s", "*", "c", "3")).isEqualTo(now + "-1");
    assertThat(db.say("xadd", "s", now + "-*", "d", "4")).isEqualTo(now + "-2");
    assertThat(db.lastItemTexts()).containsExactly("xadd s " + now + "-2 d 4");
    assertThat(db.say("XADD", "s", "1999999999999", "e", "5")).isEqualTo("1999999999999-0");
    assertThat(db.lastItemTexts()).containsExactly("XADD s 1999999999999 e 5");
    assertThat(db.say("XADD", "s", "*", "g", "6")).isEqualTo("1999999999999-1");
    assertThat(db.say("XLEN", "s")).isEqualTo(":5");
    assertThat(db.say("XRANGE", "s", now, now + "-0")).isEqualTo("[[" + now + "-0, [a, 1, b, 2]]]");
  }

  @Test
  void refusesIdsThatDoNotRise() {
    add("s", "5-5");
    assertThat(db.say("XADD", "s", "5-5", "f", "v"))
        .isEqualTo("-ERR Invalid argument: INVALID ID given");
    assertThat(db.say("XADD", "s", "4-*", "f", "v"))
        .isEqualTo("-ERR Invalid argument: The ID specified in XADD is equal or smaller");
    assertThat(db.say("XADD", "t", "0-0", "f", "v"))
        .isEqualTo("-ERR Invalid argument: The ID specified in XADD must be greater than 0-0");
    assertThat(db.say("XADD", "t", "0-*", "f", "v")).isEqualTo("0-1");
    assertThat(db.say("XADD", "s", "18446744073709551615-18446744073709551615", "f", "v"))
        .startsWith("18446744073709551615");
    assertThat(db.say("XADD", "s", "*", "f", "v"))
        .isEqualTo("-ERR Corruption: Fatal! Sequence number overflow !");
    assertThat(db.lastItems()).isEmpty();
  }

  @Test
  void refusesBadWords() {
    String arity = "-ERR wrong number of arguments for 'xadd' command";
    assertThat(db.say("XADD", "s", "1-1", "f")).isEqualTo(arity);
    assertThat(db.say("XADD", "s", "1-1", "f", "v", "g")).isEqualTo(arity);
    assertThat(db.say("XADD", "s", "MAXLEN", "1")).isEqualTo(arity);
    assertThat(db.say("XADD", "s", "x", "f", "v")).isEqualTo("-ERR Invalid Argument");
    assertThat(db.say("XADD", "s", "1-", "f", "v")).isEqualTo("-ERR Invalid Argument");
    assertThat(db.say("XADD", "s", "+", "f", "v")).isEqualTo("-ERR Invalid Argument");
    assertThat(db.say("XADD", "s", "18446744073709551616-0", "f", "v"))
        .isEqualTo("-ERR Invalid Argument");
    assertThat(db.say("XADD", "s", "MAXLEN", "x", "1-1", "f", "v"))
        .isEqualTo("-ERR Invalid Argument");
    assertThat(db.say("XADD", "s", "MAXLEN", "1", "LIMIT", "1", "1-1", "f", "v"))
        .isEqualTo("-ERR syntax error");
    assertThat(db.say("XADD", "s", "MAXLEN", "1", "MINID", "1", "1-1", "f", "v"))
        .isEqualTo("-ERR syntax error");
    assertThat(db.say("XADD", "s", "NOMKSTREAM", "1-1", "f", "v"))
        .isEqualTo("-ERR NotFound: no_mkstream");
    assertThat(db.record("s")).isEmpty();
  }

  @Test
  void readsIdsLikeStrtoull() {
    assertThat(CommandFixture.text(db.replay("XADD", "s", "07-+03", "f", "v"))).isEqualTo("7-3");
    assertThat(CommandFixture.text(db.replay("XADD", "s", " 8--1", "f", "v")))
        .isEqualTo("8-18446744073709551615");
    assertThat(db.say("XRANGE", "s", "8", "8", "COUNT", "1"))
        .isEqualTo("[[8-18446744073709551615, [f, v]]]");
  }

  @Test
  void trimsWhileAdding() {
    add("s", "1-1", "2-1", "3-1");
    assertThat(db.say("XADD", "s", "MAXLEN", "~", "2", "4-1", "f", "v")).isEqualTo("4-1");
    assertThat(ids("s")).isEqualTo("3-1, 4-1");
    assertThat(info("s")).isEqualTo(info(2, "4-1", "2-1", 4, "3-1"));
    db.run("XADD", "s", "NOMKSTREAM", "MINID", "=", "4-1", "5-1", "f", "v");
    assertThat(ids("s")).isEqualTo("4-1, 5-1");
    db.run("XADD", "s", "MAXLEN", "0", "6-1", "f", "v");
    assertThat(ids("s")).isEmpty();
    assertThat(info("s")).isEqualTo(info(0, "6-1", "6-1", 6, "0-0"));
    assertThat(db.rowCount("s", Family.STREAM)).isZero();
  }

  @Test
  void trimsOnItsOwn() {
    add("s", "1-1", "2-1", "3-1", "4-1", "5-1");
    assertThat(db.say("XTRIM", "s", "MAXLEN", "10")).isEqualTo(":0");
    assertThat(db.say("XTRIM", "s", "MAXLEN", "=", "3")).isEqualTo(":2");
    assertThat(db.say("XTRIM", "s", "MINID", "5")).isEqualTo(":2");
    assertThat(info("s")).isEqualTo(info(1, "5-1", "4-1", 5, "5-1"));
    assertThat(db.say("XTRIM", "s", "MINID", "9-9")).isEqualTo(":1");
    assertThat(info("s")).isEqualTo(info(0, "5-1", "5-1", 5, "0-0"));
    assertThat(db.say("XTRIM", "none", "MAXLEN", "1")).isEqualTo(":0");
    assertThat(db.say("XTRIM", "s", "MAXLEN", "1", "x")).isEqualTo("-ERR syntax error");
    assertThat(db.say("XTRIM", "s", "x")).isEqualTo("-ERR syntax error");
  }

  @Test
  void deletesById() {
    add("s", "1-1", "2-1", "3-1", "4-1");
    assertThat(db.say("XDEL", "s", "2-1", "9-9")).isEqualTo(":1");
    assertThat(db.lastItemTexts()).containsExactly("XDEL s 2-1 9-9");
    assertThat(info("s")).isEqualTo(info(3, "4-1", "9-9", 4, "1-1"));
    assertThat(db.say("XDEL", "s", "1-1")).isEqualTo(":1");
    assertThat(info("s")).isEqualTo(info(2, "4-1", "9-9", 4, "3-1"));
    assertThat(db.say("XDEL", "s", "3-1", "4-1")).isEqualTo(":2");
    assertThat(info("s")).isEqualTo(info(0, "4-1", "9-9", 4, "0-0"));
    assertThat(db.say("XDEL", "none", "1-1")).isEqualTo(":0");
    assertThat(db.say("XDEL", "s", "x")).isEqualTo("-ERR Invalid Argument");
  }

  /** As a real Pika answered: first goes wrong when the last message is deleted. */
  @Test
  void keepsTheOriginalsBooksWhenTheLastMessageIsDeleted() {
    add("s", "5-1", "5-2", "7-0");
    db.run("XDEL", "s", "7-0");
    assertThat(info("s")).isEqualTo(info(2, "7-0", "7-0", 3, "5-2"));
    add("s", "8-0");
    assertThat(db.say("XTRIM", "s", "MAXLEN", "1")).isEqualTo(":2");
    assertThat(ids("s")).isEqualTo("5-1");
    assertThat(info("s")).isEqualTo(info(1, "8-0", "8-0", 4, "5-1"));
  }

  @Test
  void aRepeatedIdIsCountedTwice() {
    add("s", "1-1", "2-1", "3-1");
    assertThat(db.say("XDEL", "s", "2-1", "2-1")).isEqualTo(":2");
    assertThat(db.say("XLEN", "s")).isEqualTo(":1");
    assertThat(ids("s")).isEqualTo("1-1, 3-1");
    assertThat(db.say("XTRIM", "s", "MAXLEN", "0")).isEqualTo(":1");
    assertThat(ids("s")).isEqualTo("3-1");
  }

  @Test
  void whatAMasterLoggedIsStoredWhateverItsId() {
    db.replay("XADD", "s", "100-0", "f", "v");
    db.replay("XADD", "s", "100-1", "f", "v");
    db.replay("XADD", "s", "100-1", "f", "w");
    db.replay("XADD", "s", "99-1", "f", "v");
    db.replay("XADD", "s", "NOMKSTREAM", "98-1", "f", "v");
    assertThat(info("s")).isEqualTo(info(5, "98-1", "0-0", 5, "100-0"));
    assertThat(db.rowCount("s", Family.STREAM)).isEqualTo(4);
    db.replay("XADD", "t", "NOMKSTREAM", "98-1", "f", "v");
    assertThat(db.say("XLEN", "t")).isEqualTo(":1");
  }

  @Test
  void anEmptiedStreamExistsAndStartsOver() {
    add("s", "5-1");
    long version = db.record("s").orElseThrow().version();
    db.run("XDEL", "s", "5-1");
    assertThat(db.say("XLEN", "s")).isEqualTo(":0");
    assertThat(db.say("XREAD", "STREAMS", "s", "0")).isEqualTo("[[s, []]]");
    add("s", "1-1");
    assertThat(info("s")).isEqualTo(info(1, "1-1", "0-0", 1, "1-1"));
    assertThat(db.record("s").orElseThrow().version()).isGreaterThan(version);
  }

  @Test
  void oldMessagesNeverComeBack() {
    add("s", "1-1", "2-1");
    db.run("DEL", "s");
    add("s", "9-1");
    assertThat(ids("s")).isEqualTo("9-1");
    db.run("SET", "s", "x");
    db.run("DEL", "s");
    add("s", "7-1");
    assertThat(ids("s")).isEqualTo("7-1");
    db.run("ZADD", "s", "1", "m");
    db.run("ZREM", "s", "m");
    add("s", "6-1");
    assertThat(ids("s")).isEqualTo("6-1");
  }

  @Test
  void readsRangesBothWays() {
    add("s", "1-1", "1-2", "2-0", "3-5");
    assertThat(ids("s")).isEqualTo("1-1, 1-2, 2-0, 3-5");
    assertThat(db.say("XRANGE", "s", "(1-1", "2", "COUNT", "1")).isEqualTo("[[1-2, [f, v]]]");
    assertThat(db.say("XRANGE", "s", "1", "1")).isEqualTo("[[1-1, [f, v]], [1-2, [f, v]]]");
    assertThat(db.say("XRANGE", "s", "2", "(2-0")).isEqualTo("[]");
    assertThat(db.say("XRANGE", "s", "3", "1")).isEqualTo("[]");
    assertThat(db.say("XRANGE", "s", "-", "+", "COUNT", "0")).isEqualTo("[]");
    assertThat(db.say("XREVRANGE", "s", "+", "-", "COUNT", "2"))
        .isEqualTo("[[3-5, [f, v]], [2-0, [f, v]]]");
    assertThat(db.say("XREVRANGE", "s", "2", "(1-1")).isEqualTo("[[2-0, [f, v]], [1-2, [f, v]]]");
    assertThat(db.say("XRANGE", "none", "-", "+")).isEqualTo("[]");
    assertThat(db.say("XRANGE", "s", "x", "+")).isEqualTo("-ERR Invalid Argument");
    assertThat(db.say("XRANGE", "s", "-", "(0-0")).isEqualTo("-ERR Invalid Argument");
    assertThat(db.say("XRANGE", "s", "-", "+", "LIMIT", "1")).isEqualTo("-ERR syntax error");
  }

  @Test
  void readsNewsOfSeveralStreams() {
    add("s", "1-1", "2-1");
    add("t", "5-1");
    assertThat(
            db.say("XREAD", "COUNT", "1", "BLOCK", "0", "STREAMS", "s", "none", "t", "0", "0", "$"))
        .isEqualTo("[[s, [[1-1, [f, v]]]], [t, []]]");
    assertThat(db.say("XREAD", "STREAMS", "s", "1-1")).isEqualTo("[[s, [[2-1, [f, v]]]]]");
    assertThat(db.say("XREAD", "STREAMS", "none", "0")).isEqualTo("nil*");
    assertThat(db.say("XREAD", "STREAMS", "s", "t", "0")).isEqualTo("-ERR syntax error");
    assertThat(db.say("XREAD", "COUNT", "1")).isEqualTo("-ERR syntax error");
    assertThat(db.say("XREAD", "STREAMS", "s", "x")).isEqualTo("-ERR Invalid Argument");
  }

  @Test
  void namesTheTypeOfOtherKeys() {
    db.run("RPUSH", "l", "a");
    String text = "Invalid argument: WRONGTYPE, key: l, expected type: streams, got type: list";
    assertThat(db.say("XADD", "l", "*", "f", "v"))
        .isEqualTo("-ERR Corruption: error from XADD, get stream meta failed: " + text);
    assertThat(db.say("XLEN", "l")).isEqualTo("-ERR " + text);
    assertThat(db.say("XRANGE", "l", "-", "+")).isEqualTo("-ERR " + text);
    assertThat(db.say("XDEL", "l", "1-1")).isEqualTo("-ERR " + text);
    assertThat(db.say("XTRIM", "l", "MAXLEN", "1")).isEqualTo("-ERR " + text);
    assertThat(db.say("XREAD", "STREAMS", "l", "0")).isEqualTo("-ERR " + text);
    assertThat(db.say("XINFO", "STREAM", "l")).isEqualTo("-ERR " + text);
    assertThat(db.say("XLEN", "none")).isEqualTo("-ERR no such key");
    assertThat(db.say("XINFO", "STREAM", "none")).isEqualTo("-ERR no such key");
    assertThat(db.say("XINFO", "GROUPS", "l")).isEqualTo("-ERR syntax error");
  }

  @Test
  void behavesLikeASortedMapWhateverTheBatchBorders() {
    for (long seed = 1; seed <= 20; seed++) {
      Random random = new Random(seed);
      Model model = new Model("s" + seed);
      List<Args> batch = new ArrayList<>();
      List<String> expected = new ArrayList<>();
      for (int step = 0; step < 100; step++) {
        expected.add(model.step(random, batch));
        if (random.nextInt(4) == 0 || step == 99) {
          String where = "seed " + seed + ", step " + step + ", " + batch;
          assertThat(db.runInOneBatch(batch).stream().map(CommandFixture::text))
              .as(where)
              .containsExactlyElementsOf(expected);
          if (model.exists) {
            assertThat(ids(model.key)).as(where).isEqualTo(model.ids());
            assertThat(info(model.key)).as(where).isEqualTo(model.info());
          }
          batch.clear();
          expected.clear();
        }
      }
    }
  }

  /** A stream whose last message is deleted only when it is the only one. */
  private static final class Model {
    private final String key;
    private final TreeMap<StreamId, String> messages = new TreeMap<>();
    private boolean exists;
    private StreamId last = StreamId.MIN;
    private StreamId maxDeleted = StreamId.MIN;
    private int added;

    Model(String key) {
      this.key = key;
    }

    String step(Random random, List<Args> batch) {
      int choice = random.nextInt(10);
      if (choice < 6 || messages.isEmpty()) {
        return add(random, batch);
      }
      List<StreamId> ids = new ArrayList<>(messages.keySet());
      StreamId id = ids.get(random.nextInt(ids.size()));
      if (choice < 8) {
        StreamId gone = id.equals(last) ? ids.get(0) : id;
        batch.add(Args.of("XDEL", key, gone.toString()));
        delete(gone);
        return ":1";
      }
      if (choice == 8) {
        int keep = random.nextInt(ids.size() + 1);
        batch.add(Args.of("XTRIM", key, "MAXLEN", String.valueOf(keep)));
        ids.subList(0, ids.size() - keep).forEach(this::delete);
        return ":" + (ids.size() - keep);
      }
      batch.add(Args.of("XTRIM", key, "MINID", id.toString()));
      ids.subList(0, ids.indexOf(id)).forEach(this::delete);
      return ":" + ids.indexOf(id);
    }

    private String add(Random random, List<Args> batch) {
      if (messages.isEmpty()) {
        last = StreamId.MIN;
        maxDeleted = StreamId.MIN;
        added = 0;
      }
      exists = true;
      last = new StreamId(last.ms() + random.nextInt(3), last.seq() + 1 + random.nextInt(3));
      messages.put(last, "");
      added++;
      int keep = random.nextInt(12);
      if (keep > 0) {
        batch.add(Args.of("XADD", key, last.toString(), "f", "v"));
        return last.toString();
      }
      batch.add(Args.of("XADD", key, "MAXLEN", "3", last.toString(), "f", "v"));
      while (messages.size() > 3) {
        delete(messages.firstKey());
      }
      return last.toString();
    }

    private void delete(StreamId id) {
      messages.remove(id);
      maxDeleted = id.compareTo(maxDeleted) > 0 ? id : maxDeleted;
    }

    String ids() {
      return messages.keySet().stream().map(StreamId::toString).collect(Collectors.joining(", "));
    }

    String info() {
      StreamId first = messages.isEmpty() ? StreamId.MIN : messages.firstKey();
      return StreamCommandsTest.info(
          messages.size(), last.toString(), maxDeleted.toString(), added, first.toString());
    }
  }
}
