package io.pikareplica.info;

import java.util.Locale;

/** What commands ran: Redis's commandstats and Pika's command_exec_count. */
final class CommandInfo {
  private CommandInfo() {}

  /** INFO commandstats. */
  static final class CommandStatsSection implements InfoSection {
    @Override
    public String name() {
      return "commandstats";
    }

    @Override
    public void render(InfoSource source, InfoWriter out) {
      out.section("Commandstats");
      for (InfoSource.CommandStats command : source.commandStats()) {
        double perCall = command.calls() == 0 ? 0 : (double) command.usec() / command.calls();
        out.line(
            "cmdstat_" + command.name(),
            String.format(
                Locale.ROOT,
                "calls=%d,usec=%d,usec_per_call=%.2f,rejected_calls=%d,failed_calls=%d",
                command.calls(),
                command.usec(),
                perCall,
                command.rejected(),
                command.failed()));
      }
    }
  }

  /** INFO command_exec_count. */
  static final class ExecCountSection implements InfoSection {
    @Override
    public String name() {
      return "command_exec_count";
    }

    @Override
    public void render(InfoSource source, InfoWriter out) {
      out.section("Command_Exec_Count");
      for (InfoSource.CommandStats command : source.commandStats()) {
        out.line(command.name().toUpperCase(Locale.ROOT), command.calls());
      }
    }
  }
}
