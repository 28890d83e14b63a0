package io.pikareplica.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderLockTest {
  @TempDir private Path temp;

  @Test
  void takesAFolderThatIsNotThereYet() throws Exception {
    Path folder = temp.resolve("a/b");

    FolderLock.take(folder, "db-path", 9221).close();

    assertThat(folder.resolve(FolderLock.FILE_NAME)).content().startsWith("port 9221\n");
  }

  @Test
  void keepsASecondNodeOut() throws Exception {
    try (FolderLock first = FolderLock.take(temp, "db-path", 9221)) {
      StartException refused =
          catchThrowableOfType(StartException.class, () -> FolderLock.take(temp, "log-path", 9221));

      assertThat(first).isNotNull();
      assertThat(refused)
          .hasMessage(
              temp
                  + " is in use by another process ("
                  + ProcessHandle.current().pid()
                  + "); stop it, or give this node its own log-path");
      assertThat(refused.exitCode()).isEqualTo(ExitCode.FAILED);
    }
  }

  @Test
  void belongsToThePortThatTookItFirst() throws Exception {
    FolderLock.take(temp, "db-path", 9221).close();

    StartException refused =
        catchThrowableOfType(StartException.class, () -> FolderLock.take(temp, "db-path", 9222));

    assertThat(refused)
        .hasMessage(
            temp
                + " belongs to the node on port 9221, this one has port 9222; give this node its"
                + " own db-path, or, if that node moved here, delete "
                + temp.resolve(FolderLock.FILE_NAME));
    assertThat(refused.exitCode()).isEqualTo(ExitCode.BAD_SETTINGS);
    FolderLock.take(temp, "db-path", 9221).close();
  }

  @Test
  void isFreeAgainAfterItWasClosed() throws Exception {
    FolderLock.take(temp, "db-path", 9221).close();
    FolderLock.take(temp, "db-path", 9221).close();
  }

  @Test
  void takesAFolderWhoseLockFileWasCutShort() throws Exception {
    Files.writeString(temp.resolve(FolderLock.FILE_NAME), "po");

    FolderLock.take(temp, "db-path", 9221).close();

    assertThat(temp.resolve(FolderLock.FILE_NAME)).content().startsWith("port 9221\n");
  }

  @Test
  void saysWhyAFolderCannotBeUsed() throws Exception {
    Path file = Files.writeString(temp.resolve("file"), "");

    StartException refused =
        catchThrowableOfType(StartException.class, () -> FolderLock.take(file, "db-path", 9221));

    assertThat(refused).hasMessageStartingWith(file + " cannot be used for db-path: ");
    assertThat(refused.exitCode()).isEqualTo(ExitCode.FAILED);
  }
}
