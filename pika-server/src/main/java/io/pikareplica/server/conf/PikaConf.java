package io.pikareplica.server.conf;

import io.pikareplica.repl.HostPort;
import io.pikareplica.repl.OffsetOrder;
import io.pikareplica.repl.ReplConfig;
import io.pikareplica.repl.ReplConfig.Fsync;
import io.pikareplica.repl.ReplSettings;
import io.pikareplica.repl.ReplSettings.LinkDownClock;
import io.pikareplica.repl.ReplicaPolicy.OnDivergence;
import io.pikareplica.repl.net.PbFrameDecoder;
import io.pikareplica.storage.DbOptions;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The settings of one moment: Pika's {@code pika.conf} with the command line's options on top.
 * Checked as a whole before it exists. Immutable; any thread.
 */
public final class PikaConf {
  /**
   * An option of the command line.
   *
   * @param name without the dashes; empty for a word that is no option
   */
  public record Option(String name, String value) {}

  private final Optional<Path> file;
  private final Map<String, String> texts;
  private final Map<String, String> inert;
  private final List<String> warnings;

  /**
   * Takes values that were checked.
   *
   * @param texts every setting of the table in its one written form, by its own name
   * @param inert what the file says for keys without effect
   */
  PikaConf(
      Optional<Path> file,
      Map<String, String> texts,
      Map<String, String> inert,
      List<String> warnings) {
    this.file = file;
    this.texts = Map.copyOf(texts);
    this.inert = Map.copyOf(inert);
    this.warnings = List.copyOf(warnings);
  }

  /**
   * Reads the file, then the options, and checks everything.
   *
   * @param file empty for defaults and options only
   * @throws ConfException with all that is wrong
   */
  public static PikaConf load(Optional<Path> file, List<Option> options) throws ConfException {
    return new ConfLoader(file).file().options(options).finish();
  }

  public <T> T get(Setting<T> setting) {
    String text = texts.get(setting.name());
    return setting.value(text);
  }

  /** A number that is known to fit an int. */
  public int intOf(Setting<Long> setting) {
    return Math.toIntExact(get(setting));
  }

  /** The file it came from, for CONFIG REWRITE. */
  public Optional<Path> file() {
    return file;
  }

  /** What the operator should know though it does not prevent the start; one line each. */
  public List<String> warnings() {
    return warnings;
  }

  /** Keys of the file that mean nothing here. */
  public List<String> withoutEffect() {
    return inert.keySet().stream().sorted().toList();
  }

  /** What the file says for a key of Pika that means nothing here. */
  public Optional<String> withoutEffect(String name) {
    return Optional.ofNullable(inert.get(name));
  }

  /** Addresses to listen on; never empty. */
  public List<String> bindAddresses() {
    return Interfaces.bindAddresses(get(SettingsTable.BIND), get(SettingsTable.NETWORK_INTERFACE));
  }

  /** The master to follow from the start; empty to start as a master. */
  public Optional<HostPort> master() {
    return get(SettingsTable.SLAVEOF);
  }

  public ReplConfig replConfig() {
    Fsync fsync = Fsync.valueOf(constant(SettingsTable.FSYNC));
    DbOptions dbOptions =
        new DbOptions(
            intOf(SettingsTable.DB_INSTANCE_NUM),
            intOf(SettingsTable.DEFAULT_SLOT_NUM),
            get(SettingsTable.WRITE_BUFFER_SIZE),
            !get(SettingsTable.COMPRESSION).equals("none"),
            fsync == Fsync.ALWAYS);
    return new ReplConfig(
        intOf(SettingsTable.PORT),
        intOf(SettingsTable.REPL_PORT_SHIFT),
        intOf(SettingsTable.RSYNC_PORT_SHIFT),
        intOf(SettingsTable.DATABASES),
        dbOptions,
        Path.of(get(SettingsTable.DB_PATH)),
        Path.of(get(SettingsTable.LOG_PATH)),
        Path.of(get(SettingsTable.DB_SYNC_PATH)),
        get(SettingsTable.BINLOG_FILE_SIZE),
        fsync,
        maxFrameBytes(),
        get(SettingsTable.APPLY_QUEUE_SIZE),
        intOf(SettingsTable.MAX_RSYNC_PARALLEL_NUM),
        master(),
        replSettings());
  }

  /** {@code max-conn-rbuf-size}, as far as Pika's frames go: the longest message between nodes. */
  public int maxFrameBytes() {
    return Math.min(intOf(SettingsTable.MAX_CONN_RBUF_SIZE), PbFrameDecoder.PIKA_LIMIT_BYTES - 1);
  }

  public ReplSettings replSettings() {
    return new ReplSettings(
        get(SettingsTable.MASTERAUTH),
        get(SettingsTable.ANNOUNCE_IP),
        intOf(SettingsTable.ANNOUNCE_PORT),
        intOf(SettingsTable.PRIORITY),
        get(SettingsTable.ANNOUNCED),
        get(SettingsTable.REPL_TIMEOUT) * 1000,
        get(SettingsTable.THROTTLE),
        get(SettingsTable.RSYNC_TIMEOUT),
        intOf(SettingsTable.EXPIRE_LOGS_NUMS),
        intOf(SettingsTable.EXPIRE_LOGS_DAYS),
        OnDivergence.valueOf(constant(SettingsTable.ON_DIVERGENCE)),
        intOf(SettingsTable.DIVERGENCE_KEEP),
        get(SettingsTable.REPL_PING_REPLICA_PERIOD) * 1000,
        LinkDownClock.valueOf(constant(SettingsTable.LINK_DOWN_CLOCK)),
        OffsetOrder.valueOf(constant(SettingsTable.INFO_OFFSET)));
  }

  /** A chosen word as the name of an enum's constant. */
  private String constant(Setting<String> choice) {
    return get(choice).toUpperCase(Locale.ROOT).replace('-', '_');
  }

  /** Every setting's text by its own name. */
  Map<String, String> texts() {
    return texts;
  }

  /** What the file says for keys without effect, by name. */
  Map<String, String> inert() {
    return inert;
  }

  /**
   * The same with some values changed, each in its one written form already.
   *
   * @throws ConfException when they don't go together
   */
  PikaConf with(Map<String, String> changes) throws ConfException {
    Map<String, String> merged = new HashMap<>(texts);
    merged.putAll(changes);
    PikaConf changed = new PikaConf(file, merged, inert, warnings);
    List<Problem> problems = ConfChecks.check(changed, name -> name);
    if (!problems.isEmpty()) {
      throw new ConfException(problems);
    }
    return changed;
  }
}
