package io.pikareplica.server.conf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import io.pikareplica.repl.HostPort;
import io.pikareplica.repl.OffsetOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class LiveConfTest {
  @TempDir private Path folder;

  private final List<PikaConf> changes = new ArrayList<>();

  @Test
  void getShowsBothNamesOfASetting() throws Exception {
    LiveConf conf = live("slave-priority : 7\nslaveof : 10.0.0.1:9221");

    assertThat(conf.get(List.of("*priority", "SLAVEOF", "replicaof", "*-read-only")))
        .containsExactly(
            entry("replica-priority", "7"),
            entry("slave-priority", "7"),
            entry("SLAVEOF", "10.0.0.1:9221"),
            entry("replicaof", "10.0.0.1 9221"),
            entry("replica-read-only", "yes"),
            entry("slave-read-only", "yes"));
  }

  @Test
  void getAnswersWhatToolsAskFor() throws Exception {
    LiveConf conf = live("thread-num : 3");

    assertThat(
            conf.get(
                List.of(
                    "save",
                    "appendonly",
                    "instance-mode",
                    "consensus-level",
                    "maxclients",
                    "databases",
                    "binlog-file-size",
                    "maxmemory",
                    "slowlog-max-len",
                    "thread-num",
                    "nothing-of-that-name")))
        .containsExactly(
            entry("save", ""),
            entry("appendonly", "no"),
            entry("instance-mode", "classic"),
            entry("consensus-level", "0"),
            entry("maxclients", "20000"),
            entry("databases", "1"),
            entry("binlog-file-size", "104857600"),
            entry("maxmemory", "0"),
            entry("slowlog-max-len", "128"),
            entry("thread-num", "3"));
  }

  @Test
  void setChangesAllAtOnceAndTellsOnce() throws Exception {
    LiveConf conf = live("");

    Optional<String> failure =
        conf.set(Map.of("replica-priority", "0", "masterauth", "secret", "timeout", "0"));

    assertThat(failure).isEmpty();
    assertThat(changes).hasSize(1);
    assertThat(changes.get(0).replSettings().priority()).isZero();
    assertThat(changes.get(0).replSettings().masterAuth()).isEqualTo("secret");
    assertThat(conf.now()).isSameAs(changes.get(0));
  }

  /** The other names that these settings go by, and the words that another one takes. */
  @Test
  void setTakesTheNamesOfRedisAndOlderWords() throws Exception {
    LiveConf conf = live("");

    assertThat(conf.set(Map.of("repl-offset-compat", "pika", "repl-ping-slave-period", "5")))
        .isEmpty();

    assertThat(conf.get(List.of("info-offset", "repl-ping-replica-period")))
        .containsExactly(
            entry("info-offset", "pika-exact"), entry("repl-ping-replica-period", "5"));
    assertThat(conf.now().replSettings().offsetOrder()).isEqualTo(OffsetOrder.PIKA_EXACT);
    assertThat(conf.now().replSettings().pingReplicaMs()).isEqualTo(5_000);
  }

  @Test
  void setEmptiesAPassword() throws Exception {
    LiveConf conf = live("requirepass : secret");

    assertThat(conf.set(Map.of("requirepass", ""))).isEmpty();

    assertThat(conf.now().get(SettingsTable.REQUIREPASS)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "nosuch|1|Unknown option or number of arguments for CONFIG SET - 'nosuch'",
        "port|1|failed 'port') - can't set immutable config",
        "slaveof|a:1|failed 'slaveof') - can't set immutable config",
        "save|''|failed 'save') - can't set immutable config",
        "thread-num|2|failed 'thread-num') - can't set immutable config",
        "maxclients|x|failed 'maxclients') - argument couldn't be parsed into an integer",
        "maxclients|''|failed 'maxclients') - argument couldn't be parsed into an integer",
        "maxclients|0|failed 'maxclients') - argument must be between 1 and 1000000 inclusive",
        "Expire-Logs-Days|0|failed 'Expire-Logs-Days') - argument must be between 1 and 36500 inclusive",
        "replica-announced|perhaps|failed 'replica-announced') - argument must be 'yes' or 'no'",
        "pubsub-output-buffer-limit|1t|failed 'pubsub-output-buffer-limit') - argument must be a memory value",
        "repl-timeout|4|failed 'repl-timeout') - argument must be between 5 and 86400 inclusive",
        "repl-ping-replica-period|7|failed 'repl-ping-replica-period') - argument must be between 1 and 6 inclusive",
        "link-down-clock|never|failed 'link-down-clock') - argument(s) must be one of the following: connection, last-io",
        "info-offset|v3|failed 'info-offset') - argument(s) must be one of the following: redis-order, pika-exact",
        "info-strict-redis|maybe|failed 'info-strict-redis') - argument must be 'yes' or 'no'",
        "replica-announce-port|65536|failed 'replica-announce-port') - argument must be between 0 and 65535 inclusive",
        "slave-priority|2|failed 'slave-priority') - duplicate parameter"
      })
  void setChangesNothingWhenOneIsBad(String name, String value, String expected) throws Exception {
    LiveConf conf = live("");
    PikaConf before = conf.now();
    Map<String, String> values = new LinkedHashMap<>();
    values.put("replica-priority", "5");
    values.put(name, value);

    assertThat(conf.set(values))
        .contains(expected.replace("failed ", "CONFIG SET failed (possibly related to argument "));
    assertThat(conf.now()).isSameAs(before);
    assertThat(changes).isEmpty();
  }

  @Test
  void rewriteKeepsCommentsAndOrder() throws Exception {
    String before =
        """
        # My replica, 100 µs from its master
        slave-priority:100

        #slaveof : not this one
        \tthread-num : 12
        slaveof : 10.0.0.1:9221
        slave-priority : 55
        default-slot-num : 1024
        # the end\
        """;
    Path file = ConfTexts.write(folder, before);
    LiveConf conf = new LiveConf(ConfTexts.load(file), changes::add);
    conf.followMaster(() -> Optional.of(new HostPort("10.0.0.2", 9222)));
    conf.set(Map.of("replica-priority", "1", "masterauth", "sécret  ", "repl-timeout", "30"));

    assertThat(conf.rewrite()).isEmpty();

    assertThat(file)
        .hasContent(
            """
            # My replica, 100 µs from its master
            slave-priority : 1

            #slaveof : not this one
            \tthread-num : 12
            slaveof : 10.0.0.2:9222
            slave-priority : 55
            default-slot-num : 1024
            # the end

            # Added by CONFIG REWRITE
            masterauth : sécret \s
            repl-timeout : 30
            """);
    assertThat(ConfTexts.load(file).texts())
        .containsEntry("slave-priority", "1")
        .containsEntry("masterauth", "sécret  ")
        .containsEntry("slaveof", "10.0.0.2:9222");
  }

  static Stream<Setting<?>> everySettingThatCanBeSet() {
    return SettingsTable.all().stream()
        .filter(setting -> setting.change() == Setting.Change.RUNTIME);
  }

  /** Whatever is set is there after a restart, where the file had it or where it did not. */
  @ParameterizedTest
  @MethodSource("everySettingThatCanBeSet")
  void rewriteKeepsEverySettingThatCanBeSet(Setting<?> setting) throws Exception {
    String other = otherValue(setting);
    for (String before :
        List.of("# one\ndefault-slot-num : 1024\n# two\n", "# one\n%s :\n# two\n")) {
      Path file = ConfTexts.write(folder, before.formatted(setting.name()));
      LiveConf conf = new LiveConf(ConfTexts.load(file), changes::add);
      conf.followMaster(Optional::empty);

      assertThat(conf.set(Map.of(setting.name(), other))).isEmpty();
      assertThat(conf.rewrite()).isEmpty();

      assertThat(ConfTexts.load(file).texts()).containsEntry(setting.name(), other);
      assertThat(Files.readAllLines(file))
          .containsSubsequence("# one", "# two")
          .containsOnlyOnce(setting.name() + " : " + other);
    }
  }

  /** A value that is not the default. */
  private static String otherValue(Setting<?> setting) {
    return Stream.of(
            "no", "yes", "stop", "last-io", "pika-exact", "3", "7", "777", "1048577", "some text")
        .filter(
            text -> {
              try {
                setting.value(text);
                return !text.equals(setting.canonical(setting.defaultText()));
              } catch (BadValueException e) {
                return false;
              }
            })
        .findFirst()
        .orElseThrow();
  }

  @Test
  void rewriteOfAPromotedNodeTakesTheMasterOut() throws Exception {
    Path file = ConfTexts.write(folder, "slaveof : 10.0.0.1:9221\n");
    LiveConf conf = new LiveConf(ConfTexts.load(file), changes::add);
    conf.followMaster(Optional::empty);

    assertThat(conf.rewrite()).isEmpty();

    assertThat(file).hasContent("slaveof : \n");
    assertThat(ConfTexts.load(file).master()).isEmpty();
  }

  @Test
  void rewriteWithoutAChangeLeavesEveryByte() throws Exception {
    String before = "port:9222   \r\n# no end of line \u00e9\r\n  timeout : 60";
    Path file = ConfTexts.write(folder, before);
    LiveConf conf = new LiveConf(ConfTexts.load(file), changes::add);

    assertThat(conf.rewrite()).isEmpty();

    assertThat(Files.readString(file)).isEqualTo(before);
  }

  @Test
  void rewriteTwiceAddsNoSecondHeading() throws Exception {
    Path file = ConfTexts.write(folder, "default-slot-num : 1024\n");
    LiveConf conf = new LiveConf(ConfTexts.load(file), changes::add);
    conf.set(Map.of("timeout", "1"));
    conf.rewrite();
    conf.set(Map.of("maxclients", "10"));
    conf.rewrite();

    assertThat(file)
        .hasContent(
            """
            default-slot-num : 1024

            # Added by CONFIG REWRITE
            timeout : 1
            maxclients : 10
            """);
  }

  @Test
  void rewriteKeepsTheFilesAccessRights() throws Exception {
    Path file = ConfTexts.write(folder, "masterauth : old\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
    LiveConf conf = new LiveConf(ConfTexts.load(file), changes::add);
    conf.set(Map.of("masterauth", "new"));

    conf.rewrite();

    assertThat(Files.getPosixFilePermissions(file))
        .isEqualTo(PosixFilePermissions.fromString("rw-r-----"));
    assertThat(folder).isDirectoryContaining(file::equals);
    try (var files = Files.list(folder)) {
      assertThat(files).containsExactly(file);
    }
  }

  @Test
  void rewriteFollowsASymbolicLink() throws Exception {
    Path file = ConfTexts.write(folder, "timeout : 1\n");
    Path link = Files.createSymbolicLink(folder.resolve("link.conf"), file);
    LiveConf conf = new LiveConf(ConfTexts.load(link), changes::add);
    conf.set(Map.of("timeout", "2"));

    assertThat(conf.rewrite()).isEmpty();

    assertThat(link).isSymbolicLink();
    assertThat(file).hasContent("timeout : 2\n");
  }

  @Test
  void rewriteNeedsAFile() throws Exception {
    LiveConf conf = new LiveConf(PikaConf.load(Optional.empty(), List.of()), changes::add);

    assertThat(conf.rewrite()).contains("The server is running without a config file");
  }

  @Test
  void rewriteSaysWhyItFailed() throws Exception {
    Path file = ConfTexts.write(folder, "timeout : 1\n");
    LiveConf conf = new LiveConf(ConfTexts.load(file), changes::add);
    Files.delete(file);

    assertThat(conf.rewrite()).contains("Rewriting config file: " + file);
  }

  private LiveConf live(String text) throws Exception {
    return new LiveConf(ConfTexts.of(folder, text), changes::add);
  }
}
