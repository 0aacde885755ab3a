package dev.brickyard.cli.context;

/** Which paths of a folder are not sent. Paths are relative, with {@code /} between names. */
public interface ContextFilter {
  /** Sends everything. */
  ContextFilter NOTHING =
      new ContextFilter() {
        @Override
        public boolean excludes(String path) {
          return false;
        }

        @Override
        public boolean mayIncludeBelow(String directory) {
          return true;
        }
      };

  /** Whether this file or directory is left out. */
  boolean excludes(String path);

  /** Whether something below an excluded directory could be included again. */
  boolean mayIncludeBelow(String directory);
}
