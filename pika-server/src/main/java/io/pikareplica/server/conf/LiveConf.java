package io.pikareplica.server.conf;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.pikareplica.repl.HostPort;
import io.pikareplica.server.conf.Setting.Change;
import io.pikareplica.storage.cmd.Glob;
import java.io.IOException;
import java.nio.file.Files;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The settings of the running process: CONFIG GET, SET and REWRITE. Any thread; a change is whole
 * or not at all, and readers always see one {@link PikaConf}.
 */
public final class LiveConf {
  /** What Redis's tools ask for and what is fixed here. */
  private static final Map<String, String> FIXED =
      Map.of(
          "save", "",
          "appendonly", "no",
          "maxmemory", "0",
          "maxmemory-policy", "noeviction",
          "tcp-keepalive", "0");

  private final Consumer<PikaConf> onChange;
  private volatile PikaConf conf;
  private volatile Supplier<Optional<HostPort>> master;

  /**
   * Starts with settings that were loaded.
   *
   * @param onChange told of every new state after CONFIG SET, one call at a time
   */
  public LiveConf(PikaConf conf, Consumer<PikaConf> onChange) {
    this.conf = conf;
    this.onChange = onChange;
    this.master = conf::master;
  }

  public PikaConf now() {
    return conf;
  }

  /** Says where the master of this moment is found, which SLAVEOF changes without CONFIG SET. */
  public void followMaster(Supplier<Optional<HostPort>> master) {
    this.master = master;
  }

  /**
   * CONFIG GET: names and values, pattern after pattern, each name once. What a glob matches comes
   * sorted; a name that is no glob is given back as it was asked for, as Redis does.
   *
   * @param patterns globs over Pika's, Redis's and our own names; capitals don't matter
   */
  public Map<String, String> get(List<String> patterns) {
    Map<String, String> found = new LinkedHashMap<>();
    Set<String> seen = new HashSet<>();
    Map<String, String> all = shown();
    for (String pattern : patterns) {
      String lower = pattern.toLowerCase(Locale.ROOT);
      if (all.containsKey(lower)) {
        if (seen.add(lower)) {
          found.put(pattern, all.get(lower));
        }
        continue;
      }
      Glob glob = new Glob(lower.getBytes(UTF_8));
      all.forEach(
          (name, value) -> {
            if (glob.matches(name.getBytes(UTF_8)) && seen.add(name)) {
              found.put(name, value);
            }
          });
    }
    return found;
  }

  private Map<String, String> shown() {
    Map<String, String> all = new TreeMap<>(FIXED);
    PikaKeys.all().forEach(key -> all.put(key.name(), key.shipped()));
    PikaConf current = conf;
    current.inert().forEach(all::put);
    for (Setting<?> setting : SettingsTable.all()) {
      String text = current.texts().get(setting.name());
      all.put(setting.name(), text);
      setting.aliases().forEach(alias -> all.put(alias, text));
    }
    Optional<HostPort> following = master.get();
    all.put("slaveof", SettingsTable.SLAVEOF.type().show(following)); // Pika: host:port
    all.put("replicaof", following.map(m -> m.host() + " " + m.port()).orElse("")); // Redis
    return all;
  }

  /**
   * CONFIG SET of one or more settings: all of them, or none.
   *
   * @param changes by any name
   * @return why nothing was changed, in Redis's words without the leading {@code ERR}; empty when
   *     all was done
   */
  public synchronized Optional<String> set(Map<String, String> changes) {
    Optional<String> refusal = refusal(changes);
    if (refusal.isPresent()) {
      return refusal;
    }
    Map<String, String> texts = new HashMap<>();
    changes.forEach(
        (name, value) -> {
          Setting<?> setting = SettingsTable.find(name).orElseThrow();
          texts.put(setting.name(), setting.canonical(value));
        });
    try {
      PikaConf changed = conf.with(texts);
      conf = changed;
      onChange.accept(changed);
      return Optional.empty();
    } catch (ConfException e) {
      Problem problem = e.problems().get(0);
      return Optional.of(failed(problem.where(), problem.message()));
    }
  }

  /** As Redis does: all names before the first value. */
  private static Optional<String> refusal(Map<String, String> changes) {
    Set<String> seen = new HashSet<>();
    for (String given : changes.keySet()) {
      Optional<String> refusal = refusalOfName(given, seen);
      if (refusal.isPresent()) {
        return refusal;
      }
    }
    for (Map.Entry<String, String> change : changes.entrySet()) {
      try {
        SettingsTable.find(change.getKey()).orElseThrow().value(change.getValue());
      } catch (BadValueException e) {
        return Optional.of(failed(change.getKey(), e.redisWords()));
      }
    }
    return Optional.empty();
  }

  private static Optional<String> refusalOfName(String given, Set<String> seen) {
    Optional<Setting<?>> setting = SettingsTable.find(given);
    if (setting.isEmpty()) {
      String name = given.toLowerCase(Locale.ROOT);
      return Optional.of(
          PikaKeys.find(name).isPresent() || FIXED.containsKey(name)
              ? failed(given, "can't set immutable config")
              : "Unknown option or number of arguments for CONFIG SET - '" + given + "'");
    }
    if (setting.get().change() != Change.RUNTIME) {
      return Optional.of(failed(given, "can't set immutable config"));
    }
    return seen.add(setting.get().name())
        ? Optional.empty()
        : Optional.of(failed(given, "duplicate parameter"));
  }

  private static String failed(String name, String why) {
    return "CONFIG SET failed (possibly related to argument '" + name + "') - " + why;
  }

  /**
   * CONFIG REWRITE: brings the file up to what holds now, the master included, and keeps its
   * comments and order.
   *
   * @return why it failed, without the leading {@code ERR}; empty when the file is safely on disk
   */
  public synchronized Optional<String> rewrite() {
    if (conf.file().isEmpty()) {
      return Optional.of("The server is running without a config file");
    }
    try {
      ConfFile file = ConfFile.parse(Files.readAllBytes(conf.file().get()));
      Map<String, String> differing = toWrite(file);
      if (!differing.isEmpty()) {
        AtomicFile.replace(conf.file().get(), file.rewrite(differing, LiveConf::ownName));
      }
      return Optional.empty();
    } catch (IOException | IllegalArgumentException e) {
      return Optional.of("Rewriting config file: " + e.getMessage());
    }
  }

  /** What the file does not say yet: values that differ from its own, or from the default. */
  private Map<String, String> toWrite(ConfFile file) {
    Map<String, String> inFile = new HashMap<>();
    for (ConfFile.Line line : file.lines()) {
      if (line.isSetting()) {
        inFile.putIfAbsent(ownName(line.name()), line.value());
      }
    }
    Map<String, String> differing = new HashMap<>();
    for (Setting<?> setting : SettingsTable.all()) {
      String now =
          setting.name().equals("slaveof")
              ? SettingsTable.SLAVEOF.type().show(master.get())
              : conf.texts().get(setting.name());
      String written = inFile.getOrDefault(setting.name(), "");
      if (!now.equals(meaning(setting, written))) {
        differing.put(setting.name(), now);
      }
    }
    return differing;
  }

  /** What a text of the file stands for; the text itself where it is none. */
  private static String meaning(Setting<?> setting, String written) {
    String text = setting.type().keepsTrailingBlanks() ? written : written.strip();
    try {
      return setting.canonical(text.isEmpty() ? setting.defaultText() : text);
    } catch (BadValueException e) {
      return text;
    }
  }

  private static String ownName(String name) {
    return SettingsTable.find(name).<String>map(Setting::name).orElse(name);
  }
}
