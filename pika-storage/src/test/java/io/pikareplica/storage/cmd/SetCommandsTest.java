package io.pikareplica.storage.cmd;

import static org.assertj.core.api.Assertions.assertThat;

import io.pikareplica.storage.Args;
import io.pikareplica.storage.Reply;
import io.pikareplica.storage.codec.CollectionMeta;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SetCommandsTest {
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

  private static List<String> texts(Reply reply) {
    return ((Reply.Array) reply).items().stream().map(CommandFixture::text).toList();
  }

  @Test
  void addsAndReadsMembers() {
    assertThat(db.say("SADD", "s", "b", "a", "b", "")).isEqualTo(":3");
    assertThat(db.say("SADD", "s", "a")).isEqualTo(":0");
    assertThat(db.lastItemTexts()).containsExactly("SADD s a");
    assertThat(db.say("SMEMBERS", "s")).isEqualTo("[, a, b]");
    assertThat(db.say("SCARD", "s")).isEqualTo(":3");
    assertThat(db.say("SISMEMBER", "s", "")).isEqualTo(":1");
    assertThat(db.say("SISMEMBER", "s", "x")).isEqualTo(":0");
  }

  @Test
  void readsOfAnAbsentSetAreEmpty() {
    assertThat(db.say("SMEMBERS", "s")).isEqualTo("[]");
    assertThat(db.say("SCARD", "s")).isEqualTo(":0");
    assertThat(db.say("SISMEMBER", "s", "a")).isEqualTo(":0");
    assertThat(db.say("SRANDMEMBER", "s")).isEqualTo("[]");
    assertThat(db.say("SRANDMEMBER", "s", "2")).isEqualTo("[]");
    assertThat(db.say("SSCAN", "s", "0")).isEqualTo("[0, []]");
    assertThat(db.say("SREM", "s", "a")).isEqualTo(":0");
    assertThat(db.say("SPOP", "s")).isEqualTo("nil");
    assertThat(db.say("SPOP", "s", "3")).isEqualTo("nil");
    assertThat(db.lastItemTexts()).isEmpty();
  }

  @Test
  void sremCountsARepeatedArgumentEachTime() {
    db.run("SADD", "s", "a", "b", "c");
    assertThat(db.say("SREM", "s", "a", "a")).isEqualTo(":2");
    assertThat(db.say("SCARD", "s")).isEqualTo(":1");
    assertThat(db.say("SMEMBERS", "s")).isEqualTo("[b, c]");
    assertThat(db.say("SREM", "s", "b", "c")).isEqualTo("-ERR Invalid argument: set size overflow");
    assertThat(db.say("SMEMBERS", "s")).as("nothing was written").isEqualTo("[b, c]");
    assertThat(db.say("SREM", "s", "b")).isEqualTo(":1");
    assertThat(db.say("SMEMBERS", "s")).as("the count says that it is gone").isEqualTo("[]");
    assertThat(db.say("SADD", "s", "n")).isEqualTo(":1");
    assertThat(db.say("SMEMBERS", "s")).as("c stays in its own life").isEqualTo("[n]");
  }

  @Test
  void revivesUnderANewVersionWithoutExpiry() {
    db.run("SADD", "s", "a");
    db.run("EXPIRE", "s", "10");
    long version = db.record("s").orElseThrow().version();
    db.run("SREM", "s", "a");
    db.run("SADD", "s", "b");
    CollectionMeta meta = (CollectionMeta) db.record("s").orElseThrow();
    assertThat(meta.version()).isGreaterThan(version);
    assertThat(meta.etimeMs()).isZero();
    assertThat(meta.count()).isEqualTo(1);
  }

  @Test
  void spopIsLoggedAsTheRemovalOfWhatItGave() {
    db.run("SADD", "s", "a", "b", "c", "d");
    List<String> one = texts(db.run("SPOP", "s"));
    assertThat(one).hasSize(1);
    assertThat(db.lastItemTexts()).containsExactly("srem s " + one.get(0));
    List<String> two = texts(db.run("SPOP", "s", "2"));
    assertThat(db.lastItemTexts()).containsExactly("srem s " + String.join(" ", two));
    List<String> rest = texts(db.run("SPOP", "s", "100"));
    Set<String> all = new HashSet<>(one);
    all.addAll(two);
    all.addAll(rest);
    assertThat(all).containsExactlyInAnyOrder("a", "b", "c", "d");
    assertThat(db.say("SCARD", "s")).isEqualTo(":0");
    assertThat(db.say("SPOP", "s", "0")).isEqualTo("-ERR value is out of range, must be positive");
  }

  @Test
  void smoveIsLoggedAsTwoItems() {
    db.run("SADD", "s", "a", "b");
    assertThat(db.say("SMOVE", "s", "d", "a")).isEqualTo(":1");
    assertThat(db.lastItemTexts()).containsExactly("srem s a", "sadd d a");
    assertThat(db.say("SMOVE", "s", "d", "a")).isEqualTo(":0");
    assertThat(db.lastItemTexts()).isEmpty();
    assertThat(db.say("SMOVE", "s", "s", "b")).isEqualTo(":1");
    assertThat(db.say("SMEMBERS", "s")).isEqualTo("[b]");
    assertThat(db.say("SMEMBERS", "d")).isEqualTo("[a]");
    db.run("SET", "str", "v");
    assertThat(db.say("SMOVE", "s", "str", "b")).isEqualTo(WRONG_TYPE);
    assertThat(db.say("SMEMBERS", "s")).isEqualTo("[b]");
  }

  @Test
  void unitesIntersectsAndSubtractsAcrossInstances() {
    db.run("SADD", "s1", "a", "b", "c");
    db.run("SADD", "s2", "b", "c", "d");
    db.run("SADD", "s3", "c", "e");
    assertThat(db.say("SUNION", "s1", "s2", "s3", "none")).isEqualTo("[a, b, c, d, e]");
    assertThat(db.say("SINTER", "s1", "s2", "s3")).isEqualTo("[c]");
    assertThat(db.say("SINTER", "s1", "none")).isEqualTo("[]");
    assertThat(db.say("SDIFF", "s1", "s2", "none")).isEqualTo("[a]");
    assertThat(db.say("SDIFF", "none", "s1")).isEqualTo("[]");
    assertThat(db.say("SUNION", "s1", "s1")).isEqualTo("[a, b, c]");
  }

  @Test
  void storesAreLoggedAsDelAndSadd() {
    db.run("SADD", "s1", "a", "b");
    db.run("SADD", "s2", "b", "c");
    db.run("SET", "d", "old");
    assertThat(db.say("SUNIONSTORE", "d", "s1", "s2")).isEqualTo(":3");
    assertThat(db.lastItemTexts()).containsExactly("del d", "sadd d a b c");
    assertThat(db.say("SMEMBERS", "d")).isEqualTo("[a, b, c]");
    db.run("EXPIRE", "d", "10");
    assertThat(db.say("SINTERSTORE", "d", "s1", "s2")).isEqualTo(":1");
    assertThat(db.lastItemTexts()).containsExactly("del d", "sadd d b");
    assertThat(db.record("d").orElseThrow().etimeMs()).isZero();
    assertThat(db.say("SDIFFSTORE", "s1", "s1", "s2")).as("into a source").isEqualTo(":1");
    assertThat(db.say("SMEMBERS", "s1")).isEqualTo("[a]");
    assertThat(db.say("SDIFFSTORE", "d", "s1", "s1")).isEqualTo(":0");
    assertThat(db.lastItemTexts()).containsExactly("del d");
    assertThat(db.say("SCARD", "d")).isEqualTo(":0");
  }

  @Test
  void aLargeResultIsLoggedInSeveralItems() {
    String[] add = new String[2 + 200];
    add[0] = "SADD";
    add[1] = "s";
    for (int i = 0; i < 200; i++) {
      add[2 + i] = String.format("%03d", i) + "x".repeat(1021);
    }
    db.run(add);
    db.run("SUNIONSTORE", "d", "s");
    List<Args> items = db.lastItems();
    assertThat(items).hasSize(3);
    assertThat(items.get(1).size()).isEqualTo(2 + 128); // 128 KiB and no more
    assertThat(items.get(2).size()).isEqualTo(2 + 72);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SADD k m", "SREM k m", "SPOP k", "SMEMBERS k", "SISMEMBER k m", "SCARD k",
        "SRANDMEMBER k", "SMOVE k d m", "SUNION a k", "SINTER a k", "SDIFF a k", "SDIFF k a",
        "SUNIONSTORE a k", "SINTERSTORE a k",
      })
  void refusesALiveKeyOfAnotherType(String command) {
    db.run("SADD", "a", "m");
    db.run("HSET", "k", "f", "v");
    assertThat(db.say(command.split(" "))).isEqualTo(WRONG_TYPE);
    assertThat(db.say("SMEMBERS", "a")).isEqualTo("[m]");
    assertThat(db.say("HGETALL", "k")).isEqualTo("[f, v]");
  }

  @Test
  void sscanPassesOnTheTextOfTheStorageLayer() {
    db.run("HSET", "k", "f", "v");
    assertThat(db.say("SSCAN", "k", "0"))
        .isEqualTo("-ERR Invalid argument: WRONGTYPE, key: k, expect type: set, get type: hash");
  }

  @Test
  void picksMembersByChance() {
    db.run("SADD", "s", "a", "b", "c");
    assertThat(db.say("SRANDMEMBER", "s")).isIn("a", "b", "c");
    assertThat(texts(db.run("SRANDMEMBER", "s", "2"))).hasSize(2).doesNotHaveDuplicates();
    assertThat(texts(db.run("SRANDMEMBER", "s", "9"))).containsExactlyInAnyOrder("a", "b", "c");
    assertThat(texts(db.run("SRANDMEMBER", "s", "-9"))).hasSize(9).isSubsetOf("a", "b", "c");
    assertThat(db.say("SRANDMEMBER", "s", "0")).isEqualTo("[]");
    assertThat(db.say("SRANDMEMBER", "s", "-2147483648")).isEqualTo("-ERR value is out of range");
    assertThat(db.say("SCARD", "s")).isEqualTo(":3");
  }

  @Test
  void scansEveryMemberInPages() {
    for (int i = 0; i < 25; i++) {
      db.run("SADD", "s", "m" + i);
    }
    TreeSet<String> seen = new TreeSet<>();
    String cursor = "0";
    do {
      Reply.Array reply = (Reply.Array) db.run("SSCAN", "s", cursor, "COUNT", "7");
      cursor = CommandFixture.text(reply.items().get(0));
      seen.addAll(texts(reply.items().get(1)));
    } while (!cursor.equals("0"));
    assertThat(seen).hasSize(25);
    assertThat(db.say("SSCAN", "s", "0", "MATCH", "m1?", "COUNT", "100"))
        .isEqualTo("[0, [m10, m11, m12, m13, m14, m15, m16, m17, m18, m19]]");
  }

  @Test
  void setsThatANodeKeepsForItselfAreNotLogged() {
    db.run("SADD", "_internal:slotkey:4migrate:7", "kfoo");
    assertThat(db.lastItemTexts()).isEmpty();
    assertThat(db.say("SCARD", "_internal:slotkey:4migrate:7")).isEqualTo(":1");
  }
}
