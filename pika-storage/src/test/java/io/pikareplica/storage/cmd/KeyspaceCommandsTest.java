package io.pikareplica.storage.cmd;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.pikareplica.storage.Reply;
import io.pikareplica.storage.codec.CollectionMeta;
import io.pikareplica.storage.codec.DataType;
import io.pikareplica.storage.codec.StringRecord;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeyspaceCommandsTest {
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
  void keysFindsLiveKeysOfAllInstancesByPatternAndType() {
    fill(30);
    db.put("dead", string(NOW - 1));
    db.put("emptied", new CollectionMeta(DataType.SET, 0, NOW, NOW, 0));
    db.put("h", new CollectionMeta(DataType.HASH, 2, NOW, NOW, 0));

    assertThat(keys("KEYS", "*")).hasSize(31);
    assertThat(keys("KEYS", "k1?")).hasSize(10);
    assertThat(keys("KEYS", "*", "hash")).containsExactly("h");
    assertThat(keys("KEYS", "*", "stream")).isEmpty();
    assertThat(db.say("KEYS", "*", "what")).isEqualTo("-ERR syntax error");
    assertThat(db.say("DBSIZE")).isEqualTo(":31");
  }

  @Test
  void keysMayBeEmptyOrHoldAnyByte() {
    db.put("", string(0));
    db.put("a\0b\0\0c\u00ff", string(0));

    assertThat(keys("KEYS", "*")).containsExactlyInAnyOrder("", "a\0b\0\0c\u00ff");
    assertThat(db.say("EXISTS", "a\0b\0\0c\u00ff", "")).isEqualTo(":2");
  }

  @Test
  void scanGivesEachLiveKeyOnceWhenNothingChanges() {
    fill(100);

    List<String> found = scan("COUNT", "7");

    assertThat(found).hasSize(100).doesNotHaveDuplicates();
  }

  @Test
  void scanLosesNoKeyWhenOthersComeAndGo() {
    fill(100);
    Set<String> found = new HashSet<>();
    long cursor = 0;
    int step = 0;
    do {
      Reply.Array reply = (Reply.Array) db.run("SCAN", Long.toString(cursor), "COUNT", "5");
      cursor = Long.parseLong(text(reply.items().get(0)));
      ((Reply.Array) reply.items().get(1)).items().forEach(key -> found.add(text(key)));
      db.run("DEL", "k" + step);
      db.put("new" + step++, string(0));
    } while (cursor != 0);

    for (int i = step; i < 100; i++) {
      assertThat(found).contains("k" + i);
    }
  }

  @Test
  void scanFiltersByPatternAndType() {
    fill(20);
    db.put("h", new CollectionMeta(DataType.HASH, 2, NOW, NOW, 0));

    assertThat(scan("MATCH", "k1*", "COUNT", "1000")).hasSize(11);
    assertThat(scan("TYPE", "hash")).containsExactly("h");
    assertThat(scan("TYPE", "zset")).isEmpty();
  }

  @Test
  void scanStartsOverWithANumberItDoesNotKnow() {
    fill(5);

    assertThat(db.say("SCAN", "12345", "COUNT", "100")).startsWith("[0, [k");
  }

  @Test
  void scanRefusesWhatIsNoOption() {
    assertThat(db.say("SCAN", "x")).isEqualTo("-ERR value is not an integer or out of range");
    assertThat(db.say("SCAN", "0", "COUNT", "0"))
        .isEqualTo("-ERR value is not an integer or out of range");
    assertThat(db.say("SCAN", "0", "COUNT")).isEqualTo("-ERR syntax error");
    assertThat(db.say("SCAN", "0", "WHAT", "1")).isEqualTo("-ERR syntax error");
    assertThat(db.say("SCAN", "0", "TYPE", "what")).isEqualTo("-ERR syntax error");
  }

  @Test
  void randomKeyComesUponEveryKey() {
    assertThat(db.say("RANDOMKEY")).isEqualTo("nil");
    fill(10);

    Set<String> found = new HashSet<>();
    for (int i = 0; i < 5000 && found.size() < 10; i++) {
      found.add(db.say("RANDOMKEY"));
    }

    assertThat(found).hasSize(10);
  }

  @Test
  void removingByPatternIsLoggedKeyByKey() {
    fill(12);

    assertThat(db.say("PKPATTERNMATCHDEL", "k1*")).isEqualTo(":3");
    assertThat(db.lastItemTexts()).containsExactlyInAnyOrder("del k1", "del k10", "del k11");
    assertThat(db.say("DBSIZE")).isEqualTo(":9");
    assertThat(db.say("PKPATTERNMATCHDEL", "*", "2")).isEqualTo(":2");
    assertThat(db.say("PKPATTERNMATCHDEL", "nothing")).isEqualTo(":0");
    assertThat(db.lastItemTexts()).isEmpty();
  }

  @Test
  void removingByPatternHasNoLimitInTheBinlogOfAnOlderMaster() {
    fill(150);

    assertThat(CommandFixture.text(db.replay("pkpatternmatchdel", "k*"))).isEqualTo(":150");

    assertThat(db.say("DBSIZE")).isEqualTo(":0");
  }

  @Test
  void flushLeavesNothingAndIsLoggedAsOneWord() {
    fill(20);

    assertThat(db.say("FLUSHALL")).isEqualTo("OK");

    assertThat(db.lastItemTexts()).containsExactly("flushdb");
    assertThat(keys("KEYS", "*")).isEmpty();
    assertThat(db.say("FLUSHDB", "hash"))
        .isEqualTo("-ERR wrong number of arguments for 'flushdb' command");
  }

  @Test
  void itemsWithoutDataAreTaken() {
    fill(1);
    for (String name :
        List.of("clearreplicationid", "clearcache", "dummy", "padding", "slotsmgrt-exec-wrapper")) {
      assertThat(CommandFixture.text(db.replay(name, "x", "y"))).isEqualTo("OK");
      assertThat(db.say(name)).isEqualTo("OK");
      assertThat(db.lastItemTexts()).isEmpty();
    }
    assertThat(db.say("DBSIZE")).isEqualTo(":1");
  }

  private void fill(int keys) {
    for (int i = 0; i < keys; i++) {
      db.put("k" + i, string(0));
    }
  }

  private List<String> scan(String... options) {
    List<String> found = new ArrayList<>();
    String cursor = "0";
    do {
      List<String> words = new ArrayList<>(List.of("SCAN", cursor));
      words.addAll(List.of(options));
      Reply.Array reply = (Reply.Array) db.run(words.toArray(String[]::new));
      cursor = text(reply.items().get(0));
      ((Reply.Array) reply.items().get(1)).items().forEach(key -> found.add(text(key)));
    } while (!cursor.equals("0"));
    return found;
  }

  private List<String> keys(String... words) {
    return ((Reply.Array) db.run(words)).items().stream().map(KeyspaceCommandsTest::text).toList();
  }

  private static String text(Reply reply) {
    return CommandFixture.text(reply);
  }

  private static StringRecord string(long etimeMs) {
    return new StringRecord("v".getBytes(ISO_8859_1), NOW, etimeMs);
  }
}
