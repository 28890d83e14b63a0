package io.pikareplica.server.sentinel;

import io.pikareplica.repl.HostPort;
import io.pikareplica.server.live.ChildProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.args.ClientType;
import redis.clients.jedis.params.ClientKillParams;

/** A plain Redis. */
final class StockTestNode extends TestNode {
  private final RedisBinary redis;
  private final Function<HostPort, TestNode> nodeAt;

  /**
   * @param nodeAt finds a node of the scenario by its address
   */
  StockTestNode(
      String name,
      HostPort listening,
      Path folder,
      String password,
      RedisBinary redis,
      Function<HostPort, TestNode> nodeAt) {
    super(name, listening, folder, password);
    this.redis = redis;
    this.nodeAt = nodeAt;
    set("port", Integer.toString(listening.port()));
    set("bind", listening.host());
    set("dir", folder.toString());
    set("dbfilename", name + ".rdb");
    set("appendfilename", name + ".aof");
    if (redis.hasDebug()) {
      set("appenddirname", name + ".aofs");
    }
    set("appendonly", "yes"); // what was answered is there after SIGKILL, as with our nodes
    set("save", "\"\"");
    set("repl-diskless-sync", "yes");
    set("repl-diskless-sync-delay", "0");
  }

  @Override
  String conf(Map<String, String> settings) {
    return settings.entrySet().stream()
        .map(entry -> entry.getKey() + " " + entry.getValue() + "\n")
        .collect(Collectors.joining());
  }

  @Override
  ChildProcess launch(Path folder, Path conf, Path output) throws IOException {
    return ChildProcess.start(folder, output, redis.server(conf));
  }

  @Override
  void follow(HostPort master) {
    set("replicaof", master.host() + " " + master.port());
  }

  /** By a wrong password: the connection to a master is one to its client port. */
  @Override
  void cutLink() {
    Map<String, String> info = info("replication");
    HostPort master =
        new HostPort(info.get("master_host"), Integer.parseInt(info.get("master_port")));
    config("masterauth", password() + "-wrong");
    try (Jedis jedis = nodeAt.apply(master).connect()) {
      jedis.clientKill(ClientKillParams.clientKillParams().type(ClientType.REPLICA));
    }
  }

  @Override
  void healLink() {
    config("masterauth", password());
  }
}
