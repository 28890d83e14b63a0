package io.pikareplica.server.sentinel;

import io.pikareplica.repl.HostPort;
import io.pikareplica.server.live.ChildProcess;
import io.pikareplica.server.live.RealPika;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Collectors;

/** A real Pika. It does not know that its links could be cut. */
final class PikaTestNode extends TestNode {
  PikaTestNode(String name, HostPort listening, Path folder) {
    super(name, listening, folder, "");
    set("port", Integer.toString(listening.port()));
    set("network-interface", "lo");
    set("databases", Integer.toString(Data.DBS));
    set("db-instance-num", "3");
    set("default-slot-num", "1024");
    set("thread-num", "1");
    set("thread-pool-size", "4");
    set("sync-thread-num", "4");
    set("maxclients", "1000");
    set("cache-model", "0");
    set("daemonize", "no");
    set("slotmigrate", "no");
    set("timeout", "0");
    set("write-buffer-size", "16M");
    set("pidfile", folder.resolve(name + ".pid").toString());
    for (String part : new String[] {"log", "db", "dump"}) {
      set(part + "-path", folder.resolve(name).resolve(part) + "/");
    }
    set("db-sync-path", folder.resolve(name).resolve("dbsync") + "/");
  }

  @Override
  String conf(Map<String, String> settings) {
    return settings.entrySet().stream()
        .map(entry -> entry.getKey() + " : " + entry.getValue() + "\n")
        .collect(Collectors.joining());
  }

  @Override
  ChildProcess launch(Path folder, Path conf, Path output) throws IOException {
    return RealPika.launch(folder, conf, output);
  }

  @Override
  void follow(HostPort master) {
    set("slaveof", master.host() + ":" + master.port());
  }

  @Override
  void cutLink() {
    throw new UnsupportedOperationException();
  }

  @Override
  void healLink() {
    throw new UnsupportedOperationException();
  }
}
