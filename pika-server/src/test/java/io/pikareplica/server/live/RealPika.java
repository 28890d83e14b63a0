package io.pikareplica.server.live;

import io.pikareplica.server.FreePort;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A real Pika, whose program {@code PIKA_BIN} names. */
public final class RealPika implements AutoCloseable {
  public static final String VARIABLE = "PIKA_BIN";

  private final Path folder;
  private final int port;
  private ChildProcess process;

  private RealPika(Path folder, int port) {
    this.folder = folder;
    this.port = port;
  }

  static RealPika start(Path folder, int databases) throws IOException {
    RealPika pika = new RealPika(Files.createDirectories(folder), FreePort.withReplicationPorts());
    pika.writeConf(databases);
    pika.restart();
    return pika;
  }

  private void writeConf(int databases) throws IOException {
    Files.writeString(
        folder.resolve("pika.conf"),
        """
        port : %d
        network-interface : lo
        databases : %d
        db-instance-num : 3
        default-slot-num : 1024
        thread-num : 1
        thread-pool-size : 4
        sync-thread-num : 4
        maxclients : 1000
        cache-model : 0
        cache-type :
        daemonize : no
        slotmigrate : no
        timeout : 0
        log-path : %s/log/
        db-path : %s/db/
        dump-path : %s/dump/
        db-sync-path : %s/dbsync/
        pidfile : %s/pika.pid
        binlog-file-size : 1048576
        write-buffer-size : 16M
        slave-priority : 100
        """
            .formatted(port, databases, folder, folder, folder, folder, folder));
  }

  void restart() throws IOException {
    process = launch(folder, folder.resolve("pika.conf"), folder.resolve("pika.out"));
    Polling.until("Pika answers", () -> Polling.answers(port));
  }

  /** Starts the program with a configuration file and does not wait. */
  public static ChildProcess launch(Path folder, Path conf, Path output) throws IOException {
    // the limit that it insists on, whatever the caller's shell has
    return ChildProcess.start(
        folder,
        output,
        List.of(
            "sh",
            "-c",
            "ulimit -n 20000; exec \"$0\" -c \"$1\"",
            System.getenv(VARIABLE),
            conf.toString()));
  }

  void stop() throws InterruptedException {
    process.terminate();
    process.awaitExit();
  }

  int port() {
    return port;
  }

  @Override
  public void close() {
    process.close();
  }
}
