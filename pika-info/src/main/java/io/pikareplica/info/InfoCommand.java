package io.pikareplica.info;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** INFO: picks the sections that were asked for and renders them in Redis's order. Stateless. */
public final class InfoCommand {
  /** The Redis whose command set clients may count on, scripting and clustering aside. */
  public static final String REDIS_VERSION = "7.2.0";

  private static final List<InfoSection> SECTIONS =
      List.of(
          new ServerInfo.ServerSection(),
          new ServerInfo.ClientsSection(),
          new ServerInfo.MemorySection(),
          new StorageInfo.DataSection(),
          new ServerInfo.PersistenceSection(),
          new ServerInfo.StatsSection(),
          new CommandInfo.ExecCountSection(),
          new ReplicationInfo(),
          new ServerInfo.CpuSection(),
          new CommandInfo.CommandStatsSection(),
          new StorageInfo.KeyspaceSection(),
          new StorageInfo.RocksDbSection());

  /** Those that say much and that Redis, too, leaves out unless asked. */
  private static final Set<String> NOT_BY_DEFAULT =
      Set.of("command_exec_count", "commandstats", "rocksdb");

  private InfoCommand() {}

  /**
   * Renders sections.
   *
   * @param wanted names in any case; {@code all}, {@code everything} and {@code default} stand for
   *     many; unknown ones are passed over; an empty list means default
   */
  public static String render(InfoSource source, List<String> wanted) {
    Set<String> names = new LinkedHashSet<>();
    for (String name : wanted.isEmpty() ? List.of("default") : wanted) {
      names.add(name.toLowerCase(Locale.ROOT));
    }
    boolean all = names.contains("all") || names.contains("everything");
    boolean byDefault = names.contains("default");
    InfoWriter out = new InfoWriter();
    for (InfoSection section : SECTIONS) {
      String name = section.name();
      if (all || names.contains(name) || (byDefault && !NOT_BY_DEFAULT.contains(name))) {
        section.render(source, out);
      }
    }
    return out.toString();
  }
}
