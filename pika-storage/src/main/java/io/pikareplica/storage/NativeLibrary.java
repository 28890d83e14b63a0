package io.pikareplica.storage;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.rocksdb.RocksDB;
import org.rocksdb.util.Environment;

/**
 * RocksDB's native part. By itself rocksdbjni unpacks it into a new file of the system's temporary
 * folder each time, 15 MB that a killed process leaves there; a process that is to live through
 * many a {@code kill -9} unpacks it to a place of its own, over what the one before left.
 */
public final class NativeLibrary {
  private static boolean isLoaded;

  private NativeLibrary() {}

  /**
   * Loads it, unless that was done before. To be called before anything else of this package; where
   * it fails, rocksdbjni loads it in its own way later.
   *
   * @param folder used by this process only; made if it is not there
   * @throws IOException when it cannot be unpacked there, or not loaded from there
   */
  public static synchronized void load(Path folder) throws IOException {
    if (isLoaded) {
      return;
    }
    // The name under which loadLibrary looks is not the one that the jar has.
    Path file = folder.resolve(Environment.getJniLibraryFileName("rocksdbjni"));
    Files.createDirectories(folder);
    try (InputStream packed = open(Environment.getJniLibraryFileName("rocksdb"))) {
      Files.copy(packed, file, StandardCopyOption.REPLACE_EXISTING);
    }
    file.toFile().deleteOnExit();
    try {
      RocksDB.loadLibrary(List.of(folder.toAbsolutePath().toString()));
      isLoaded = true;
    } catch (UnsatisfiedLinkError e) {
      throw new IOException(file + " cannot be loaded: " + e.getMessage(), e);
    }
  }

  private static InputStream open(String name) throws IOException {
    InputStream packed = RocksDB.class.getResourceAsStream("/" + name);
    if (packed == null) {
      throw new FileNotFoundException("rocksdbjni has no " + name);
    }
    return packed;
  }
}
