package io.pikareplica.server.live;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A program that a test started: its output goes to a file, and it ends with the test. */
public final class ChildProcess implements AutoCloseable {
  private static final long STOP_SECONDS = 60;

  private final Process process;
  private final Path output;

  private ChildProcess(Process process, Path output) {
    this.process = process;
    this.output = output;
  }

  public static ChildProcess start(Path folder, String name, List<String> command)
      throws IOException {
    Path output = folder.resolve(name + ".out");
    Process process =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()))
            .start();
    return new ChildProcess(process, output);
  }

  /** Our own program, run from the classes under test. */
  public static ChildProcess replica(Path folder, String name, String... arguments)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx256m", "-cp", classPath()));
    command.add("io.pikareplica.server.Main");
    command.addAll(List.of(arguments));
    return start(folder, name, command);
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

  /** Everything it has printed so far. */
  public String output() {
    try {
      return Files.readString(output);
    } catch (IOException e) {
      return "(no output: " + e.getMessage() + ")";
    }
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  /** Waits for its end and gives the exit code. */
  public int exitCode() throws InterruptedException {
    if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
      throw new IllegalStateException("still running:\n" + output());
    }
    return process.exitValue();
  }

  /** SIGTERM, and wait for the end. */
  public void stop() throws InterruptedException {
    process.destroy();
    exitCode();
  }

  /** SIGKILL, and wait for the end. */
  public void kill() throws InterruptedException {
    process.destroyForcibly();
    exitCode();
  }

  @Override
  public void close() {
    process.destroyForcibly().onExit().join();
  }
}
