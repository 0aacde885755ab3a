package dev.brickyard.engine.runtime;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** What is particular to one OCI runtime program. */
sealed interface RuntimeProgram permits Crun, Runc {
  /** In the bundle: where the program tells why it could not start a container. */
  String LOG = "runtime.log";

  /** As it is called on the command line. */
  String name();

  /** The command that runs the bundle's container until it ends. */
  List<String> run(Path states, Path bundle, String id);

  /** The command that kills a container and removes the program's state of it. */
  List<String> delete(Path states, String id);

  /**
   * The group for the configuration to name; the one that {@link ControlGroups} reads and removes
   * is at or above it, and is still there when the program has ended.
   */
  String controlGroup(String id);

  /** Whether that group tells of processes killed for want of memory. */
  boolean tellsOutOfMemory();

  /** Why a container could not be started, in one sentence, from what the program logged. */
  Optional<String> error(List<String> log);
}
