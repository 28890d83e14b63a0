package io.pikareplica.repl.net;

import io.pikareplica.proto.InnerMessage.InnerRequest;
import io.pikareplica.proto.InnerMessage.InnerResponse;

/**
 * One connection to a master's replication port. Ends by {@link #close} or by the peer, and is not
 * made again: each try is a new object with a new id. Methods may be called from any thread.
 */
public interface MasterConnection {
  /** What happens on the connection. Runs on the link's event loop and must not wait. */
  interface Listener {
    void connected(MasterConnection connection);

    /** An answer that has passed {@link ProtocolChecks}. */
    void received(MasterConnection connection, InnerResponse response);

    /** The peer sent what it must not send; the connection is being closed. */
    void broken(MasterConnection connection, String why);

    /** The last call: the connection is gone, or could not be made. */
    void disconnected(MasterConnection connection, String why);
  }

  /** Of the caller's choice. */
  long id();

  /** Our own address on this connection; empty before it is made. */
  String localHost();

  /** Sends a request; nothing happens when the connection is gone. */
  void send(InnerRequest request);

  /** Stops or resumes reading; while stopped TCP slows the master down. */
  void reading(boolean isOn);

  /** Closes soon; {@link Listener#disconnected} follows unless it was called already. */
  void close();
}
