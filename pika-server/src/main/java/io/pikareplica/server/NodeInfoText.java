package io.pikareplica.server;

import io.pikareplica.info.InfoCommand;
import java.util.List;

/**
 * INFO of a running node. Also takes Pika's {@code INFO keyspace 1}, which begins to count keys,
 * and {@code INFO keyspace off}, which gives that up. Any thread.
 */
final class NodeInfoText implements InfoText {
  private final NodeInfo info;
  private final KeyspaceScan scan;

  NodeInfoText(NodeInfo info, KeyspaceScan scan) {
    this.info = info;
    this.scan = scan;
  }

  @Override
  public String render(List<String> sections) {
    boolean isKeyspace = sections.size() > 1 && sections.get(0).equalsIgnoreCase("keyspace");
    if (isKeyspace && sections.get(1).equals("1")) {
      scan.start();
    } else if (isKeyspace && sections.get(1).equalsIgnoreCase("off")) {
      scan.stop();
    }
    return InfoCommand.render(info, sections);
  }
}
