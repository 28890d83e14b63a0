package io.pikareplica.server.live;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** What Linux says about a process and its sockets. */
public final class ProcFiles {
  private ProcFiles() {}

  /** Bytes that have arrived for connections to a port here and that nobody has read yet. */
  static long unreadBytes(int remotePort) throws IOException {
    // a socket of Java's stands among those of IPv6, whatever it speaks
    return unreadBytes("/proc/net/tcp", remotePort) + unreadBytes("/proc/net/tcp6", remotePort);
  }

  private static long unreadBytes(String table, int remotePort) throws IOException {
    String remote = ":%04X".formatted(remotePort);
    return Files.readAllLines(Path.of(table)).stream()
        .skip(1)
        .map(line -> line.trim().split("\\s+", -1))
        .filter(words -> words[2].endsWith(remote))
        .mapToLong(words -> Long.parseLong(words[4].substring(words[4].indexOf(':') + 1), 16))
        .sum();
  }

  /** A figure of {@code /proc/PID/status} in KiB, such as {@code VmRSS} or {@code VmHWM}. */
  static long kib(long pid, String name) throws IOException {
    return number(pid, name);
  }

  static long threads(long pid) throws IOException {
    return number(pid, "Threads");
  }

  private static long number(long pid, String name) throws IOException {
    List<String> lines = Files.readAllLines(Path.of("/proc/" + pid + "/status"));
    return lines.stream()
        .filter(line -> line.startsWith(name + ":"))
        .map(line -> line.replaceAll("[^0-9]", ""))
        .mapToLong(Long::parseLong)
        .findFirst()
        .orElseThrow();
  }

  /**
   * Whether no thread runs any more: SIGSTOP reaches those that run a moment after kill returns.
   */
  public static boolean isStopped(long pid) throws IOException {
    try (Stream<Path> threads = Files.list(Path.of("/proc/" + pid + "/task"))) {
      return threads.allMatch(thread -> isStopped(thread.resolve("status")));
    }
  }

  private static boolean isStopped(Path status) {
    try {
      return Files.readAllLines(status).stream().anyMatch(line -> line.startsWith("State:\tT"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Open descriptors, but for tables of RocksDB that still exist: those follow the data. */
  static long openFiles(long pid) throws IOException {
    try (Stream<Path> files = Files.list(Path.of("/proc/" + pid + "/fd"))) {
      return files.filter(file -> !target(file).endsWith(".sst")).count();
    }
  }

  /** Of a file that was deleted it ends with {@code (deleted)}. */
  private static String target(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor).toString();
    } catch (IOException e) {
      return ""; // closed meanwhile
    }
  }
}
