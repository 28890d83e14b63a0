package io.pikareplica.server.conf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.pikareplica.repl.HostPort;
import io.pikareplica.repl.ReplConfig;
import io.pikareplica.repl.ReplSettings;
import io.pikareplica.server.conf.PikaConf.Option;
import io.pikareplica.storage.DbOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PikaConfTest {
  @TempDir private Path folder;

  @Test
  void hasPikasShippedValuesWithoutAFile() throws Exception {
    PikaConf conf = PikaConf.load(Optional.empty(), List.of());

    assertThat(conf.replConfig())
        .isEqualTo(
            new ReplConfig(
                9221,
                2000,
                10001,
                1,
                DbOptions.DEFAULT,
                Path.of("./db/"),
                Path.of("./log/"),
                Path.of("./dbsync/"),
                100L << 20,
                ReplConfig.Fsync.EVERYSEC,
                256 << 20,
                64L << 20,
                4,
                Optional.empty(),
                ReplSettings.DEFAULT));
    assertThat(conf.bindAddresses()).containsExactly("127.0.0.1");
    assertThat(conf.warnings()).isEmpty();
  }

  /** The frames of nodes are shorter than what the setting allows, in Pika too. */
  @Test
  void takesTheLargestMessageForAsLongAsAFrameCanBe() throws Exception {
    PikaConf conf = ConfTexts.of(folder, "max-conn-rbuf-size : 1G");

    assertThat(conf.maxFrameBytes()).isEqualTo((512 << 20) - 5);
    assertThat(conf.replConfig().maxFrameBytes()).isEqualTo(conf.maxFrameBytes());
  }

  @Test
  void readsWhatAFileSays() throws Exception {
    PikaConf conf =
        ConfTexts.of(
            folder,
            """
            # a comment : not a setting
              # another
            port:9222
            databases    :   2
            slaveof : 10.0.0.1:9221
            binlog-file-size : 4k
            requirepass : with blanks, a : and two at the end \s
            timeout :
            slave-priority : 10
            repl-timeout : 60
            """);

    assertThat(conf.get(SettingsTable.PORT)).isEqualTo(9222);
    assertThat(conf.get(SettingsTable.DATABASES)).isEqualTo(2);
    assertThat(conf.master()).contains(new HostPort("10.0.0.1", 9221));
    assertThat(conf.get(SettingsTable.BINLOG_FILE_SIZE)).isEqualTo(4096);
    assertThat(conf.get(SettingsTable.REQUIREPASS))
        .isEqualTo("with blanks, a : and two at the end  ");
    assertThat(conf.get(SettingsTable.TIMEOUT)).isEqualTo(60);
    assertThat(conf.replSettings().priority()).isEqualTo(10);
    assertThat(conf.replSettings().replTimeoutMs()).isEqualTo(60_000);
  }

  @Test
  void takesTheFirstOfTwoLinesAsPikaDoesAndSaysSo() throws Exception {
    PikaConf conf = ConfTexts.of(folder, "port : 1000\nport : 2000");

    assertThat(conf.get(SettingsTable.PORT)).isEqualTo(1000);
    assertThat(conf.warnings())
        .containsExactly(at(2) + ": port is ignored: the first one counts, " + at(1));
  }

  @ParameterizedTest
  @ValueSource(strings = {"3.3.6", "3.5.0", "3.5.5", "4.0.0", "4.0.1"})
  void takesTheFileThatEachPikaShips(String version) throws Exception {
    Path file = ConfTexts.write(folder, ConfTexts.resource("pika-" + version + ".conf"));

    PikaConf conf = ConfTexts.load(file);

    assertThat(conf.get(SettingsTable.BINLOG_FILE_SIZE)).isEqualTo(104857600);
    assertThat(conf.withoutEffect()).contains("thread-num", "dump-path");
    assertThat(conf.warnings()).isEmpty();
  }

  @Test
  void knowsEveryKeyThatSomePikaReads() throws Exception {
    StringBuilder file = new StringBuilder();
    ConfTexts.resource("pika-keys.txt")
        .lines()
        .filter(key -> !key.startsWith("#"))
        .forEach(key -> file.append(key).append(" :\n"));

    assertThat(ConfTexts.load(ConfTexts.write(folder, file.toString())).warnings()).isEmpty();
  }

  @Test
  void warnsOfWhatAnOperatorMayRelyOn() throws Exception {
    PikaConf conf =
        ConfTexts.of(
            folder,
            """
            rename-command : FLUSHALL secret
            rename-command : FLUSHDB secret2
            user : worker on >password ~* +@all
            slave-read-only : no
            compression : lz4
            expire-logs-nums : 3
            max-conn-rbuf-size : 2G
            """);

    assertThat(conf.warnings())
        .containsExactly(
            at(1) + ": rename-command has no effect: commands keep their names",
            at(3) + ": user has no effect: there are no ACL users: only requirepass counts",
            at(4) + ": slave-read-only has no effect: a replica takes no writes",
            at(5) + ": compression lz4 is taken as snappy",
            at(6) + ": expire-logs-nums 3 is out of range: taking 10 as Pika does",
            at(7) + ": max-conn-rbuf-size 2G is out of range: taking 1073741824 as Pika does");
    assertThat(conf.get(SettingsTable.EXPIRE_LOGS_NUMS)).isEqualTo(10);
  }

  @Test
  void warnsWhenTheFileLeavesOutTheSlots() throws Exception {
    Path file = ConfTexts.write(folder, "port : 1234\n");

    assertThat(ConfTexts.load(file).warnings())
        .containsExactly(
            file
                + ": default-slot-num is missing: taking 1024, where Pika takes 1; it must be the"
                + " master's");
  }

  @Test
  void listsEverythingThatIsWrongAtOnce() throws Exception {
    Path file =
        ConfTexts.write(
            folder,
            """
            port : 99999
            prot : 1
            databases : 9
            slaveof : nowhere
            binlog-file-size : big
            fsync : sometimes
            port 9221
            replica-announced : maybe
            instance-mode : sharding
            something-else-entirely : 1
            slave-priority : -1
            repl-timeout : 1
            """);

    ConfException wrong =
        catchThrowableOfType(
            ConfException.class,
            () ->
                PikaConf.load(
                    Optional.of(file),
                    List.of(new Option("port", "x"), new Option("maxclient", "1"))));

    assertThat(wrong.problems().stream().map(Problem::toString))
        .containsExactly(
            at(1) + ": port '99999' must be a number from 1 to 65535",
            at(2) + ": unknown setting 'prot'; did you mean 'port'?",
            at(3) + ": databases '9' must be a number from 1 to 8",
            at(4) + ": slaveof 'nowhere' must be the master's host:port, such as 192.168.1.2:9221",
            at(5) + ": binlog-file-size 'big' must be a size from 1K to 1G, such as 64M",
            at(6) + ": fsync 'sometimes' must be no, everysec or always",
            at(7) + ": 'port 9221' must be name : value",
            at(8) + ": replica-announced 'maybe' must be yes or no",
            at(9) + ": instance-mode 'sharding' must be classic",
            at(10)
                + ": unknown setting 'something-else-entirely'; 'pika-replica run --help' lists"
                + " all",
            at(11) + ": slave-priority '-1' must be a number, 0 or more",
            at(12) + ": repl-timeout '1' must be a number from 5 to 86400",
            "--port: port 'x' must be a number from 1 to 65535",
            "--maxclient: unknown option 'maxclient'; did you mean 'maxclients'?");
  }

  @Test
  void listsWhatDoesNotGoTogether() throws Exception {
    Path file =
        ConfTexts.write(
            folder,
            """
            port : 60000
            slaveof : localhost:60000
            db-path : ./data
            log-path : data/
            rsync-port-shift : 2000
            client-query-buffer-limit : 1M
            repl-port-shift : 10000
            rsync-port-shift : 10000
            network-interface : nosuch0
            """);

    ConfException wrong = catchThrowableOfType(ConfException.class, () -> ConfTexts.load(file));

    assertThat(wrong.problems().stream().map(Problem::toString))
        .contains(
            at(1)
                + ": port 60000 leaves no room: replicas of this node would use port 70000; must"
                + " be 55535 or less",
            at(4) + ": log-path is the folder of db-path; must be one of its own",
            at(2)
                + ": slaveof names this node itself; must be another node's address, or give this"
                + " node another port",
            "--proto-max-bulk-len: proto-max-bulk-len must not be more than"
                + " client-query-buffer-limit")
        .anyMatch(
            problem ->
                problem.startsWith(
                    at(9) + ": there is no network-interface 'nosuch0' with an address; must be"));
  }

  @Test
  void refusesTwoShiftsThatAreTheSame() {
    assertThatThrownBy(
            () ->
                PikaConf.load(
                    Optional.empty(),
                    List.of(
                        new Option("repl-port-shift", "5"), new Option("rsync-port-shift", "5"))))
        .hasMessage("--rsync-port-shift: is the same as repl-port-shift; must differ from it");
  }

  @Test
  void saysWhenThereIsNoSuchFile() {
    Path missing = folder.resolve("no.conf");

    assertThatThrownBy(() -> ConfTexts.load(missing))
        .isInstanceOf(ConfException.class)
        .hasMessage(missing + ": there is no such file");
  }

  @Test
  void refusesAFileThatIsNoText() throws Exception {
    Path file = folder.resolve("pika.conf");
    Files.write(file, new byte[] {'r', 'e', 'q', 'u', 'i', 'r', 'e', 'p', 'a', 's', 's', ':', -1});

    assertThatThrownBy(() -> ConfTexts.load(file))
        .hasMessage(file + ":1: requirepass must be UTF-8 text");
  }

  @Test
  void optionsCountMoreThanTheFileAndTheLastOneMost() throws Exception {
    Path file = ConfTexts.write(folder, "port : 1000\nslaveof : a:1\ndefault-slot-num : 1024\n");

    PikaConf conf =
        PikaConf.load(
            Optional.of(file),
            List.of(
                new Option("port", "2000"),
                new Option("port", "3000"),
                new Option("slaveof", ""),
                new Option("REPLICA-PRIORITY", "7")));

    assertThat(conf.get(SettingsTable.PORT)).isEqualTo(3000);
    assertThat(conf.master()).isEmpty();
    assertThat(conf.replSettings().priority()).isEqualTo(7);
    assertThat(conf.warnings()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "bind,0.0.0.0 ::1,0.0.0.0|::1",
    "network-interface,lo,127.0.0.1",
    "bind,'10.0.0.1, 10.0.0.2',10.0.0.1|10.0.0.2"
  })
  void listensWhereItIsTold(String name, String value, String expected) throws Exception {
    PikaConf conf = PikaConf.load(Optional.empty(), List.of(new Option(name, value)));

    assertThat(conf.bindAddresses()).contains(expected.split("\\|"));
  }

  private String at(int line) {
    return folder.resolve("pika.conf") + ":" + line;
  }

  @Test
  void showsNothingThatCouldLeadATerminalAstray() {
    assertThatThrownBy(() -> ConfTexts.of(folder, "port : \u001b[2J\r\n\u001b]0;x : 1"))
        .isInstanceOf(ConfException.class)
        .hasMessage(
            "%s:1: port '?[2J' must be a number from 1 to 65535\n"
                    .formatted(folder.resolve("pika.conf"))
                + "%s:2: unknown setting '?]0;x'; 'pika-replica run --help' lists all"
                    .formatted(folder.resolve("pika.conf")));
  }

  @Test
  void givesUpOnAFileThatIsNoSettingsFile() {
    ConfException refused =
        catchThrowableOfType(
            ConfException.class, () -> ConfTexts.of(folder, "qq : 1\n".repeat(100_000)));
    assertThat(refused.problems()).hasSize(101);
    assertThat(refused.problems().get(100).message())
        .isEqualTo("has more wrong lines; is it a settings file?");
  }

  @Test
  void cutsTheMiddleOutOfALongLine() {
    ConfException refused =
        catchThrowableOfType(
            ConfException.class, () -> ConfTexts.of(folder, "port : " + "9".repeat(100_000)));
    assertThat(refused.problems().get(0).message())
        .hasSize(403)
        .startsWith("port '999")
        .endsWith("999' must be a number from 1 to 65535");
  }
}
