package io.pikareplica.server;

import io.pikareplica.repl.HostPort;
import io.pikareplica.repl.ReplConfig;
import io.pikareplica.server.conf.PikaConf;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What the process says about itself once it runs. */
final class Banner {
  private Banner() {}

  /**
   * A few lines.
   *
   * @param master whom the node follows, empty for a master
   */
  static List<String> lines(PikaConf conf, Optional<HostPort> master) {
    ReplConfig repl = conf.replConfig();
    List<String> lines = new ArrayList<>();
    lines.add(
        "pika-replica "
            + Version.current()
            + ", process "
            + ProcessHandle.current().pid()
            + ", Java "
            + Runtime.version().feature());
    lines.add(
        "clients: port "
            + repl.port()
            + " on "
            + String.join(", ", conf.bindAddresses())
            + "; data "
            + repl.dbPath()
            + ", binlog "
            + repl.logPath()
            + "; "
            + repl.databases()
            + (repl.databases() == 1 ? " DB of " : " DBs of ")
            + repl.dbOptions().instanceCount()
            + " instances");
    lines.add(master.map(m -> "following " + m).orElse("a master: following nobody"));
    return lines;
  }
}
