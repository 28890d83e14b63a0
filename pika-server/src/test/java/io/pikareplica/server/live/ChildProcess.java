package io.pikareplica.server.live;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import redis.clients.jedis.Jedis;

/** A program that a test started: its output goes to a file, and it ends with the test. */
public final class ChildProcess implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Process process;
  private final Path output;

  private ChildProcess(Process process, Path output) {
    this.process = process;
    this.output = output;
  }

  /**
   * Starts any program.
   *
   * @param folder its working directory
   * @param output what it prints is appended here
   */
  public static ChildProcess start(Path folder, Path output, List<String> command)
      throws IOException {
    Process process =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()))
            .start();
    return new ChildProcess(process, output);
  }

  /** Starts our own program, from the classes under test. */
  public static ChildProcess ours(
      Path folder, Path output, List<String> jvmOptions, List<String> args) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Xmx256m");
    command.addAll(jvmOptions);
    command.addAll(List.of("-cp", classPath(), "io.pikareplica.server.Main"));
    command.addAll(args);
    return start(folder, output, command);
  }

  /** Starts our own program with an output file of its own. */
  public static ChildProcess ours(Path folder, String... args) throws IOException {
    return oursWith(folder, List.of(), args);
  }

  /** Likewise, with options for the JVM. */
  public static ChildProcess oursWith(Path folder, List<String> jvmOptions, String... args)
      throws IOException {
    return ours(folder, Files.createTempFile(folder, "output", ".txt"), jvmOptions, List.of(args));
  }

  /** The tests' own class path, which does not depend on the working directory. */
  private static String classPath() {
    if (ChildProcess.class.getClassLoader() instanceof URLClassLoader loader) { // console launcher
      return Stream.of(loader.getURLs())
          .map(url -> Path.of(URI.create(url.toString())).toString())
          .collect(Collectors.joining(File.pathSeparator));
    }
    return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator, -1))
        .map(part -> Path.of(part).toAbsolutePath().toString())
        .collect(Collectors.joining(File.pathSeparator));
  }

  public long pid() {
    return process.pid();
  }

  /** Everything it has printed so far. */
  public String output() {
    try {
      return Files.readString(output);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Waits until the output has a text, and fails when the process ends before that. */
  public void awaitOutput(String text) {
    Awaitility.await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(20))
        .until(() -> output().contains(text) || !process.isAlive());
    if (!output().contains(text)) {
      throw new IllegalStateException("ended without '" + text + "': " + output());
    }
  }

  /** Waits for our program's client port; the caller closes the client. */
  public Jedis connect(int port) {
    awaitOutput("listening");
    return new Jedis("127.0.0.1", port, Math.toIntExact(PATIENCE.toMillis()));
  }

  /** Waits for its end and gives the exit code. */
  public int awaitExit() throws InterruptedException {
    if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
      throw new IllegalStateException("still runs: " + output());
    }
    return process.exitValue();
  }

  /** SIGTERM. */
  public void terminate() {
    process.destroy();
  }

  /** SIGKILL, if it still runs, and wait for the end. */
  @Override
  public void close() {
    process.destroyForcibly().onExit().join();
  }
}
