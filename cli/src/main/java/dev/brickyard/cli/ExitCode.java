package dev.brickyard.cli;

/** How the command ends, for scripts. */
final class ExitCode {
  static final int OK = 0;
  static final int BUILD_FAILED = 1;
  static final int USAGE = 2;
  static final int CANCELED = 3;
  static final int FARM_UNREACHABLE = 4;

  private ExitCode() {}
}
