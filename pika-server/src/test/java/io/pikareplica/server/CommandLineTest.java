package io.pikareplica.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.pikareplica.server.conf.PikaKeys;
import io.pikareplica.server.conf.Setting;
import io.pikareplica.server.conf.SettingsTable;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** What the command line says and returns; nothing here gets as far as starting a node. */
class CommandLineTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void withoutACommandItShowsHowItIsUsed() {
    assertThat(execute()).isEqualTo(ExitCode.BAD_SETTINGS);
    assertThat(err.toString()).startsWith("Usage: pika-replica run [-c FILE]");
  }

  @Test
  void versionNamesTheProgram() {
    assertThat(execute("--version")).isEqualTo(ExitCode.OK);
    assertThat(out.toString()).startsWith("pika-replica ").contains("Pika 4.0");
  }

  @Test
  void helpOfRunShowsEverySettingWithEffectInItsGroup() {
    assertThat(execute("run", "--help")).isEqualTo(ExitCode.OK);

    for (Setting<?> setting : SettingsTable.all()) {
      assertThat(out.toString()).contains("--" + setting.name());
    }
    for (Setting.Group group : Setting.Group.values()) {
      assertThat(out.toString()).contains(System.lineSeparator() + group.title());
    }
    assertThat(out.toString()).doesNotContain("--thread-num");
  }

  @Test
  void anUnknownCommandIsRefused() {
    assertThat(execute("runn")).isEqualTo(ExitCode.BAD_SETTINGS);
    assertThat(err.toString())
        .isEqualTo(
            lines(
                "pika-replica: Unmatched argument at index 0: 'runn'",
                "Try 'pika-replica --help'."));
  }

  @Test
  void aMissingValueIsRefused() {
    assertThat(execute("run", "--port")).isEqualTo(ExitCode.BAD_SETTINGS);
    assertThat(err.toString())
        .isEqualTo(
            lines(
                "pika-replica: Missing required parameter for option '--port' (N)",
                "Try 'pika-replica run --help'."));
  }

  @Test
  void everythingThatIsWrongIsListedAtOnce(@TempDir Path folder) throws Exception {
    Path file = Files.writeString(folder.resolve("pika.conf"), "port : 0\nporrt : 1\n");

    int code =
        execute(
            "run", "-c", file.toString(), "--maxclient", "5", "--fsync=never", "stray", "--foo=1");

    assertThat(code).isEqualTo(ExitCode.BAD_SETTINGS);
    assertThat(err.toString())
        .isEqualTo(
            lines(
                "pika-replica: 6 settings are wrong",
                "pika-replica:   " + file + ":1: port '0' must be a number from 1 to 65535",
                "pika-replica:   " + file + ":2: unknown setting 'porrt'; did you mean 'port'?",
                "pika-replica:   --fsync: fsync 'never' must be no, everysec or always",
                "pika-replica:   --maxclient: unknown option 'maxclient'; did you mean"
                    + " 'maxclients'?",
                "pika-replica:   'stray': is no option; must be --name value",
                "pika-replica:   --foo: unknown option 'foo'; 'pika-replica run --help' lists"
                    + " all"));
  }

  @Test
  void aMissingFileIsNamed(@TempDir Path folder) {
    Path file = folder.resolve("no.conf");

    assertThat(execute("run", "--config", file.toString())).isEqualTo(ExitCode.BAD_SETTINGS);
    assertThat(err.toString())
        .isEqualTo(
            lines(
                "pika-replica: a setting is wrong",
                "pika-replica:   " + file + ": there is no such file"));
  }

  @Test
  void everyKeyOfPikaIsAnOption() {
    CommandLine run = Main.commandLine().getSubcommands().get("run");

    assertThat(PikaKeys.all())
        .allMatch(key -> run.getCommandSpec().findOption("--" + key.name()) != null);
  }

  private int execute(String... args) {
    return Main.commandLine()
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(args);
  }

  private static String lines(String... lines) {
    return String.join(System.lineSeparator(), lines) + System.lineSeparator();
  }
}
