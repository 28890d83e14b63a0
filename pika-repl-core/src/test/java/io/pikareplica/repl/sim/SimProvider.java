package io.pikareplica.repl.sim;

import java.io.IOException;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessMode;
import java.nio.file.CopyOption;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.LinkOption;
import java.nio.file.NotDirectoryException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.spi.FileSystemProvider;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The operations on a {@link SimDisk} that {@code java.nio.file.Files} asks for. */
final class SimProvider extends FileSystemProvider {
  private static SimDisk disk(Path path) {
    return ((SimPath) path).disk();
  }

  @Override
  public String getScheme() {
    return "sim";
  }

  @Override
  public FileChannel newFileChannel(
      Path path, Set<? extends OpenOption> options, FileAttribute<?>... attrs) throws IOException {
    SimDisk disk = disk(path);
    SimNode node = disk.find(path);
    boolean isNew = options.contains(StandardOpenOption.CREATE_NEW);
    if (node != null && isNew) {
      throw new FileAlreadyExistsException(path.toString());
    }
    boolean isWriting =
        options.contains(StandardOpenOption.WRITE) || options.contains(StandardOpenOption.APPEND);
    if (node == null && isWriting && (isNew || options.contains(StandardOpenOption.CREATE))) {
      node = disk.create(path);
    } else if (node == null) {
      node = disk.require(path);
    }
    if (isWriting && options.contains(StandardOpenOption.TRUNCATE_EXISTING)) {
      disk.truncate((SimFile) node, path, 0);
    }
    return new SimChannel(disk, node, path, options.contains(StandardOpenOption.APPEND));
  }

  @Override
  public SeekableByteChannel newByteChannel(
      Path path, Set<? extends OpenOption> options, FileAttribute<?>... attrs) throws IOException {
    return newFileChannel(path, options, attrs);
  }

  @Override
  public DirectoryStream<Path> newDirectoryStream(
      Path dir, DirectoryStream.Filter<? super Path> filter) throws IOException {
    if (!(disk(dir).require(dir) instanceof SimFolder folder)) {
      throw new NotDirectoryException(dir.toString());
    }
    List<Path> found = new ArrayList<>();
    for (String name : folder.entries().keySet()) {
      Path entry = dir.resolve(name);
      if (filter.accept(entry)) {
        found.add(entry);
      }
    }
    return new DirectoryStream<>() {
      @Override
      public Iterator<Path> iterator() {
        return found.iterator();
      }

      @Override
      public void close() {
        // nothing is held
      }
    };
  }

  @Override
  public void createDirectory(Path dir, FileAttribute<?>... attrs) throws IOException {
    disk(dir).makeFolder(dir);
  }

  @Override
  public void delete(Path path) throws IOException {
    disk(path).delete(path);
  }

  @Override
  public void copy(Path source, Path target, CopyOption... options) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void move(Path source, Path target, CopyOption... options) throws IOException {
    List<CopyOption> given = List.of(options);
    boolean mayReplace =
        given.contains(StandardCopyOption.ATOMIC_MOVE)
            || given.contains(StandardCopyOption.REPLACE_EXISTING);
    if (!mayReplace && disk(target).find(target) != null) {
      throw new FileAlreadyExistsException(target.toString());
    }
    disk(source).move(source, target);
  }

  @Override
  public boolean isSameFile(Path path, Path path2) {
    return path.toAbsolutePath().normalize().equals(path2.toAbsolutePath().normalize());
  }

  @Override
  public boolean isHidden(Path path) {
    return false;
  }

  @Override
  public FileStore getFileStore(Path path) {
    return ((SimFileSystem) path.getFileSystem()).store();
  }

  @Override
  public void checkAccess(Path path, AccessMode... modes) throws IOException {
    disk(path).require(path);
  }

  @Override
  public <V extends FileAttributeView> V getFileAttributeView(
      Path path, Class<V> type, LinkOption... options) {
    throw new UnsupportedOperationException();
  }

  @Override
  public <A extends BasicFileAttributes> A readAttributes(
      Path path, Class<A> type, LinkOption... options) throws IOException {
    return type.cast(new SimAttributes(disk(path).require(path)));
  }

  @Override
  public Map<String, Object> readAttributes(Path path, String attributes, LinkOption... options) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void setAttribute(Path path, String attribute, Object value, LinkOption... options) {
    throw new UnsupportedOperationException();
  }

  @Override
  public FileSystem newFileSystem(URI uri, Map<String, ?> env) {
    throw new UnsupportedOperationException();
  }

  @Override
  public FileSystem getFileSystem(URI uri) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Path getPath(URI uri) {
    throw new UnsupportedOperationException();
  }
}
