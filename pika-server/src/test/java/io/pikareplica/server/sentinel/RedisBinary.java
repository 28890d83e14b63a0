package io.pikareplica.server.sentinel;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import redis.embedded.core.ExecutableProvider;

/**
 * The programs of a real Redis: all of them are one, which goes by the name that it is called.
 *
 * @param sentinel called by this name it is a Sentinel; empty where it is not installed
 * @param server and by this one a server
 * @param version such as {@code 7.0.15}
 */
record RedisBinary(Optional<Path> sentinel, Optional<Path> server, String version) {
  private static final Pattern VERSION = Pattern.compile("v=([0-9]+\\.[0-9.]+)");
  private static final String SENTINEL = "redis-sentinel";

  // Both before anything else starts processes: a process would keep a file open for writing.

  /** Of embedded-redis, which Maven brings. */
  static final RedisBinary EMBEDDED = found(unpacked());

  /** What {@code redis-sentinel} on the PATH is. */
  static final RedisBinary SYSTEM = found(onPath());

  private static RedisBinary found(Optional<Path> program) {
    try {
      return program.isEmpty()
          ? new RedisBinary(program, program, SENTINEL + " of the system")
          : new RedisBinary(
              program, Optional.of(linkedAsServer(program.get())), askVersion(program.get()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Optional<Path> unpacked() {
    try {
      File folder = Files.createTempDirectory("embedded-redis").toFile();
      folder.deleteOnExit();
      File file = ExecutableProvider.newJarResourceProvider(folder).get();
      file.deleteOnExit();
      return Optional.of(file.toPath());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Optional<Path> onPath() {
    return Stream.of(System.getenv("PATH").split(File.pathSeparator, -1))
        .map(folder -> Path.of(folder, SENTINEL))
        .filter(Files::isExecutable)
        .findFirst();
  }

  private static Path linkedAsServer(Path program) throws IOException {
    Path folder = Files.createTempDirectory("redis-server");
    folder.toFile().deleteOnExit();
    Path link = Files.createSymbolicLink(folder.resolve("redis-server"), program.toRealPath());
    link.toFile().deleteOnExit();
    return link;
  }

  private static String askVersion(Path program) throws IOException {
    Process process = new ProcessBuilder(program.toString(), "--version").start();
    String text = new String(process.getInputStream().readAllBytes(), UTF_8);
    Matcher matcher = VERSION.matcher(text);
    if (!matcher.find()) {
      throw new IOException(program + " says of its version: " + text);
    }
    return matcher.group(1);
  }

  boolean isInstalled() {
    return sentinel.isPresent();
  }

  /** Whether SENTINEL DEBUG can shorten its periods: from 7.0 on. */
  boolean hasDebug() {
    return isInstalled() && Integer.parseInt(version.substring(0, version.indexOf('.'))) >= 7;
  }

  List<String> sentinel(Path conf) {
    return List.of(sentinel.orElseThrow().toString(), conf.toString(), "--sentinel");
  }

  List<String> server(Path conf) {
    return List.of(server.orElseThrow().toString(), conf.toString());
  }
}
