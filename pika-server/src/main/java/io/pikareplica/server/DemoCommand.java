package io.pikareplica.server;

import ch.qos.logback.classic.Level;
import io.pikareplica.repl.HostPort;
import io.pikareplica.repl.ReplicationStatus;
import io.pikareplica.server.conf.ConfException;
import io.pikareplica.server.conf.PikaConf;
import io.pikareplica.server.conf.PikaConf.Option;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * {@code pika-replica demo}: a master with sample data and a replica of it, both of ours, in this
 * process, on free ports of the loopback interface and in a folder that is removed at the end.
 */
final class DemoCommand implements Callable<Integer> {
  private static final int STRINGS = 20_000;
  private static final String FULL_SYNC_SPEED = "5M"; // slow enough to be seen
  private static final long SYNC_WITHIN_MS = 120_000;
  private static final long FOLLOW_WITHIN_MS = 10_000;
  private static final long LOOK_EVERY_MS = 50;
  private static final long SHOWN_STEP_MIB = 4;
  private static final long TICK_EVERY_MS = 1_000;

  private final CountDownLatch stop = new CountDownLatch(1);
  private CommandSpec spec;
  private PrintWriter out;

  private DemoCommand() {}

  static CommandSpec spec() {
    DemoCommand demo = new DemoCommand();
    CommandSpec spec = CommandSpec.wrapWithoutInspection(demo).name("demo");
    demo.spec = spec;
    spec.mixinStandardHelpOptions(true).versionProvider(new Version());
    spec.addOption(
        OptionSpec.builder("-v", "--verbose")
            .type(boolean.class)
            .arity("0")
            .description("Also show the log of both nodes.")
            .build());
    spec.addOption(
        OptionSpec.builder("--once")
            .type(boolean.class)
            .arity("0")
            .description("End when all is shown instead of waiting for Ctrl-C.")
            .build());
    spec.usageMessage()
        .description(
            "Starts a small master with data of every type and a replica of it, shows the sync and"
                + " a few reads, and keeps both running until Ctrl-C.%n");
    return spec;
  }

  @Override
  public Integer call() throws Exception {
    out = spec.commandLine().getOut();
    if (LoggerFactory.getLogger("io.pikareplica") instanceof ch.qos.logback.classic.Logger ours) {
      boolean isVerbose = spec.findOption("-v").getValue() == Boolean.TRUE;
      ours.setLevel(isVerbose ? Level.INFO : Level.WARN);
    }
    Path folder = Files.createTempDirectory("pika-replica-demo");
    CountDownLatch cleaned = new CountDownLatch(1);
    Runtime.getRuntime().addShutdownHook(new Thread(() -> awaitEnd(cleaned), "stop"));
    try (Node master = start(folder.resolve("master"));
        Node replica = start(folder.resolve("replica"))) {
      return show(master, replica);
    } finally {
      delete(folder);
      cleaned.countDown();
    }
  }

