package io.pikareplica.server.sentinel;

/** In what a scenario runs: whose Sentinel, and whose nodes it watches. */
record Setup(String entry, RedisBinary redis, Kind nodes) {
  /** Whose nodes. */
  enum Kind {
    OURS,
    /** Plain Redis: the control, which shows that the scenario asks for what Sentinel expects. */
    STOCK
  }

  boolean isOurs() {
    return nodes == Kind.OURS;
  }

  @Override
  public String toString() {
    return entry + ", Sentinel " + redis.version() + (isOurs() ? ", our nodes" : ", plain Redis");
  }
}
