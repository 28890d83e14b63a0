package io.pikareplica.repl;

/**
 * How patient the replica is. All in milliseconds but the last two.
 *
 * @param connectTimeoutMs for the TCP connection to the master
 * @param metaSyncTimeoutMs for the answer to MetaSync
 * @param replyTimeoutMs for the answer to TrySync or DBSync
 * @param silenceMs without a message from the master until the link is given up
 * @param retryMinMs first pause before trying again; doubles with each failure
 * @param retryMaxMs longest pause before trying again
 * @param errorRetryMs pause where a person must act: the person may act on the master
 * @param steadyMs after which a DB that is connected counts as well
 * @param misfitLimit how often in a row items may not follow ours until that is a divergence
 */
public record ReplicaPolicy(
    long connectTimeoutMs,
    long metaSyncTimeoutMs,
    long replyTimeoutMs,
    long silenceMs,
    long retryMinMs,
    long retryMaxMs,
    long errorRetryMs,
    long steadyMs,
    int misfitLimit,
    OnDivergence onDivergence) {

  /** {@code on-divergence}: what to do when the master's history is not the one held here. */
  public enum OnDivergence {
    /** Take over the master's data, as a Redis replica does. */
    FULL_SYNC,
    /** Stay in error with the data as it is, until somebody decides. */
    STOP
  }

  public static final ReplicaPolicy DEFAULT =
      new ReplicaPolicy(
          1_500, 10_000, 20_000, 20_000, 100, 2_000, 10_000, 5_000, 5, OnDivergence.FULL_SYNC);

  /** The same with what an operator has set. */
  ReplicaPolicy with(ReplSettings settings) {
    return new ReplicaPolicy(
        connectTimeoutMs,
        metaSyncTimeoutMs,
        replyTimeoutMs,
        settings.replTimeoutMs(),
        retryMinMs,
        retryMaxMs,
        errorRetryMs,
        steadyMs,
        misfitLimit,
        settings.onDivergence());
  }
}
