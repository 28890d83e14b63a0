package io.pikareplica.repl.net;

/** The peer sent what is no frame of Pika's; the connection is of no use any more. */
public final class FrameException extends Exception {
  private static final long serialVersionUID = 1;

  public FrameException(String message) {
    super(message);
  }

  public FrameException(String message, Throwable cause) {
    super(message, cause);
  }
}
