package io.pikareplica.server;

import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** The command line. Ends the process with an {@link ExitCode}. */
public final class Main {
  static final String NAME = "pika-replica";

  private Main() {}

  public static void main(String[] args) {
    System.exit(commandLine().execute(args));
  }

  static CommandLine commandLine() {
    CommandSpec root = CommandSpec.wrapWithoutInspection((Runnable) () -> {}).name(NAME);
    root.versionProvider(new Version()).mixinStandardHelpOptions(true);
    root.usageMessage()
        .synopsisHeading("Usage: ")
        .customSynopsis(NAME + " run [-c FILE] [--SETTING VALUE...]", "       " + NAME + " demo")
        .description("A replica of a Pika master, in Java, that Redis Sentinel can promote.")
        .commandListHeading("%nCommands:%n")
        .footer(
            "",
            "Exit codes: 0 stopped as asked; 1 could not start or go on; 2 wrong settings.",
            "Try '" + NAME + " run --help' for all settings.");
    CommandLine commandLine = new CommandLine(root);
    commandLine.addSubcommand("run", RunCommand.spec());
    commandLine.addSubcommand("demo", DemoCommand.spec());
    commandLine.setExecutionStrategy(Main::execute);
    commandLine.setParameterExceptionHandler(Main::wrongUsage);
    commandLine.setExecutionExceptionHandler(Main::failed);
    return commandLine;
  }

  private static int execute(CommandLine.ParseResult parsed) {
    Integer helped = CommandLine.executeHelpRequest(parsed);
    if (helped != null) {
      return helped;
    }
    if (!parsed.hasSubcommand()) {
      CommandLine commandLine = parsed.commandSpec().commandLine();
      commandLine.usage(commandLine.getErr());
      return ExitCode.BAD_SETTINGS;
    }
    return new CommandLine.RunLast().execute(parsed);
  }

  private static int wrongUsage(ParameterException e, String[] args) {
    PrintWriter err = e.getCommandLine().getErr();
    err.println(NAME + ": " + e.getMessage());
    err.println("Try '" + e.getCommandLine().getCommandSpec().qualifiedName() + " --help'.");
    return ExitCode.BAD_SETTINGS;
  }

  private static int failed(Exception e, CommandLine commandLine, CommandLine.ParseResult parsed)
      throws Exception {
    if (e instanceof StartException start) {
      report(commandLine.getErr(), List.of(start.getMessage()));
      return start.exitCode();
    }
    throw e;
  }

  /** Tells whoever started the process what is wrong, one line each. */
  static void report(PrintWriter err, List<String> lines) {
    lines.forEach(line -> err.println(NAME + ": " + line));
    err.flush();
  }
}
