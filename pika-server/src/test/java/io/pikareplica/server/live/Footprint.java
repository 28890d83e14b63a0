package io.pikareplica.server.live;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a process holds while it has nothing to do.
 *
 * @param files open file descriptors, tables of RocksDB apart: their number follows the data
 * @param heapMib used after a full collection; the JVM must run with G1
 * @param rssMib resident memory, the native one of RocksDB and Netty included
 */
record Footprint(long files, long threads, long heapMib, long rssMib) {
  private static final Duration LOOK_EVERY = Duration.ofMillis(500);

  /** What a look may find less than the one before it, and the process still counts as quiet. */
  private static final int QUIET_LOOKS = 4;

  private static final Pattern USED = Pattern.compile("heap +total \\d+K, used (\\d+)K");

  // A log that is being rolled, threads that Netty and the JIT start when they need them, what the
  // allocator keeps: more than that is a leak.
  private static final long MORE_FILES = 20;
  private static final long MORE_THREADS = 8;
  private static final long MORE_HEAP_MIB = 24;
  private static final long MORE_RSS_MIB = 120;

  /** Looks until a process has become no smaller for a while. */
  static Footprint ofQuiet(long pid) throws Exception {
    Footprint least = of(pid);
    for (int quiet = 0; quiet < QUIET_LOOKS; quiet++) {
      Polling.pause(LOOK_EVERY);
      Footprint now = of(pid);
      if (now.files < least.files || now.threads < least.threads || now.heapMib < least.heapMib) {
        quiet = 0;
      }
      least = least.least(now);
    }
    return least;
  }

  private static Footprint of(long pid) throws Exception {
    jcmd(pid, "GC.run");
    Matcher used = USED.matcher(jcmd(pid, "GC.heap_info"));
    if (!used.find()) {
      throw new IllegalStateException("no heap of G1 in process " + pid);
    }
    return new Footprint(
        ProcFiles.openFiles(pid),
        ProcFiles.threads(pid),
        Long.parseLong(used.group(1)) >> 10,
        ProcFiles.kib(pid, "VmRSS") >> 10);
  }

  private Footprint least(Footprint other) {
    return new Footprint(
        Math.min(files, other.files),
        Math.min(threads, other.threads),
        Math.min(heapMib, other.heapMib),
        Math.min(rssMib, other.rssMib));
  }

  private static String jcmd(long pid, String command) throws IOException, InterruptedException {
    String program = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
    Process process =
        new ProcessBuilder(program, Long.toString(pid), command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException(command + " of process " + pid + ": " + output);
    }
    return output;
  }

  /** What has grown since by more than it may; empty if nothing has. */
  List<String> growthTo(Footprint later) {
    List<String> growth = new ArrayList<>();
    compare(growth, "files", files, later.files, MORE_FILES);
    compare(growth, "threads", threads, later.threads, MORE_THREADS);
    compare(growth, "heap MiB", heapMib, later.heapMib, MORE_HEAP_MIB);
    compare(growth, "RSS MiB", rssMib, later.rssMib, MORE_RSS_MIB);
    return growth;
  }

  private static void compare(List<String> growth, String what, long then, long now, long more) {
    if (now > then + more) {
      growth.add(what + " " + then + " -> " + now);
    }
  }
}
