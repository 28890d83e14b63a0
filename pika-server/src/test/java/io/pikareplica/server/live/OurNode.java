package io.pikareplica.server.live;

import io.pikareplica.server.FreePort;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Our own program in a process and a folder of its own; it can be stopped, killed and started. */
final class OurNode implements AutoCloseable {
  private final Path folder;
  private final String name;
  private final int port;
  private final List<String> jvmOptions;
  private final List<String> arguments = new ArrayList<>();
  private ChildProcess process;

  private OurNode(Path folder, String name, int port, List<String> jvmOptions) {
    this.folder = folder;
    this.name = name;
    this.port = port;
    this.jvmOptions = jvmOptions;
  }

  /** Starts a node and waits until it answers. */
  static OurNode start(Path folder, String name, String... settings) throws IOException {
    return startWith(List.of(), folder, name, settings);
  }

  /** Likewise, with options for its JVM. */
  static OurNode startWith(List<String> jvmOptions, Path folder, String name, String... settings)
      throws IOException {
    OurNode node = new OurNode(folder, name, FreePort.withReplicationPorts(), jvmOptions);
    node.arguments.add("run");
    node.setting("port", Integer.toString(node.port));
    node.setting("db-path", folder.resolve(name + "/db").toString());
    node.setting("log-path", folder.resolve(name + "/log").toString());
    node.setting("db-sync-path", folder.resolve(name + "/dbsync").toString());
    node.setting("dump-path", folder.resolve(name + "/dump").toString());
    node.arguments.addAll(List.of(settings));
    node.restart();
    return node;
  }

  private void setting(String key, String value) {
    arguments.add("--" + key);
    arguments.add(value);
  }

  /** Starts it again with the same settings, after {@link #stop} or {@link #kill}. */
  void restart() throws IOException {
    begin();
    Polling.until(name + " answers", () -> Polling.answers(port));
  }

  /** As {@link #restart}, without waiting for an answer. */
  void begin() throws IOException {
    process =
        ChildProcess.ours(
            folder, folder.resolve(name + ".out"), jvmOptions, List.copyOf(arguments));
  }

  void stop() throws InterruptedException {
    process.terminate();
    process.awaitExit();
  }

  void kill() {
    process.close();
  }

  int port() {
    return port;
  }

  long pid() {
    return process.pid();
  }

  /** Where {@code db}, {@code log} and {@code dbsync} lie. */
  Path files() {
    return folder.resolve(name);
  }

  /** Everything it has printed since the first start. */
  String output() {
    return process.output();
  }

  @Override
  public void close() {
    process.close();
  }
}
