package io.pikareplica.server;

/** Why the process cannot start: one line for whoever started it, and the exit code. */
final class StartException extends Exception {
  private static final long serialVersionUID = 1L;

  private final int exitCode;

  private StartException(int exitCode, String message, Throwable cause) {
    super(message, cause);
    this.exitCode = exitCode;
  }

  /** Something outside the settings is in the way: a port in use, a damaged folder. */
  static StartException blocked(String message, Throwable cause) {
    return new StartException(ExitCode.FAILED, message, cause);
  }

  static StartException blocked(String message) {
    return blocked(message, null);
  }

  /** The settings do not fit what is there. */
  static StartException badSetting(String message) {
    return new StartException(ExitCode.BAD_SETTINGS, message, null);
  }

  int exitCode() {
    return exitCode;
  }
}