  /** Ctrl-C: lets {@link #call} end, and keeps the JVM until it has cleaned up. */
  private void awaitEnd(CountDownLatch cleaned) {
    stop.countDown();
    try {
      if (!cleaned.await(FOLLOW_WITHIN_MS, TimeUnit.MILLISECONDS)) {
        System.err.println(Main.NAME + ": the demo's folder could not be removed in time");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static Node start(Path folder) throws StartException, IOException {
    String port = Integer.toString(FreePort.withReplicationPorts());
    List<Option> options =
        List.of(
            new Option("port", port),
            new Option("throttle-bytes-per-second", FULL_SYNC_SPEED),
            new Option("maxclients", "100"), // open files may not allow the default
            new Option("db-path", folder.resolve("db").toString()),
            new Option("log-path", folder.resolve("log").toString()),
            new Option("db-sync-path", folder.resolve("dbsync").toString()));
    try {
      return Node.start(PikaConf.load(Optional.empty(), options));
    } catch (ConfException e) {
      throw new IllegalStateException(e);
    }
  }

  private int show(Node master, Node replica) throws Exception {
    HostPort masterAddress = master.clientAddress();
    HostPort replicaAddress = replica.clientAddress();
    try (DemoClient onMaster = new DemoClient(masterAddress);
        DemoClient onReplica = new DemoClient(replicaAddress)) {
      say("Master on %s: writing %,d keys of every type ...".formatted(masterAddress, STRINGS));
      DemoData.write(onMaster, STRINGS);
      say("Replica on " + replicaAddress + ": SLAVEOF " + masterAddress + " FORCE, a full sync");
      replica.replication().slaveOf(masterAddress, true).toCompletableFuture().get();
      if (!watchSync(replica)) {
        return ExitCode.FAILED;
      }
      say("\nINFO replication on the replica:\n");
      String.join("", onReplica.askTexts("INFO", "replication"))
          .lines()
          .forEach(line -> say("  " + line));
      say("\nReads on the replica:\n");
      for (String read : DemoData.READS) {
        say("  > " + read);
        say("  " + onReplica.ask(words(read)).replace("\n", "\n  "));
      }
      say("\nWrites on the master, read on the replica:\n");
      for (List<String> live : DemoData.LIVE) {
        say("  master  > " + live.get(0) + "   " + onMaster.ask(words(live.get(0))));
        awaitSame(master, replica);
        say("  replica > " + live.get(1));
        say("  " + onReplica.ask(words(live.get(1))).replace("\n", "\n  "));
      }
      boolean isSame = compare(onMaster, onReplica);
      say("\nTry it:  redis-cli -p " + masterAddress.port() + "   (master)");
      say("         redis-cli -p " + replicaAddress.port() + "   (replica)");
      if (spec.findOption("--once").getValue() != Boolean.TRUE) {
        say("\nThe master counts 'ticks' up once a second. Ctrl-C ends the demo.");
        tick(onMaster);
      }
      return isSame ? ExitCode.OK : ExitCode.FAILED;
    }
  }

  private boolean watchSync(Node replica) throws InterruptedException {
    String shown = "";
    for (long waited = 0; waited < SYNC_WITHIN_MS; waited += LOOK_EVERY_MS) {
      ReplicationStatus status = replica.replication().status();
      String now = progress(status);
      if (!now.equals(shown)) {
        say("  " + now);
        shown = now;
      }
      if (status.master().map(ReplicationStatus.Master::isUp).orElse(false)) {
        return true;
      }
      if (stop.await(LOOK_EVERY_MS, TimeUnit.MILLISECONDS)) {
        return false;
      }
    }
    say("The replica is not up after " + SYNC_WITHIN_MS / 1000 + " s; run again with -v.");
    return false;
  }

  private static String progress(ReplicationStatus status) {
    StringBuilder line = new StringBuilder();
    for (ReplicationStatus.Db db : status.dbs()) {
      line.append(db.name()).append(": ").append(db.state().connectStatus());
      db.sync()
          .map(sync -> (sync.readBytes() >> 20) / SHOWN_STEP_MIB * SHOWN_STEP_MIB)
          .filter(mib -> mib > 0)
          .ifPresent(mib -> line.append(", ").append(mib).append(" MiB fetched"));
      line.append(db.error().isEmpty() ? "" : ", " + db.error());
    }
    return line.toString();
  }

  /** Waits until the replica has applied all that the master has written. */
  private void awaitSame(Node master, Node replica) throws InterruptedException {
    for (long waited = 0; waited < FOLLOW_WITHIN_MS; waited += LOOK_EVERY_MS) {
      if (applied(master).equals(applied(replica))
          || stop.await(LOOK_EVERY_MS, TimeUnit.MILLISECONDS)) {
        return;
      }
    }
    say("The replica is more than " + FOLLOW_WITHIN_MS / 1000 + " s behind.");
  }

  private static List<?> applied(Node node) {
    return node.replication().status().dbs().stream().map(ReplicationStatus.Db::applied).toList();
  }

  private boolean compare(DemoClient onMaster, DemoClient onReplica) throws IOException {
    Map<String, String> there = DemoData.dump(onMaster);
    Map<String, String> here = DemoData.dump(onReplica);
    long different =
        Stream.concat(there.keySet().stream(), here.keySet().stream())
            .distinct()
            .filter(key -> !there.getOrDefault(key, "").equals(here.getOrDefault(key, "")))
            .count();
    say(
        "\nCompared type and value of every key: %,d on the master, %,d on the replica, %,d different."
            .formatted(there.size(), here.size(), different));
    return different == 0;
  }

  private void tick(DemoClient onMaster) throws IOException, InterruptedException {
    while (!stop.await(TICK_EVERY_MS, TimeUnit.MILLISECONDS)) {
      onMaster.ask("INCR", "ticks");
    }
  }

  private static String[] words(String command) {
    return command.split(" ", -1);
  }

  private void say(String text) {
    out.println(text);
    out.flush();
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : (Iterable<Path>) all.sorted(Comparator.reverseOrder())::iterator) {
        Files.deleteIfExists(path);
      }
    }
  }
}
