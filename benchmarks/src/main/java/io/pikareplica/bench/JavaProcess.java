package io.pikareplica.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A class of this jar in a process of its own. Whoever starts it closes it. */
final class JavaProcess implements AutoCloseable {
  /** The priority that processes have by themselves. */
  static final int NORMAL = 0;

  private final Process process;

  private JavaProcess(Process process) {
    this.process = process;
  }

  /**
   * Starts one.
   *
   * @param folder its working directory, made when missing; what it prints goes to output.txt there
   * @param nice as of nice(1): 19 gives it what others leave of the processors
   */
  static JavaProcess start(Path folder, int nice, List<String> jvmOptions, List<String> main)
      throws IOException {
    Files.createDirectories(folder);
    List<String> command = new ArrayList<>();
    if (nice != NORMAL) {
      command.addAll(List.of("nice", "-n", Integer.toString(nice)));
    }
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(jvmOptions);
    command.add("-cp");
    command.add(Path.of(System.getProperty("java.class.path")).toAbsolutePath().toString());
    command.addAll(main);
    return new JavaProcess(
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("output.txt").toFile())
            .start());
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** Waits until it ends by itself. */
  void awaitEnd() throws IOException, InterruptedException {
    if (process.waitFor() != 0) {
      throw new IOException("process " + process.pid() + " ended with " + process.exitValue());
    }
  }

  @Override
  public void close() {
    process.destroyForcibly().onExit().join();
  }
}
