package io.pikareplica.repl.sim;

import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * A disk in memory, as {@code java.nio.file} sees one: production code runs on it unchanged.
 *
 * <p>It knows of every byte whether it was forced, and of every name whether its folder was: {@link
 * #kill} keeps what was written, {@link #powerLoss} takes away some of the rest. Names change in
 * the order in which they were changed, as a journalling file system has it; forcing a file does
 * not make its name durable. Every change is counted, and may be made the process's last, or fail.
 */
public final class SimDisk {
  /** Bytes on a disk that nobody fills. */
  static final long SIZE_BYTES = 1L << 40;

  /** A kind of change. */
  public enum Change {
    CREATE,
    WRITE,
    TRUNCATE,
    FORCE,
    DELETE,
    MOVE,
    MAKE_FOLDER
  }

  /** What goes wrong. */
  @FunctionalInterface
  public interface Faults {
    Faults NONE = (change, path, bytes) -> bytes;

    /**
     * Before each change.
     *
     * @param bytes of a write, else 0
     * @return how many of them are written now: all, or fewer, at least one
     */
    int before(Change change, String path, int bytes) throws IOException;
  }

  /** A change to names that no force has made durable yet. */
  private record Renaming(SimFolder from, String fromName, SimFolder to, String toName) {
    boolean isIn(SimFolder folder) {
      return folder == from || folder == to;
    }
  }

  private final SimFileSystem fileSystem = new SimFileSystem(this);
  private final SimFolder root;
  private final LongSupplier clockMs;
  private final Deque<JournalEntry> journal = new ArrayDeque<>();
  private final List<SimFile> files = new ArrayList<>();
  private Faults faults = Faults.NONE;
  private long lastId;
  private long changes;
  private long crashAt = Long.MAX_VALUE;
  private int tornBytes;
  private int life;
  private boolean isDead;

  /** A change and what it moved, in the order of time. */
  private record JournalEntry(Renaming renaming, SimNode node) {}

  /**
   * @param clockMs for the times of files
   */
  public SimDisk(LongSupplier clockMs) {
    this.clockMs = clockMs;
    root = new SimFolder(0, 0);
  }

  public Path path(String path) {
    return fileSystem.getPath(path);
  }

  /** How many changes were made so far. */
  public long changes() {
    return changes;
  }

  public void faults(Faults next) {
    faults = next;
  }

  /**
   * The process ends at a change to come.
   *
   * @param count 1 for the next one
   * @param torn if that change is a write, this many of its bytes are written
   */
  public void crashAfter(long count, int torn) {
    crashAt = changes + count;
    tornBytes = torn;
  }

  /** Takes {@link #crashAfter} back. */
  public void crashNever() {
    crashAt = Long.MAX_VALUE;
  }

  /** Whether the process has ended: until {@link #kill} or {@link #powerLoss} nothing works. */
  public boolean isDead() {
    return isDead;
  }

  /** The process has ended; everything that it has written is there. */
  public void kill() {
    life++;
    isDead = false;
    crashAt = Long.MAX_VALUE;
  }

  /**
   * The machine has ended.
   *
   * @param bySector see {@link SimFile#powerLoss}
   */
  public void powerLoss(RandomGenerator random, boolean bySector) {
    int kept = random.nextInt(journal.size() + 1);
    for (int i = 0; i < kept; i++) {
      commit(journal.removeFirst());
    }
    journal.clear();
    root.powerLoss();
    files.forEach(file -> file.powerLoss(random, bySector));
    kill();
  }

  /** Which life of the process this is; what an earlier one has opened is of no use. */
  int life() {
    return life;
  }

  void requireAlive() {
    if (isDead) {
      throw new SimCrash();
    }
  }

  /** Counts a change and lets it go wrong; how many bytes of a write to do. */
  int change(Change change, String path, int bytes) throws IOException {
    requireAlive();
    changes++;
    if (changes >= crashAt) {
      isDead = true;
      if (change == Change.WRITE) {
        return Math.min(tornBytes, bytes);
      }
      throw new SimCrash();
    }
    return faults.before(change, path, bytes);
  }

  // ---- what the file system does

  SimNode find(Path path) {
    requireAlive();
    SimNode node = root;
    for (Path name : path.normalize()) {
      if (!(node instanceof SimFolder folder)) {
        return null;
      }
      node = folder.entries().get(name.toString());
    }
    return node;
  }

  SimNode require(Path path) throws NoSuchFileException {
    SimNode node = find(path);
    if (node == null) {
      throw new NoSuchFileException(path.toString());
    }
    return node;
  }

  private SimFolder parent(Path path) throws IOException {
    Path parent = path.getParent();
    SimNode node = parent == null ? root : require(parent);
    if (node instanceof SimFolder folder) {
      return folder;
    }
    throw new NotDirectoryException(String.valueOf(parent));
  }

  SimFile create(Path path) throws IOException {
    change(Change.CREATE, path.toString(), 0);
    SimFile file = new SimFile(++lastId, clockMs.getAsLong());
    files.add(file);
    link(path, file);
    return file;
  }

  void makeFolder(Path path) throws IOException {
    if (find(path) != null) {
      throw new FileAlreadyExistsException(path.toString());
    }
    change(Change.MAKE_FOLDER, path.toString(), 0);
    link(path, new SimFolder(++lastId, clockMs.getAsLong()));
  }

  private void link(Path path, SimNode node) throws IOException {
    SimFolder folder = parent(path);
    String name = name(path);
    folder.entries().put(name, node);
    journal.addLast(new JournalEntry(new Renaming(folder, name, folder, name), node));
  }

  void delete(Path path) throws IOException {
    SimNode node = require(path);
    if (node instanceof SimFolder folder && !folder.entries().isEmpty()) {
      throw new DirectoryNotEmptyException(path.toString());
    }
    change(Change.DELETE, path.toString(), 0);
    SimFolder folder = parent(path);
    folder.entries().remove(name(path));
    journal.addLast(new JournalEntry(new Renaming(folder, name(path), null, ""), node));
  }

  void move(Path from, Path to) throws IOException {
    SimNode node = require(from);
    if (find(to) instanceof SimFolder target && !target.entries().isEmpty()) {
      throw new DirectoryNotEmptyException(to.toString());
    }
    change(Change.MOVE, to.toString(), 0);
    SimFolder source = parent(from);
    SimFolder target = parent(to);
    source.entries().remove(name(from));
    target.entries().put(name(to), node);
    journal.addLast(new JournalEntry(new Renaming(source, name(from), target, name(to)), node));
  }

  private static String name(Path path) {
    return path.getFileName().toString();
  }

  void force(SimNode node, Path path) throws IOException {
    change(Change.FORCE, path.toString(), 0);
    if (node instanceof SimFile file) {
      file.force();
    } else {
      forceNames((SimFolder) node);
    }
  }

  /** A journal is written in order: what was changed elsewhere before becomes durable too. */
  private void forceNames(SimFolder folder) {
    int upTo = 0;
    int at = 0;
    for (JournalEntry entry : journal) {
      at++;
      if (entry.renaming().isIn(folder)) {
        upTo = at;
      }
    }
    for (int i = 0; i < upTo; i++) {
      commit(journal.removeFirst());
    }
  }

  private static void commit(JournalEntry entry) {
    Renaming renaming = entry.renaming();
    renaming.from().durable().remove(renaming.fromName());
    if (renaming.to() != null) {
      renaming.to().durable().put(renaming.toName(), entry.node());
    }
  }

  int write(SimFile file, Path path, long at, byte[] bytes) throws IOException {
    int count = change(Change.WRITE, path.toString(), bytes.length);
    file.write((int) at, bytes, count);
    file.modified(clockMs.getAsLong());
    if (isDead) {
      throw new SimCrash();
    }
    return count;
  }

  void truncate(SimFile file, Path path, long to) throws IOException {
    if (to < file.length()) {
      change(Change.TRUNCATE, path.toString(), 0);
      file.truncate((int) to);
    }
  }
}
