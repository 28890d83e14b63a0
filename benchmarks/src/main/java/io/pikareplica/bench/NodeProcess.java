package io.pikareplica.bench;

import io.pikareplica.server.FreePort;
import java.io.IOException;
import java.net.ConnectException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Our program in a process of its own, on free ports of loopback, with 512 MB of heap and the JVM
 * options that PIKA_REPLICA_OPTS adds. Whoever starts it closes it.
 */
final class NodeProcess implements AutoCloseable {
  private static final long STARTS_WITHIN_MS = 30_000;
  private static final long LOOK_EVERY_MS = 50;

  private final JavaProcess process;
  private final int port;

  private NodeProcess(JavaProcess process, int port) {
    this.process = process;
    this.port = port;
  }

  /**
   * Starts a node and waits until it answers.
   *
   * @param folder for its data
   * @param settings as on the command line
   */
  static NodeProcess start(Path folder, int nice, String... settings)
      throws IOException, InterruptedException {
    int port = FreePort.withReplicationPorts();
    List<String> options = new ArrayList<>(List.of("-XX:+UseG1GC", "-Xmx512m"));
    Stream.of(System.getenv().getOrDefault("PIKA_REPLICA_OPTS", "").split(" ", -1))
        .filter(option -> !option.isEmpty())
        .forEach(options::add);
    List<String> main = new ArrayList<>();
    main.addAll(List.of("io.pikareplica.server.Main", "run", "--port", Integer.toString(port)));
    main.addAll(List.of(settings));
    NodeProcess node = new NodeProcess(JavaProcess.start(folder, nice, options, main), port);
    try {
      node.awaitAnswer();
      return node;
    } catch (IOException | InterruptedException e) {
      node.close();
      throw e;
    }
  }

  private void awaitAnswer() throws IOException, InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(STARTS_WITHIN_MS);
    while (true) {
      try (Wire wire = connect()) {
        wire.ask("PING");
        return;
      } catch (ConnectException e) {
        if (!process.isAlive() || System.nanoTime() > deadline) {
          throw new IOException("the node on port " + port + " does not start", e);
        }
        TimeUnit.MILLISECONDS.sleep(LOOK_EVERY_MS);
      }
    }
  }

  Wire connect() throws IOException {
    return new Wire(port);
  }

  int port() {
    return port;
  }

  @Override
  public void close() {
    process.close();
  }
}
