package io.pikareplica.repl.sync;

import java.io.IOException;

/** The disk has no room for what is to be fetched: a person has to make some. */
final class NoRoomException extends IOException {
  private static final long serialVersionUID = 1;

  NoRoomException(String message) {
    super(message);
  }
}
