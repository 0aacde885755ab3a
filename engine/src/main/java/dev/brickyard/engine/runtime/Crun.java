package dev.brickyard.engine.runtime;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * {@code crun}: written in C, it starts a container in a third of the time that {@code runc} takes.
 * It removes the container's control group when it ends. Where there is only version 2 of control
 * groups, a group around it remains, whose {@code memory.events} count for those inside; in version
 * 1 a group counts for itself alone, and what happened to it is lost.
 *
 * @param path of the program
 * @param unified whether there is only version 2
 */
record Crun(Path path, boolean unified) implements RuntimeProgram {
  private static final String INNER = "/container";
  private static final Pattern NOT_FOUND =
      Pattern.compile("executable file `(.*)` not found in \\$PATH.*");

  /** The program at this place, if it was built with all that confines a container. */
  static Optional<Crun> at(Path path) throws RuntimeFailure {
    boolean unified = Files.exists(Path.of("/sys/fs/cgroup/cgroup.controllers"));
    String version = ProgramStart.outputOf(List.of(path.toString(), "--version"));
    List<String> needed = new ArrayList<>(List.of("+CAP", "+SECCOMP"));
    if (unified) {
      // There a program in the kernel decides about devices.
      needed.add("+EBPF");
    }
    return needed.stream().allMatch(version::contains)
        ? Optional.of(new Crun(path, unified))
        : Optional.empty();
  }

  @Override
  public String name() {
    return "crun";
  }

  @Override
  public List<String> run(Path states, Path bundle, String id) {
    List<String> command = new ArrayList<>(program(states));
    command.addAll(List.of("--log", bundle.resolve(LOG).toString(), "--log-format", "text"));
    command.addAll(List.of("run", "--bundle", bundle.toString(), id));
    return command;
  }

  @Override
  public List<String> delete(Path states, String id) {
    List<String> command = new ArrayList<>(program(states));
    command.addAll(List.of("delete", "--force", id));
    return command;
  }

  private List<String> program(Path states) {
    return List.of(path.toString(), "--root", states.toString(), "--cgroup-manager", "cgroupfs");
  }

  @Override
  public String controlGroup(String id) {
    return ControlGroups.path(id) + INNER;
  }

  @Override
  public boolean tellsOutOfMemory() {
    return unified;
  }

  @Override
  public Optional<String> error(List<String> log) {
    return log.stream().filter(line -> !line.isBlank()).findFirst().map(Crun::inUsualWords);
  }

  /** As {@code runc}, and so Docker, says it. */
  private static String inUsualWords(String message) {
    Matcher missing = NOT_FOUND.matcher(message);
    return missing.matches()
        ? "exec: \"" + missing.group(1) + "\": executable file not found in $PATH"
        : message;
  }
}
