package io.pikareplica.server.conf;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Collects values and everything that is wrong with them. Used once; not threadsafe. */
final class ConfLoader {
  private static final long LONGEST_FILE_BYTES = 4 << 20;

  /** A file with more of them is some other file. */
  private static final int MOST_PROBLEMS = 100;

  private static final int MOST_WARNINGS = 100;

  private final Optional<Path> file;
  private final Map<String, String> texts = new HashMap<>();
  private final Map<String, String> inert = new HashMap<>();
  private final Map<String, String> origins = new HashMap<>();
  private final List<Problem> problems = new ArrayList<>();
  private final List<String> warnings = new ArrayList<>();

  ConfLoader(Optional<Path> file) {
    this.file = file;
    SettingsTable.all()
        .forEach(setting -> texts.put(setting.name(), setting.canonical(setting.defaultText())));
  }

  /** Reads the file: of a name that stands there twice the first counts, as in Pika. */
  ConfLoader file() {
    file.ifPresent(this::read);
    return this;
  }

  private void read(Path path) {
    byte[] bytes;
    try {
      if (Files.size(path) > LONGEST_FILE_BYTES) {
        problems.add(new Problem(path.toString(), "is no settings file: longer than 4 MiB"));
        return;
      }
      bytes = Files.readAllBytes(path);
    } catch (NoSuchFileException e) {
      problems.add(new Problem(path.toString(), "there is no such file"));
      return;
    } catch (IOException e) {
      problems.add(new Problem(path.toString(), "cannot be read: " + e.getMessage()));
      return;
    }
    for (ConfFile.Line line : ConfFile.parse(bytes).lines()) {
      if (problems.size() >= MOST_PROBLEMS) {
        problems.add(new Problem(path.toString(), "has more wrong lines; is it a settings file?"));
        return;
      }
      String where = path + ":" + line.number();
      if (line.isStray()) {
        problems.add(new Problem(where, "'" + line.raw().strip() + "' must be name : value"));
      } else if (line.value().indexOf(ConfFile.NO_CHARACTER) >= 0) {
        problems.add(new Problem(where, line.name() + " must be UTF-8 text"));
      } else if (line.isSetting()) {
        fromFile(where, line);
      }
    }
    if (!origins.containsKey(SettingsTable.DEFAULT_SLOT_NUM.name())) {
      warn(
          path
              + ": default-slot-num is missing: taking "
              + SettingsTable.DEFAULT_SLOT_NUM.defaultText()
              + ", where Pika takes 1; it must be the master's");
    }
  }

  private void fromFile(String where, ConfFile.Line line) {
    Optional<Setting<?>> setting = SettingsTable.find(line.name());
    Optional<PikaKeys.Key> key = PikaKeys.find(line.name());
    String name = setting.<String>map(Setting::name).orElse(line.name());
    if (setting.isEmpty() && key.isEmpty()) {
      problems.add(new Problem(where, NearestName.unknown("setting", line.name())));
      return;
    }
    String first = origins.putIfAbsent(name, where);
    if (first != null) {
      if (!PikaKeys.mayRepeat(name)) {
        warn(where + ": " + line.name() + " is ignored: the first one counts, " + first);
      }
      return;
    }
    if (setting.isPresent()) {
      take(where, setting.get(), line.value(), true);
    } else {
      keep(where, key.get(), line.value().strip());
    }
  }

  private void warn(String text) {
    if (warnings.size() < MOST_WARNINGS) {
      warnings.add(OneLine.of(text));
    }
  }

  private void keep(String where, PikaKeys.Key key, String value) {
    inert.put(key.name(), value);
    if (value.isEmpty() || value.equalsIgnoreCase(key.shipped())) {
      return;
    }
    if (key.isFixed()) {
      problems.add(new Problem(where, key.name() + " '" + value + "' must be " + key.shipped()));
    } else if (!key.warning().isEmpty()) {
      warn(where + ": " + key.name() + " has no effect: " + key.warning());
    }
  }

  /** Reads options; they count more than the file, and of an option given twice the last one. */
  ConfLoader options(List<PikaConf.Option> options) {
    for (PikaConf.Option option : options) {
      String where = "--" + option.name();
      Optional<Setting<?>> setting = SettingsTable.find(option.name());
      Optional<PikaKeys.Key> key = PikaKeys.find(option.name());
      if (setting.isPresent()) {
        origins.put(setting.get().name(), where);
        take(where, setting.get(), option.value(), false);
      } else if (key.isPresent()) {
        keep(where, key.get(), option.value().strip());
      } else if (option.name().isEmpty()) {
        problems.add(new Problem("'" + option.value() + "'", "is no option; must be --name value"));
      } else {
        problems.add(new Problem(where, NearestName.unknown("option", option.name())));
      }
    }
    return this;
  }

  /** One value. In a file an empty one means the default, as where Pika ships a bare name. */
  private void take(String where, Setting<?> setting, String value, boolean isFile) {
    String text = setting.type().keepsTrailingBlanks() ? value : value.strip();
    if (text.isEmpty() && (isFile || setting.defaultText().isEmpty())) {
      texts.put(setting.name(), setting.canonical(setting.defaultText()));
      return;
    }
    try {
      texts.put(setting.name(), setting.canonical(text));
      noteCompression(where, setting, text);
    } catch (BadValueException e) {
      Optional<String> instead = isFile ? setting.type().pikaTakesInstead(text) : Optional.empty();
      if (instead.isPresent()) {
        texts.put(setting.name(), instead.get());
        warn(
            where
                + ": "
                + setting.name()
                + " "
                + text
                + " is out of range: taking "
                + instead.get()
                + " as Pika does");
      } else {
        problems.add(new Problem(where, setting.name() + " " + e.getMessage()));
      }
    }
  }

  private void noteCompression(String where, Setting<?> setting, String text) {
    if (setting.equals(SettingsTable.COMPRESSION)
        && !text.equalsIgnoreCase("none")
        && !text.equalsIgnoreCase("snappy")) {
      warn(where + ": compression " + text + " is taken as snappy");
    }
  }

  /**
   * The settings.
   *
   * @throws ConfException with all that is wrong, if anything is
   */
  PikaConf finish() throws ConfException {
    PikaConf conf = new PikaConf(file, texts, inert, warnings);
    if (problems.isEmpty()) { // what depends on one another is judged once each alone is good
      problems.addAll(ConfChecks.check(conf, name -> origins.getOrDefault(name, "--" + name)));
    }
    if (!problems.isEmpty()) {
      throw new ConfException(problems);
    }
    return conf;
  }
}
