package io.pikareplica.storage;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * The tables of a RocksDB and their sizes, read from its MANIFEST alone: what a snapshot will take
 * is known before the first of them has arrived. Follows RocksDB's db/version_edit.cc and
 * db/log_format.h; an edit it does not know ends the reading. Without state.
 */
public final class ManifestTables {
  private static final int MAX_TABLES = 1_000_000;

  /** Edits with this bit are length-prefixed and may be left out. */
  private static final int SAFE_TO_IGNORE = 1 << 13;

  private static final int LAST_FIELD = 1;

  /**
   * A table file.
   *
   * @param file {@code 000012.sst}
   * @param isRewritten whether the import writes its rows anew, so that it is there twice for a
   *     while
   */
  public record Table(String file, long bytes, boolean isRewritten) {}

  private final Map<Integer, Map<Long, Long>> tables = new HashMap<>();
  private final Map<Integer, String> families = new HashMap<>(Map.of(0, "default"));
  private int count;

  private ManifestTables() {}

  /**
   * Reads a MANIFEST.
   *
   * @throws IOException when it cannot be read, is damaged, or is of a kind that is not known here
   */
  public static List<Table> read(Path manifest) throws IOException {
    ManifestTables result = new ManifestTables();
    try (InputStream in = new BufferedInputStream(Files.newInputStream(manifest), 1 << 16)) {
      ManifestLog log = new ManifestLog(in);
      for (byte[] edit = log.next(); edit.length > 0; edit = log.next()) {
        result.take(new ManifestEdit(edit));
      }
    }
    return result.list();
  }

  private List<Table> list() {
    List<Table> list = new ArrayList<>();
    new TreeMap<>(tables)
        .forEach(
            (family, files) ->
                new TreeMap<>(files)
                    .forEach(
                        (number, bytes) ->
                            list.add(
                                new Table(
                                    String.format(Locale.ROOT, "%06d.sst", number),
                                    bytes,
                                    isRewritten(family)))));
    return list;
  }

  private boolean isRewritten(int family) {
    return PikaFamily.ofRocksName(families.getOrDefault(family, ""))
        .filter(PikaFamily::isConverted)
        .isPresent();
  }

  /** The family that an edit is about may be named behind what it does there. */
  private void take(ManifestEdit edit) throws IOException {
    Map<Long, Long> added = new HashMap<>();
    List<Long> deleted = new ArrayList<>();
    int family = 0;
    boolean isDropped = false;
    String name = "";
    while (edit.hasMore()) {
      int tag = edit.number32();
      switch (tag) {
        case 1 -> edit.skipText(); // comparator
        case 2, 3, 4, 9, 10 -> edit.number64(); // log and file numbers, sequence
        case 5 -> { // compaction cursor
          edit.number32();
          edit.skipText();
        }
        case 6 -> { // deleted file
          edit.number32();
          deleted.add(edit.number64());
        }
        case 7, 100, 102, 103 -> newFile(tag, edit, added);
        case 200 -> family = edit.number32();
        case 201 -> name = new String(edit.text(), US_ASCII);
        case 202 -> isDropped = true;
        case 203, 300 -> edit.number32(); // highest family, rest of an atomic group
        default -> {
          if ((tag & SAFE_TO_IGNORE) == 0) {
            throw new IOException("MANIFEST has an edit of kind " + tag + ", which is not known");
          }
          edit.skipText();
        }
      }
    }
    if (!name.isEmpty()) {
      families.put(family, name);
    }
    apply(family, added, deleted, isDropped);
  }

  private static void newFile(int tag, ManifestEdit edit, Map<Long, Long> added)
      throws IOException {
    edit.number32(); // level
    long number = edit.number64();
    if (tag == 102) {
      edit.number32(); // path
    }
    added.put(number, edit.number64());
    edit.skipText(); // smallest key
    edit.skipText(); // largest key
    if (tag >= 100) {
      edit.number64(); // smallest sequence
      edit.number64(); // largest sequence
    }
    if (tag == 103) {
      while (edit.number32() != LAST_FIELD) {
        edit.skipText();
      }
    }
  }

  private void apply(int family, Map<Long, Long> added, List<Long> deleted, boolean isDropped)
      throws IOException {
    if (isDropped) {
      tables.remove(family);
      families.remove(family);
      return;
    }
    Map<Long, Long> files = tables.computeIfAbsent(family, unused -> new HashMap<>());
    // a file that moves to another level is deleted and added in one edit
    deleted.forEach(files::remove);
    files.putAll(added);
    count += added.size();
    if (count > MAX_TABLES) {
      throw new IOException("MANIFEST names more than " + MAX_TABLES + " tables");
    }
  }
}
