package io.pikareplica.server.conf;

/**
 * One thing that is wrong with the settings; always one line of bounded length, whatever was given.
 *
 * @param where {@code pika.conf:12} or {@code --port}
 * @param message what it is, and what would be right
 */
public record Problem(String where, String message) {
  public Problem {
    where = OneLine.of(where);
    message = OneLine.of(message);
  }

  @Override
  public String toString() {
    return where + ": " + message;
  }
}
