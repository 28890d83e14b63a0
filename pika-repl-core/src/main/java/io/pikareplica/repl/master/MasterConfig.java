package io.pikareplica.repl.master;

import java.nio.file.Path;
import java.util.List;

/**
 * How replicas are served.
 *
 * @param bind addresses to listen on, at least one
 * @param host this node's address as {@code info} files carry it
 * @param port this node's client port
 * @param replPort where to listen for replicas, port + 2000 by rule; 0 for any free one
 * @param rsyncPort where to listen for file requests, port + 10001 by rule; 0 for any free one
 * @param instances {@code db-instance-num}
 * @param snapshotPath where snapshots lie while replicas fetch them; emptied at start; on the file
 *     system of the data
 * @param windowItems {@code sync-window-size}: items sent and not acknowledged, per replica and DB
 * @param windowBytes the same in bytes of items
 * @param pingMs silence after which an idle replica gets a ping
 * @param timeoutMs silence of a replica after which its session in a DB ends
 * @param idleMs silence of a connection after which it is closed
 * @param snapshotKeepMs how long a snapshot stays that nobody asks for
 */
public record MasterConfig(
    List<String> bind,
    String host,
    int port,
    int replPort,
    int rsyncPort,
    int instances,
    Path snapshotPath,
    int windowItems,
    long windowBytes,
    long pingMs,
    long timeoutMs,
    long idleMs,
    long snapshotKeepMs) {

  public MasterConfig {
    bind = List.copyOf(bind);
  }

  /** Pika's own values for all that is not particular to a node. */
  public static MasterConfig of(
      List<String> bind, String host, int port, int instances, Path snapshotPath) {
    return new MasterConfig(
        bind,
        host,
        port,
        port + 2000,
        port + 10001,
        instances,
        snapshotPath,
        9000,
        1L << 30,
        2_000,
        20_000,
        180_000,
        600_000);
  }

  /** The same on other ports. */
  public MasterConfig withPorts(int newReplPort, int newRsyncPort) {
    return new MasterConfig(
        bind,
        host,
        port,
        newReplPort,
        newRsyncPort,
        instances,
        snapshotPath,
        windowItems,
        windowBytes,
        pingMs,
        timeoutMs,
        idleMs,
        snapshotKeepMs);
  }

  /** The same with another {@code sync-window-size}. */
  public MasterConfig withWindow(int items) {
    return new MasterConfig(
        bind,
        host,
        port,
        replPort,
        rsyncPort,
        instances,
        snapshotPath,
        items,
        windowBytes,
        pingMs,
        timeoutMs,
        idleMs,
        snapshotKeepMs);
  }
}
