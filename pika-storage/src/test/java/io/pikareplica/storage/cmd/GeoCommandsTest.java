package io.pikareplica.storage.cmd;

import static org.assertj.core.api.Assertions.assertThat;

import io.pikareplica.storage.Args;
import io.pikareplica.storage.CommandTable;
import io.pikareplica.storage.codec.GeoHash;
import io.pikareplica.storage.codec.GeoHash.Point;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GeoCommandsTest {
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

  private void sicily() {
    db.run("GEOADD", "g", "13.361389", "38.115556", "Palermo", "15.087269", "37.502669", "Catania");
  }

  @Test
  void addsPlacesAsScores() {
    assertThat(db.say("GEOADD", "g", "13.361389", "38.115556", "p", "1", "2", "p")).isEqualTo(":1");
    assertThat(db.lastItemTexts()).containsExactly("GEOADD g 13.361389 38.115556 p 1 2 p");
    assertThat(db.say("ZSCORE", "g", "p")).isEqualTo("3479099956230698");
    assertThat(db.say("GEOADD", "g", "1", "2", "p", "3"))
        .isEqualTo("-ERR wrong number of arguments for 'geoadd' command");
    assertThat(db.say("GEOADD", "g", "x", "2", "p")).isEqualTo("-ERR value is not a valid float");
  }

  @Test
  void refusesPlacesOutsideOnlyFromClients() {
    assertThat(db.say("GEOADD", "g", "181", "2", "p"))
        .isEqualTo("-ERR invalid longitude,latitude pair 181,2");
    assertThat(db.record("g")).isEmpty();
    db.replay("GEOADD", "g", "181", "2", "p");
    assertThat(db.say("ZSCORE", "g", "p")).isEqualTo("0");
  }

  @Test
  void tellsPlacesDistancesAndHashes() {
    sicily();
    assertThat(db.say("GEOPOS", "g", "Palermo", "x"))
        .isEqualTo("[[13.361389338970184, 38.115556395496299], nil]");
    assertThat(db.say("GEODIST", "g", "Palermo", "Catania")).isEqualTo("166274.1516");
    assertThat(db.say("GEODIST", "g", "Palermo", "Catania", "km")).isEqualTo("166.2742");
    assertThat(db.say("GEODIST", "g", "Palermo", "Catania", "mi")).isEqualTo("103.3182");
    assertThat(db.say("GEODIST", "g", "Palermo", "x")).isEqualTo("nil");
    assertThat(db.say("GEODIST", "none", "Palermo", "x")).isEqualTo("nil");
    assertThat(db.say("GEODIST", "g", "Palermo", "Catania", "au"))
        .isEqualTo("-ERR unsupported unit provided. please use m, km, ft, mi");
    assertThat(db.say("GEODIST", "g", "Palermo", "Catania", "km", "x"))
        .isEqualTo("-ERR syntax error");
    assertThat(db.say("GEOHASH", "g", "Palermo", "x", "Catania"))
        .isEqualTo("[sqc8b49rny0, nil, sqdtr74hyu0]");
    assertThat(db.say("GEOPOS", "none", "a")).isEqualTo("[nil]");
  }

  @Test
  void findsWhatIsNear() {
    sicily();
    assertThat(db.say("GEORADIUS", "g", "15", "37", "200", "km")).isEqualTo("[Catania, Palermo]");
    assertThat(db.say("GEORADIUS", "g", "15", "37", "200", "km", "DESC", "COUNT", "1"))
        .isEqualTo("[Palermo]");
    assertThat(
            db.say("GEORADIUS", "g", "15", "37", "100", "km", "WITHCOORD", "WITHHASH", "WITHDIST"))
        .isEqualTo(
            "[[Catania, 56.4413, :3479447370796909, [15.087267458438873, 37.50266842333162]]]");
    assertThat(db.say("GEORADIUSBYMEMBER", "g", "Palermo", "170", "km", "withdist"))
        .isEqualTo("[[Palermo, 0.0000], [Catania, 166.2742]]");
    assertThat(db.say("GEORADIUSBYMEMBER", "g", "x", "170", "km"))
        .isEqualTo("-ERR could not decode requested zset member");
    assertThat(db.say("GEORADIUSBYMEMBER", "none", "x", "170", "km")).isEqualTo("[]");
    assertThat(db.say("GEORADIUS", "g", "15", "37", "x", "km"))
        .isEqualTo("-ERR value is not a valid float");
    assertThat(db.say("GEORADIUS", "g", "15", "37", "1", "km", "NEAR"))
        .isEqualTo("-ERR syntax error");
    assertThat(db.say("GEORADIUS", "g", "15", "37", "1", "km", "COUNT", "-1"))
        .isEqualTo("-ERR value is not an integer or out of range");
  }

  @Test
  void storesWhatItFoundAndLogsIt() {
    sicily();
    db.run("RPUSH", "d", "x");
    assertThat(db.say("GEORADIUS", "g", "15", "37", "200", "km", "STORE", "d")).isEqualTo(":2");
    assertThat(db.lastItemTexts())
        .containsExactly("del d", "zadd d 3479447370796909 Catania 3479099956230698 Palermo");
    assertThat(db.say("ZRANGE", "d", "0", "-1")).isEqualTo("[Palermo, Catania]");
    assertThat(db.say("GEORADIUSBYMEMBER", "g", "Palermo", "1", "km", "STOREDIST", "d"))
        .isEqualTo(":1");
    assertThat(db.say("ZRANGE", "d", "0", "-1", "WITHSCORES")).isEqualTo("[Palermo, 0]");
    assertThat(db.say("GEORADIUS", "g", "0", "0", "1", "km", "STORE", "d")).isEqualTo(":0");
    assertThat(db.lastItemTexts()).containsExactly("del d");
    assertThat(db.say("EXISTS", "d")).isEqualTo(":0");
    assertThat(db.say("GEORADIUS", "g", "0", "0", "1", "km", "WITHDIST", "STORE", "d"))
        .startsWith("-ERR STORE option in GEORADIUS is not compatible");
  }

  @Test
  void aSearchIsAReadUnlessItStores() {
    CommandTable table = CommandTable.instance();
    Args read = Args.of("GeoRadius", "store", "1", "2", "3", "km");
    Args write = Args.of("GEORADIUS", "g", "1", "2", "3", "km", "StoreDist", "d");
    assertThat(table.find(read).orElseThrow().spec().isWrite()).isFalse();
    assertThat(table.find(write).orElseThrow().spec().isWrite()).isTrue();
    assertThat(db.say("GEORADIUS", "g", "1", "2", "3", "km", "STORE"))
        .isEqualTo("-ERR syntax error");
  }

  @Test
  void refusesKeysOfOtherTypes() {
    db.run("RPUSH", "l", "a");
    String[][] commands = {
      {"GEOADD", "l", "1", "2", "a"},
      {"GEOPOS", "l", "a"},
      {"GEODIST", "l", "a", "b"},
      {"GEOHASH", "l", "a"},
      {"GEORADIUS", "l", "1", "2", "3", "km"},
      {"GEORADIUSBYMEMBER", "l", "a", "3", "km"}
    };
    for (String[] command : commands) {
      assertThat(db.say(command)).as(command[0]).startsWith("-WRONGTYPE");
    }
  }

  @Test
  void findsExactlyWhatIsWithinTheRadius() {
    Random random = new Random(3);
    Map<String, Point> places = new TreeMap<>();
    List<String> words = new ArrayList<>(List.of("GEOADD", "g"));
    for (int i = 0; i < 500; i++) {
      Point point = new Point(random.nextDouble() * 359 - 179.5, random.nextDouble() * 168 - 84);
      words.addAll(
          List.of(String.valueOf(point.longitude()), String.valueOf(point.latitude()), "m" + i));
      places.put("m" + i, GeoHash.point(GeoHash.score(point).orElseThrow()));
    }
    db.run(words.toArray(new String[0]));
    for (int i = 0; i < 60; i++) {
      Point center = new Point(random.nextDouble() * 360 - 180, random.nextDouble() * 170 - 85);
      double radiusM = Math.pow(10, 5 + random.nextDouble() * 2.3);
      List<String> near = new ArrayList<>(places.keySet());
      near.removeIf(name -> GeoHash.distanceM(center, places.get(name)) > radiusM);
      near.sort(Comparator.comparingDouble(m -> GeoHash.distanceM(center, places.get(m))));
      assertThat(
              db.say(
                  "GEORADIUS",
                  "g",
                  String.valueOf(center.longitude()),
                  String.valueOf(center.latitude()),
                  String.valueOf(radiusM),
                  "m"))
          .as("center %s radius %s", center, radiusM)
          .isEqualTo(near.toString());
    }
  }
}
