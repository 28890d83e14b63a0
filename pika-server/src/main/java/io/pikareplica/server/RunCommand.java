package io.pikareplica.server;

import ch.qos.logback.classic.Level;
import io.pikareplica.server.conf.ConfException;
import io.pikareplica.server.conf.PikaConf;
import io.pikareplica.server.conf.Problem;
import io.pikareplica.server.conf.SettingsTable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** {@code pika-replica run}: the real thing, until it is told to stop. */
final class RunCommand implements Callable<Integer> {
  private static final Logger LOG = LoggerFactory.getLogger(RunCommand.class);

  private CommandSpec spec;

  private RunCommand() {}

  static CommandSpec spec() {
    RunCommand run = new RunCommand();
    CommandSpec spec = CommandSpec.wrapWithoutInspection(run).name("run");
    run.spec = spec;
    spec.mixinStandardHelpOptions(true).versionProvider(new Version());
    spec.addOption(
        OptionSpec.builder("-c", "--config")
            .type(Path.class)
            .paramLabel("FILE")
            .description(
                "Pika's own pika.conf; options of the command line count more. Keys of Pika that"
                    + " mean nothing here are accepted.")
            .build());
    SettingOptions.addTo(spec);
    spec.parser().unmatchedArgumentsAllowed(true); // listed with all else that is wrong
    spec.usageMessage()
        .sortOptions(false)
        .abbreviateSynopsis(true)
        .width(100)
        .description("Runs a replica, or a master, until it is stopped.%n")
        .footer(
            "",
            "Sizes take K, M and G. An option may also be written --name=value.",
            "Example: pika-replica run --port 9222 --slaveof 127.0.0.1:9221 --db-path ./db"
                + " --log-path ./log");
    return spec;
  }

  @Override
  public Integer call() throws StartException, InterruptedException {
    List<PikaConf.Option> options = SettingOptions.given(spec.commandLine().getParseResult());
    PikaConf conf;
    try {
      conf = PikaConf.load(Optional.ofNullable(spec.findOption("-c").getValue()), options);
    } catch (ConfException e) {
      Main.report(spec.commandLine().getErr(), lines(e.problems()));
      return ExitCode.BAD_SETTINGS;
    }
    setLogLevel(conf.get(SettingsTable.LOGLEVEL));
    conf.warnings().forEach(LOG::warn);
    if (!conf.withoutEffect().isEmpty()) {
      LOG.info(
          "{} of Pika's keys have no effect here; --loglevel debug lists them",
          conf.withoutEffect().size());
      LOG.debug("without effect: {}", String.join(", ", conf.withoutEffect()));
    }
    try (Node node = Node.start(conf)) {
      // SIGTERM and Ctrl-C come as a shutdown of the JVM, which waits for this hook
      Runtime.getRuntime().addShutdownHook(new Thread(node::close, "stop"));
      Banner.lines(conf, conf.master()).forEach(LOG::info);
      node.awaitStop();
    }
    return ExitCode.OK;
  }

  private static List<String> lines(List<Problem> problems) {
    List<String> lines = new ArrayList<>();
    lines.add(
        problems.size() == 1 ? "a setting is wrong" : problems.size() + " settings are wrong");
    problems.forEach(problem -> lines.add("  " + problem));
    return lines;
  }

  /** Pika's and Redis's words for levels. */
  private static void setLogLevel(String word) {
    Level level =
        switch (word) {
          case "debug", "verbose" -> Level.DEBUG;
          case "warning" -> Level.WARN;
          case "error", "fatal" -> Level.ERROR;
          default -> Level.INFO;
        };
    if (LoggerFactory.getLogger("io.pikareplica") instanceof ch.qos.logback.classic.Logger ours) {
      ours.setLevel(level);
    }
  }
}
