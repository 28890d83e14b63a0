package io.pikareplica.repl.sim;

import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;

/** What is known of a file or folder of a {@link SimDisk}. */
record SimAttributes(SimNode node) implements BasicFileAttributes {
  @Override
  public FileTime lastModifiedTime() {
    return FileTime.fromMillis(node.modifiedMs());
  }

  @Override
  public FileTime lastAccessTime() {
    return lastModifiedTime();
  }

  @Override
  public FileTime creationTime() {
    return lastModifiedTime();
  }

  @Override
  public boolean isRegularFile() {
    return node instanceof SimFile;
  }

  @Override
  public boolean isDirectory() {
    return node instanceof SimFolder;
  }

  @Override
  public boolean isSymbolicLink() {
    return false;
  }

  @Override
  public boolean isOther() {
    return false;
  }

  @Override
  public long size() {
    return node instanceof SimFile file ? file.length() : 0;
  }

  @Override
  public Object fileKey() {
    return node.id();
  }
}
