package io.pikareplica.server.sentinel;

import io.pikareplica.repl.HostPort;
import io.pikareplica.server.live.ChildProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** A node of this project. */
final class OurTestNode extends TestNode {
  /** Small and quick to start: many run at the same time. */
  private static final List<String> JVM =
      List.of(
          "-Xmx128m", "-Xss512k", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto");

  private final List<TcpProxy> linksToMasters = new ArrayList<>();

  OurTestNode(String name, HostPort listening, Path folder, String password) {
    super(name, listening, folder, password);
    set("port", Integer.toString(listening.port()));
    set("bind", listening.host());
    set("databases", Integer.toString(Data.DBS));
    set("db-instance-num", "1");
    set("write-buffer-size", "4M");
    for (String folderName : List.of("db", "log", "dbsync", "dump")) {
      String key = folderName.equals("dbsync") ? "db-sync-path" : folderName + "-path";
      set(key, folder.resolve(name).resolve(folderName).toString());
    }
  }

  @Override
  String conf(Map<String, String> settings) {
    return settings.entrySet().stream()
        .map(entry -> entry.getKey() + " : " + entry.getValue() + "\n")
        .collect(Collectors.joining());
  }

  @Override
  ChildProcess launch(Path folder, Path conf, Path output) throws IOException {
    return ChildProcess.ours(folder, output, JVM, List.of("run", "-c", conf.toString()));
  }

  @Override
  void follow(HostPort master) {
    set("slaveof", master.host() + ":" + master.port());
  }

  /** Takes a network between this node and one that it may follow. */
  void through(TcpProxy proxy) {
    linksToMasters.add(proxy);
  }

  @Override
  void cutLink() {
    cutLink(TcpProxy.Mode.RESET);
  }

  void cutLink(TcpProxy.Mode how) {
    if (linksToMasters.isEmpty()) {
      throw new IllegalStateException(name() + " has no links that can be cut");
    }
    linksToMasters.forEach(proxy -> proxy.mode(how));
  }

  @Override
  void healLink() {
    linksToMasters.forEach(proxy -> proxy.mode(TcpProxy.Mode.PASS));
  }

  /** Full syncs that it has begun since its first start. */
  int fullSyncs() {
    return (int)
        output().lines().filter(line -> line.contains("state=WAIT_REPLY->WAIT_DB_SYNC")).count();
  }
}
