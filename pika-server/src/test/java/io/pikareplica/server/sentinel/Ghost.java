package io.pikareplica.server.sentinel;

import io.pikareplica.server.RawClient;
import java.io.IOException;
import redis.clients.jedis.Jedis;

/** A client that writes while the node cannot answer. */
final class Ghost implements AutoCloseable {
  private final RawClient client;
  private String key = "";

  private Ghost(RawClient client) {
    this.client = client;
  }

  static Ghost connect(TestNode node) throws IOException {
    return new Ghost(node.talk());
  }

  /** Sends a SET and does not wait. */
  void write(String name, String value) throws IOException {
    key = name;
    client.send(RawClient.request("SET", name, value));
  }

  /** What came of it. */
  String reply() {
    try {
      return client.reply();
    } catch (IOException e) {
      return e.toString();
    }
  }

  boolean exists(TestNode node) {
    try (Jedis jedis = node.connect()) {
      return jedis.exists(key);
    }
  }

  @Override
  public void close() throws IOException {
    client.close();
  }
}
