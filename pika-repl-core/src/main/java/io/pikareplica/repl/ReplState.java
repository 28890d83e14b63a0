package io.pikareplica.repl;

/** Where one DB stands with its master (include/pika_define.h, ReplState). */
public enum ReplState {
  NO_CONNECT("no_connect", "NoConnect"),
  TRY_CONNECT("try_to_incr_sync", "kTryConnect"),
  TRY_DB_SYNC("try_to_full_sync", "kTryDBSync"),
  WAIT_DB_SYNC("syncing_full", "WaitDBSync"),
  WAIT_REPLY("connecting", "kWaitReply"),
  CONNECTED("connected", ""),
  ERROR("error", "Error"),
  DB_NO_CONNECT("no_connect", "kDBNoConnect");

  private final String connectStatus;
  private final String dbReplState;

  ReplState(String connectStatus, String dbReplState) {
    this.connectStatus = connectStatus;
    this.dbReplState = dbReplState;
  }

  /** The word behind {@code dbN:} under {@code repl_connect_status:} in INFO. */
  public String connectStatus() {
    return connectStatus;
  }

  /** The word in {@code db_repl_state:} of INFO; {@link #CONNECTED} is never listed there. */
  public String dbReplState() {
    return dbReplState;
  }
}
