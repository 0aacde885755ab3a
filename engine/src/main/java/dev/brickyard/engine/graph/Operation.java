package dev.brickyard.engine.graph;

import dev.brickyard.engine.copy.CopySpec;
import dev.brickyard.engine.dockerfile.CommandLine;
import dev.brickyard.engine.dockerfile.RunMount;
import dev.brickyard.engine.image.Platform;
import dev.brickyard.engine.runtime.Isolation;
import dev.brickyard.engine.runtime.NetworkMode;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a step does to the root filesystem that stands before it. */
public sealed interface Operation {
  /**
   * Runs a process.
   *
   * @param args the whole command, shell included
   * @param script a file to be there for the command, when it is one of a here-document
   * @param env everything but what {@code hidden} adds
   * @param hidden variables that the process sees but that mean nothing for the result: proxies
   * @param user as in USER; empty for root
   * @param workingDir absolute
   * @param hostname what the process finds its machine called
   */
  record Run(
      List<String> args,
      Optional<CommandLine.Script> script,
      Map<String, String> env,
      Map<String, String> hidden,
      String user,
      String workingDir,
      List<Mount> mounts,
      NetworkMode network,
      String hostname,
      Isolation isolation,
      Platform platform)
      implements Operation {
    public Run {
      args = List.copyOf(args);
      env = Collections.unmodifiableMap(new LinkedHashMap<>(env));
      hidden = Map.copyOf(hidden);
      mounts = List.copyOf(mounts);
    }

    /** The command as people see it in messages. */
    public String command() {
      return String.join(" ", args);
    }
  }

  /**
   * Copies files.
   *
   * @param from empty for the build context
   */
  record Copy(CopySpec spec, Optional<Root> from) implements Operation {}

  /**
   * Makes a directory and its parents, as WORKDIR does.
   *
   * @param path absolute
   * @param user who owns what is made, as in USER; empty for root
   */
  record MakeDirectory(String path, String user) implements Operation {}

  /**
   * A mount of RUN.
   *
   * @param from empty for the build context, or when the mount needs no source
   */
  record Mount(RunMount mount, Optional<Root> from) {}
}
