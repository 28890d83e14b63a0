package io.pikareplica.server.conf;

/** A text that a setting does not take. The message says what it would take. */
final class BadValueException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  /** How CONFIG SET of Redis words the same refusal. */
  private final String redisWords;

  BadValueException(String message, String redisWords) {
    super(message);
    this.redisWords = redisWords;
  }

  String redisWords() {
    return redisWords;
  }
}
