package io.pikareplica.bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * How long does a Sentinel wait for INFO of a replica that has all it can do? PING, which renders
 * nothing, is the floor: what it takes is the socket's, the scheduler's and the collector's. Both
 * are asked at the same time over connections of their own, so that what holds up the process holds
 * up both. A master and a replica of ours in processes of their own, measured at rest, while the
 * replica follows writes that come as fast as the master takes them, and while it catches up with
 * writes that it missed. Master and writer have the priority NICE: with 19 they take what the
 * replica leaves of the processors, as if they ran on another machine; with 0 they compete for it.
 *
 * <p>{@code bin/bench InfoUnderLoad [SECONDS of each measurement [WRITES to catch up with [NICE]]]}
 */
public final class InfoUnderLoad {
  private static final int WARM_UP_SECONDS = 15;
  private static final long LOOK_EVERY_MS = 100;
  private static final List<String> QUESTIONS = List.of("PING", "INFO", "INFO ALL");
  private static final Pattern OFFSET = Pattern.compile("(?m)^slave_repl_offset:(\\d+)");
  private static final Pattern SETS = Pattern.compile("(?m)^cmdstat_set:calls=(\\d+)");

  private final Path folder;
  private final int nice;
  private final NodeProcess master;
  private final NodeProcess replica;
  private final ExecutorService threads = Executors.newCachedThreadPool();

  private InfoUnderLoad(Path folder, int nice, NodeProcess master, NodeProcess replica) {
    this.folder = folder;
    this.nice = nice;
    this.master = master;
    this.replica = replica;
  }

  public static void main(String[] args) throws Exception {
    int seconds = args.length > 0 ? Integer.parseInt(args[0]) : 20;
    long writes = args.length > 1 ? Long.parseLong(args[1]) : 2_000_000;
    int nice = args.length > 2 ? Integer.parseInt(args[2]) : 19;
    Path folder = Files.createTempDirectory("info-under-load");
    try (NodeProcess master = NodeProcess.start(folder.resolve("master"), nice);
        NodeProcess replica =
            NodeProcess.start(
                folder.resolve("replica"),
                JavaProcess.NORMAL,
                "--slaveof",
                "127.0.0.1:" + master.port())) {
      InfoUnderLoad harness = new InfoUnderLoad(folder, nice, master, replica);
      try {
        harness.measure(seconds, writes);
      } finally {
        harness.threads.shutdownNow();
      }
    } finally {
      delete(folder);
    }
  }

  private void measure(int seconds, long writes) throws Exception {
    say("load of the machine before: %.2f", machineLoad());
    awaitCaughtUp();
    follow(WARM_UP_SECONDS); // all code paths, before anything counts
    awaitCaughtUp();
    say("| The replica | Asked | p50 ms | p99 ms | p99.9 ms | max ms | answers |");
    say("| --- | --- | --- | --- | --- | --- | --- |");
    show("is at rest", askFor(seconds));
    show("follows", follow(seconds));
    awaitCaughtUp();
    show("catches up", catchUp(writes));
    say("load of the machine after: %.2f", machineLoad());
  }

  private List<Future<AskedTimes>> ask(BooleanSupplier isWanted) {
    return QUESTIONS.stream()
        .map(question -> threads.submit(() -> AskedTimes.during(replica, question, isWanted)))
        .toList();
  }

  private List<Future<AskedTimes>> askFor(int seconds) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    List<Future<AskedTimes>> asked = ask(() -> System.nanoTime() < end);
    for (Future<AskedTimes> one : asked) {
      one.get();
    }
    return asked;
  }

  private List<Future<AskedTimes>> follow(int seconds) throws Exception {
    long before = writes();
    try (JavaProcess writer = write(Long.MAX_VALUE)) {
      List<Future<AskedTimes>> asked = askFor(seconds);
      if (!writer.isAlive()) {
        throw new IOException("the writer ended before it should");
      }
      say("(%,d writes a second)", (writes() - before) / seconds);
      return asked;
    }
  }

  private List<Future<AskedTimes>> catchUp(long writes) throws Exception {
    try (Wire wire = replica.connect()) {
      wire.ask("DBSLAVEOF", "db0", "NO", "ONE");
      try (JavaProcess writer = write(writes)) {
        writer.awaitEnd();
      }
      AtomicBoolean isOver = new AtomicBoolean();
      List<Future<AskedTimes>> asked = ask(() -> !isOver.get());
      long startNanos = System.nanoTime();
      wire.ask("DBSLAVEOF", "db0");
      awaitCaughtUp();
      double tookSeconds = (System.nanoTime() - startNanos) / 1e9;
      isOver.set(true);
      say("(%,d writes in %.1f s)", writes, tookSeconds);
      return asked;
    }
  }

  private JavaProcess write(long writes) throws IOException {
    return PipelinedWriter.start(folder.resolve("writer"), nice, master.port(), writes);
  }

  /** SETs that the master has run. */
  private long writes() throws IOException {
    try (Wire wire = master.connect()) {
      return number(SETS, wire.ask("INFO", "commandstats"));
    }
  }

  /** Until it has applied all that its master has logged. */
  private void awaitCaughtUp() throws IOException, InterruptedException {
    try (Wire onMaster = master.connect();
        Wire onReplica = replica.connect()) {
      while (!isUp(onReplica) || offset(onMaster) != offset(onReplica)) {
        TimeUnit.MILLISECONDS.sleep(LOOK_EVERY_MS);
      }
    }
  }

  private static boolean isUp(Wire wire) throws IOException {
    return wire.ask("INFO", "replication").contains("\r\nmaster_link_status:up\r\n");
  }

  private static long offset(Wire wire) throws IOException {
    return number(OFFSET, wire.ask("INFO", "replication"));
  }

  /** The number of a line; 0 where there is none yet. */
  private static long number(Pattern line, String info) {
    Matcher found = line.matcher(info);
    return found.find() ? Long.parseLong(found.group(1)) : 0;
  }

  private static double machineLoad() {
    return ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
  }

  private static void show(String situation, List<Future<AskedTimes>> asked) throws Exception {
    for (Future<AskedTimes> one : asked) {
      System.out.print(one.get().row(situation));
    }
  }

  private static void say(String format, Object... values) {
    System.out.printf(format + "%n", values);
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : (Iterable<Path>) files.sorted(Comparator.reverseOrder())::iterator) {
        Files.delete(file);
      }
    }
  }
}
