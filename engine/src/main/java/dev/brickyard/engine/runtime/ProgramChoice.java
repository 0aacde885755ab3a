package dev.brickyard.engine.runtime;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Which of a machine's runtime programs runs a container. Looks for them when first asked. */
final class ProgramChoice {
  private static final Logger LOG = LoggerFactory.getLogger(ProgramChoice.class);

  private final List<String> names;
  private volatile List<RuntimeProgram> programs = List.of();

  /**
   * @param names of programs, the preferred one first
   */
  ProgramChoice(List<String> names) {
    this.names = names;
  }

  /** {@code crun} before {@code runc}. */
  static ProgramChoice ofThisMachine() {
    return new ProgramChoice(List.of("crun", "runc"));
  }

  /**
   * One program and no other.
   *
   * @throws IllegalArgumentException unless the name is {@code crun} or {@code runc}
   */
  static ProgramChoice only(String name) {
    if (!name.equals("crun") && !name.equals("runc")) {
      throw new IllegalArgumentException(
          "there is no container runtime \"" + name + "\": crun or runc");
    }
    return new ProgramChoice(List.of(name));
  }

  /**
   * The first program that can say when a limit of memory struck, if there is one; otherwise the
   * first.
   *
   * @throws RuntimeFailure when none is installed
   */
  RuntimeProgram of(Limits limits) throws RuntimeFailure {
    List<RuntimeProgram> installed = installed();
    if (limits.memoryBytes().isPresent()) {
      Optional<RuntimeProgram> telling =
          installed.stream().filter(RuntimeProgram::tellsOutOfMemory).findFirst();
      if (telling.isPresent()) {
        return telling.get();
      }
    }
    return installed.getFirst();
  }

  private List<RuntimeProgram> installed() throws RuntimeFailure {
    if (programs.isEmpty()) {
      List<RuntimeProgram> found = new ArrayList<>();
      for (String name : names) {
        Optional<Path> path = ProgramStart.find(name);
        if (path.isPresent()) {
          found(name, path.get()).ifPresent(found::add);
        }
      }
      if (found.isEmpty()) {
        throw new RuntimeFailure(
            RuntimeFailure.Reason.MACHINE,
            "no container runtime is installed: " + String.join(" or ", names),
            null);
      }
      LOG.info("containers are run by {}", found);
      programs = List.copyOf(found);
    }
    return programs;
  }

  private static Optional<? extends RuntimeProgram> found(String name, Path path)
      throws RuntimeFailure {
    return name.equals("crun") ? Crun.at(path) : Optional.of(Runc.at(path));
  }
}
