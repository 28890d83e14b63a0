package io.pikareplica.repl.sync;

import io.pikareplica.repl.ReplicationException;
import io.pikareplica.repl.ReplicationException.Kind;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** The names of a snapshot's files, checked before any of them becomes a path. */
final class FileList {
  static final String INFO = "info";
  private static final int MAX_FILES = 200_000;
  private static final int MAX_NAME_SHOWN = 80;

  /** One folder deep, an instance's number, and no name that begins with a dot. */
  private static final Pattern NAME =
      Pattern.compile("(0|[1-9][0-9]{0,2})/[A-Za-z0-9][A-Za-z0-9._-]{0,199}");

  private FileList() {}

  /**
   * All names but {@code info}, in order.
   *
   * @param instanceCount our {@code db-instance-num}
   * @throws ReplicationException PROTOCOL for a name that no Pika sends; CONFIG when the snapshot
   *     has other instances than we
   */
  static List<String> check(Collection<String> names, int instanceCount)
      throws ReplicationException {
    if (names.size() > MAX_FILES) {
      throw new ReplicationException(
          Kind.PROTOCOL, "the snapshot has " + names.size() + " files, more than " + MAX_FILES);
    }
    Set<String> files = new TreeSet<>();
    for (String name : names) {
      if (name.startsWith("strings/") || name.startsWith("hashes/")) {
        throw new ReplicationException(
            Kind.CONFIG, "the master's snapshot has the layout of Pika 3.5, not that of 4.0");
      }
      boolean isInfo = name.equals(INFO);
      if (!isInfo && !isName(name)) {
        throw refused(name, "is outside the snapshot");
      }
      if (!isInfo && instanceOf(name) >= instanceCount) {
        throw new ReplicationException(
            Kind.CONFIG,
            "the snapshot has an instance "
                + instanceOf(name)
                + ", but db-instance-num is "
                + instanceCount);
      }
      if (!files.add(name)) {
        throw refused(name, "is listed twice");
      }
    }
    if (!files.remove(INFO)) {
      throw new ReplicationException(Kind.PROTOCOL, "the snapshot has no file info");
    }
    for (int i = 0; i < instanceCount; i++) {
      if (!files.contains(i + "/CURRENT")) {
        throw new ReplicationException(
            Kind.CONFIG,
            "the snapshot has no instance " + i + ", but db-instance-num is " + instanceCount);
      }
    }
    return List.copyOf(files);
  }

  /** Whether a name is that of a file of an instance. */
  static boolean isName(String name) {
    return NAME.matcher(name).matches();
  }

  private static int instanceOf(String name) {
    return Integer.parseInt(name.substring(0, name.indexOf('/')));
  }

  private static ReplicationException refused(String name, String why) {
    StringBuilder shown = new StringBuilder();
    for (char c : name.substring(0, Math.min(name.length(), MAX_NAME_SHOWN)).toCharArray()) {
      shown.append(c >= ' ' && c < 0x7F ? c : '?');
    }
    return new ReplicationException(Kind.PROTOCOL, "the file '" + shown + "' " + why);
  }
}
