package io.pikareplica.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.pikareplica.server.conf.Setting;
import io.pikareplica.server.conf.SettingsTable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The README's table of settings is the one of the code. */
class ReadmeTest {
  @Test
  void listsEverySettingAsItIs() throws Exception {
    List<String> readme = Files.readAllLines(readme());
    int first = readme.indexOf("| Setting | Default | Limits | What it is |");
    List<String> rows =
        readme.subList(first + 2, readme.size()).stream()
            .takeWhile(line -> line.startsWith("|"))
            .toList();

    assertThat(String.join("\n", rows)).isEqualTo(String.join("\n", expected()));
  }

  /** Beside the module when Maven runs, above it or here when something else does. */
  private static Path readme() {
    Path inParent = Path.of("../README.md");
    return Files.exists(inParent) ? inParent : Path.of("README.md");
  }

  private static List<String> expected() {
    List<String> rows = new ArrayList<>();
    for (Setting.Group group : Setting.Group.values()) {
      rows.add("| **" + group.title() + "** | | | |");
      SettingsTable.all().stream()
          .filter(setting -> setting.group() == group)
          .forEach(setting -> rows.add(row(setting)));
    }
    return rows;
  }

  private static String row(Setting<?> setting) {
    List<String> names = new ArrayList<>(List.of("`" + setting.name() + "`"));
    setting.aliases().forEach(alias -> names.add("`" + alias + "`"));
    String marks =
        (setting.isOurs() ? " *" : "") + (setting.change() == Setting.Change.RUNTIME ? " ⟳" : "");
    String limits = setting.range().isEmpty() ? setting.placeholder() : setting.range();
    return "| "
        + String.join(", ", names)
        + marks
        + " | "
        + setting.defaultText()
        + " | "
        + limits.replace("|", ", ")
        + " | "
        + setting.help()
        + " |";
  }
}
