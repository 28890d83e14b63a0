package io.pikareplica.server;

import io.pikareplica.server.live.ChildProcess;
import io.pikareplica.server.live.Polling;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import redis.embedded.core.ExecutableProvider;

/**
 * A real redis-server: the system's, or the one that comes through Maven (6.2). For tests that
 * compare with it.
 */
final class StockRedis implements AutoCloseable {
  private final ChildProcess process;
  private final int port;
  private final int major;

  private StockRedis(ChildProcess process, int port, int major) {
    this.process = process;
    this.port = port;
    this.major = major;
  }

  static StockRedis start(Path folder, String... settings) throws Exception {
    Path binary = onPath("redis-server");
    return start(binary == null ? embedded(folder) : binary, folder, settings);
  }

  static StockRedis start(Path binary, Path folder, String... settings) throws Exception {
    int major = major(binary);
    int port = freePort();
    StringBuilder conf = new StringBuilder();
    conf.append("port ").append(port).append("\nbind 127.0.0.1\ndir ").append(folder);
    conf.append("\nsave \"\"\nappendonly no\n");
    for (String setting : settings) {
      conf.append(setting).append('\n');
    }
    if (major >= 7) {
      conf.append("enable-debug-command yes\n");
    }
    Path file = Files.writeString(folder.resolve("redis.conf"), conf);
    ChildProcess process =
        ChildProcess.start(
            folder, folder.resolve("redis.out"), List.of(binary.toString(), file.toString()));
    Polling.until("redis-server answers", () -> Polling.answers(port));
    return new StockRedis(process, port, major);
  }

  /** A program of the system; null when there is none. */
  static Path onPath(String name) {
    for (String folder : System.getenv("PATH").split(File.pathSeparator, -1)) {
      Path file = Path.of(folder, name);
      if (Files.isExecutable(file)) {
        return file;
      }
    }
    return null;
  }

  static Path embedded(Path folder) throws IOException {
    return ExecutableProvider.newJarResourceProvider(folder.toFile()).get().toPath();
  }

  private static int major(Path binary) throws IOException {
    Process asked = new ProcessBuilder(binary.toString(), "--version").start();
    String text = new String(asked.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    Matcher version = Pattern.compile("v=(\\d+)\\.").matcher(text);
    if (!version.find()) {
      throw new IOException(binary + " says: " + text);
    }
    return Integer.parseInt(version.group(1));
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  int port() {
    return port;
  }

  /** 6 or 7. */
  int major() {
    return major;
  }

  @Override
  public void close() {
    process.close();
  }
}
