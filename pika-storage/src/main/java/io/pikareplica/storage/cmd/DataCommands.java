package io.pikareplica.storage.cmd;

import io.pikareplica.storage.Command;
import java.util.List;
import java.util.stream.Stream;

/** All groups of commands on data. */
public final class DataCommands {
  private DataCommands() {}

  public static List<Command> all() {
    return Stream.of(
            KeyCommands.commands(),
            KeyspaceCommands.commands(),
            ServerCommands.commands(),
            ListCommands.commands(),
            ListReads.commands(),
            ZsetCommands.commands(),
            ZsetReads.commands(),
            GeoCommands.commands(),
            StreamCommands.commands(),
            StreamReads.commands(),
            StringSetCommands.commands(),
            StringCommands.commands(),
            CounterCommands.commands(),
            BitmapCommands.commands(),
            HyperLogLogCommands.commands(),
            HashCommands.commands(),
            HashReads.commands(),
            SetCommands.commands(),
            SetReads.commands())
        .flatMap(List::stream)
        .toList();
  }

  /** The searches for places that store what they find; each has a namesake that only shows it. */
  public static List<Command> storing() {
    return GeoCommands.storing();
  }
}
