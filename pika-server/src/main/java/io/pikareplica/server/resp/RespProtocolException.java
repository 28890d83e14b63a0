package io.pikareplica.server.resp;

/** Bytes that are no request. The message is what the client is told; then it is cut off. */
public final class RespProtocolException extends Exception {
  private static final long serialVersionUID = 1;

  RespProtocolException(String message) {
    super(message, null, false, false);
  }
}
