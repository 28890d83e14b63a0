package io.pikareplica.server;

import io.pikareplica.server.conf.PikaConf;
import io.pikareplica.server.live.Polling;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** A whole node in this JVM, started from a settings file in a folder of its own. */
final class TestNode implements AutoCloseable {
  private Node node;
  private final Path conf;
  private final int port;

  private TestNode(Node node, Path conf, int port) {
    this.node = node;
    this.conf = conf;
    this.port = port;
  }

  /**
   * Starts one.
   *
   * @param settings lines of the file, besides port and folders
   */
  static TestNode start(Path folder, String... settings) throws Exception {
    Files.createDirectories(folder);
    int port = FreePort.withReplicationPorts();
    StringBuilder text = new StringBuilder("# a node of a test\n");
    text.append("port : ").append(port).append("\ndefault-slot-num : 1024\n");
    for (String setting : settings) {
      text.append(setting).append('\n');
    }
    for (String part : List.of("db", "log", "dbsync")) {
      String name = part.equals("dbsync") ? "db-sync" : part;
      text.append(name).append("-path : ").append(folder.resolve(part)).append('\n');
    }
    Path conf = Files.writeString(folder.resolve("pika.conf"), text);
    return new TestNode(start(conf), conf, port);
  }

  private static Node start(Path conf) throws Exception {
    return Node.start(PikaConf.load(Optional.of(conf), List.of()));
  }

  /** Closes it and starts it again from its file. */
  void restart() throws Exception {
    node.close();
    node = start(conf);
  }

  int port() {
    return port;
  }

  Node node() {
    return node;
  }

  RawClient connect() throws IOException {
    return new RawClient(port);
  }

  /** One line of INFO replication. */
  String replication(String name) {
    return Polling.info(port, "replication").getOrDefault(name, "");
  }

  /** The master that the settings file names; empty for none. */
  String masterInFile() throws IOException {
    return Files.readAllLines(conf).stream()
        .filter(line -> line.startsWith("slaveof :"))
        .map(line -> line.substring("slaveof :".length()).strip())
        .findFirst()
        .orElse("");
  }

  byte[] file() throws IOException {
    return Files.readAllBytes(conf);
  }

  @Override
  public void close() {
    node.close();
  }
}
