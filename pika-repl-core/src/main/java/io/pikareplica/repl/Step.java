package io.pikareplica.repl;

import java.util.ArrayList;
import java.util.List;

/**
 * What one run of the state machine has come to so far: actions, changes, ids and jitter. Shared by
 * {@link LinkStep} and its {@link DbStep}s; lives for one call.
 */
final class Step {
  final long nowMs;
  final List<ReplicaAction> actions = new ArrayList<>();
  final List<Transition.Change> changes = new ArrayList<>();

  /** Of data and binlogs before this step. */
  final String replicationId;

  ReplicaPolicy policy;
  long lastId;
  long seed;
  String ignored = "";

  Step(ReplicaState state, long nowMs) {
    this.nowMs = nowMs;
    replicationId = state.replicationId();
    policy = state.policy();
    lastId = state.lastId();
    seed = state.seed();
  }

  void act(ReplicaAction action) {
    actions.add(action);
  }

  void ignore(String why) {
    ignored = why;
  }

  long newId() {
    return ++lastId;
  }

  /** When to try again after so many failures: doubling, bounded, the latter half at random. */
  long retryAtMs(int failures) {
    long pauseMs =
        Math.min(policy.retryMaxMs(), policy.retryMinMs() << Math.min(Math.max(failures, 0), 20));
    long half = pauseMs / 2;
    return nowMs + pauseMs - half + Math.floorMod(random(), half + 1);
  }

  long errorRetryAtMs() {
    return nowMs + policy.errorRetryMs();
  }

  /** SplitMix64: the seed is part of the state, so that a run can be replayed. */
  private long random() {
    seed += 0x9E3779B97F4A7C15L;
    long z = seed;
    z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
    z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
    return z ^ z >>> 31;
  }
}
