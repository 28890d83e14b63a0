package io.pikareplica.repl;

import io.pikareplica.binlog.BinlogOffset;
import java.nio.file.Path;
import java.util.Optional;

/**
 * That a DB's history parted from its master's: what stood on either side, and what became of it.
 *
 * @param timeMs when it was noticed, ms since 1970
 * @param reason how it was noticed, one line
 * @param replicationId ours
 * @param received where our binlog ended
 * @param applied where our data stood
 * @param master whose history it was
 * @param masterReplicationId its
 * @param masterEnd where its binlog ended; empty where it did not say
 * @param kept the folder with the data that was replaced; empty where none was kept
 */
public record Divergence(
    long timeMs,
    String reason,
    String replicationId,
    BinlogOffset received,
    BinlogOffset applied,
    HostPort master,
    String masterReplicationId,
    Optional<BinlogOffset> masterEnd,
    Outcome outcome,
    Optional<Path> kept) {

  /** What was done about it. */
  public enum Outcome {
    /** Nothing, as {@code on-divergence : stop} asks; a person decides. */
    STOPPED("stopped"),
    /** The master's data is on its way; ours is still in place. */
    SYNCING("full sync"),
    /** The master's data took the place of ours. */
    REPLACED("replaced"),
    /** A master was found whose history goes on from ours after all. */
    FOLLOWED("followed on"),
    /** DBSLAVEOF with an offset: a person vouched for the data. */
    OVERRULED("overruled");

    private final String text;

    Outcome(String text) {
      this.text = text;
    }

    /** As INFO shows it. */
    public String text() {
      return text;
    }
  }

  /** Whether the data that diverged is still the DB's. */
  public boolean isOpen() {
    return outcome == Outcome.STOPPED || outcome == Outcome.SYNCING;
  }

  Divergence with(Outcome next, Optional<Path> folder) {
    return new Divergence(
        timeMs,
        reason,
        replicationId,
        received,
        applied,
        master,
        masterReplicationId,
        masterEnd,
        next,
        folder);
  }

  /** Whether it is the same one, noticed again. */
  boolean isRepeatOf(Divergence other) {
    return reason.equals(other.reason)
        && replicationId.equals(other.replicationId)
        && received.equals(other.received)
        && master.equals(other.master)
        && masterReplicationId.equals(other.masterReplicationId)
        && outcome == other.outcome;
  }
}
