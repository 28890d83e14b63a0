package io.pikareplica.server.conf;

import io.pikareplica.repl.HostPort;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;

/** What must hold between settings; each alone is good already. */
final class ConfChecks {
  private static final int LAST_PORT = 65_535;
  private static final Set<String> SELF = Set.of("127.0.0.1", "localhost", "::1", "0.0.0.0");

  private final PikaConf conf;
  private final UnaryOperator<String> whereOf;
  private final List<Problem> problems = new ArrayList<>();

  private ConfChecks(PikaConf conf, UnaryOperator<String> whereOf) {
    this.conf = conf;
    this.whereOf = whereOf;
  }

  /**
   * Everything that does not go together.
   *
   * @param whereOf from a setting's name to where its value came from
   */
  static List<Problem> check(PikaConf conf, UnaryOperator<String> whereOf) {
    ConfChecks checks = new ConfChecks(conf, whereOf);
    checks.ports();
    checks.folders();
    checks.master();
    checks.listening();
    checks.lengths();
    return checks.problems;
  }

  private void ports() {
    int port = conf.intOf(SettingsTable.PORT);
    int replShift = conf.intOf(SettingsTable.REPL_PORT_SHIFT);
    int rsyncShift = conf.intOf(SettingsTable.RSYNC_PORT_SHIFT);
    int highest = port + Math.max(replShift, rsyncShift);
    if (highest > LAST_PORT) {
      add(
          SettingsTable.PORT,
          "port "
              + port
              + " leaves no room: replicas of this node would use port "
              + highest
              + "; must be "
              + (LAST_PORT - Math.max(replShift, rsyncShift))
              + " or less");
    }
    if (replShift == rsyncShift) {
      add(SettingsTable.RSYNC_PORT_SHIFT, "is the same as repl-port-shift; must differ from it");
    }
  }

  private void folders() {
    Map<Path, String> seen = new HashMap<>();
    for (Setting<String> setting :
        List.of(SettingsTable.DB_PATH, SettingsTable.LOG_PATH, SettingsTable.DB_SYNC_PATH)) {
      Path folder = Path.of(conf.get(setting)).toAbsolutePath().normalize();
      String other = seen.putIfAbsent(folder, setting.name());
      if (other != null) {
        add(setting, setting.name() + " is the folder of " + other + "; must be one of its own");
      }
    }
  }

  private void master() {
    conf.master()
        .filter(master -> master.port() == conf.intOf(SettingsTable.PORT))
        .map(HostPort::host)
        .filter(SELF::contains)
        .ifPresent(
            host ->
                add(
                    SettingsTable.SLAVEOF,
                    "slaveof names this node itself; must be another node's address, or give this"
                        + " node another port"));
  }

  private void listening() {
    String name = conf.get(SettingsTable.NETWORK_INTERFACE);
    if (!name.isEmpty()
        && conf.get(SettingsTable.BIND).isEmpty()
        && Interfaces.addressesOf(name).isEmpty()) {
      add(
          SettingsTable.NETWORK_INTERFACE,
          "there is no network-interface '"
              + name
              + "' with an address; must be one of "
              + String.join(", ", Interfaces.names()));
    }
  }

  private void lengths() {
    if (conf.get(SettingsTable.PROTO_MAX_BULK_LEN)
        > conf.get(SettingsTable.CLIENT_QUERY_BUFFER_LIMIT)) {
      add(
          SettingsTable.PROTO_MAX_BULK_LEN,
          "proto-max-bulk-len must not be more than client-query-buffer-limit");
    }
  }

  private void add(Setting<?> setting, String message) {
    problems.add(new Problem(whereOf.apply(setting.name()), message));
  }
}
