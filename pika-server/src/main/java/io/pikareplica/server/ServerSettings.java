package io.pikareplica.server;

/**
 * What the client port may be told anew while it runs. Immutable.
 *
 * @param requirePass {@code requirepass}, each char a byte; empty: none is asked for
 * @param maxClients {@code maxclients}, 1 or more
 * @param timeoutSeconds {@code timeout}: silence after which a client is cut off; 0: never
 * @param slowlogMicros {@code slowlog-log-slower-than} in µs; negative: nothing is logged
 * @param slowlogMaxLen {@code slowlog-max-len}, entries
 * @param clientsBytes {@code maxmemory-clients}: what all clients together may take; 0: no limit
 * @param pubSubBufferBytes what may wait for one subscriber before it is cut off
 * @param refusesUnsafePromotion {@code refuse-unsafe-promotion}: whether SLAVEOF NO ONE fails on a
 *     node that is not eligible
 * @param isDebugEnabled {@code enable-debug-command}: whether DEBUG SLEEP works
 */
public record ServerSettings(
    String requirePass,
    int maxClients,
    int timeoutSeconds,
    long slowlogMicros,
    int slowlogMaxLen,
    long clientsBytes,
    long pubSubBufferBytes,
    boolean refusesUnsafePromotion,
    boolean isDebugEnabled) {
  public static final ServerSettings DEFAULT =
      new ServerSettings("", 20_000, 0, 10_000, 128, 0, 32L << 20, true, false);

  public ServerSettings withRequirePass(String password) {
    return new ServerSettings(
        password,
        maxClients,
        timeoutSeconds,
        slowlogMicros,
        slowlogMaxLen,
        clientsBytes,
        pubSubBufferBytes,
        refusesUnsafePromotion,
        isDebugEnabled);
  }

  public ServerSettings withMaxClients(int limit) {
    return new ServerSettings(
        requirePass,
        limit,
        timeoutSeconds,
        slowlogMicros,
        slowlogMaxLen,
        clientsBytes,
        pubSubBufferBytes,
        refusesUnsafePromotion,
        isDebugEnabled);
  }

  public ServerSettings withClientsBytes(long limit) {
    return new ServerSettings(
        requirePass,
        maxClients,
        timeoutSeconds,
        slowlogMicros,
        slowlogMaxLen,
        limit,
        pubSubBufferBytes,
        refusesUnsafePromotion,
        isDebugEnabled);
  }
}
