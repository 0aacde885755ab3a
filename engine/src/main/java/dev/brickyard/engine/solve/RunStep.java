package dev.brickyard.engine.solve;

import dev.brickyard.engine.BuildFailure;
import dev.brickyard.engine.StepId;
import dev.brickyard.engine.cache.BuildCache;
import dev.brickyard.engine.graph.Operation;
import dev.brickyard.engine.layer.Compression;
import dev.brickyard.engine.layer.Layer;
import dev.brickyard.engine.layer.NewLayer;
import dev.brickyard.engine.layer.OwnerNames;
import dev.brickyard.engine.layer.OwnerNames.ProcessUser;
import dev.brickyard.engine.layer.RootIndex;
import dev.brickyard.engine.layer.UnknownOwnerException;
import dev.brickyard.engine.runtime.ContainerMount;
import dev.brickyard.engine.runtime.ContainerSpec;
import dev.brickyard.engine.runtime.ExitStatus;
import dev.brickyard.engine.runtime.OutputSink;
import dev.brickyard.engine.runtime.RuntimeFailure;
import dev.brickyard.engine.secret.BuildSecrets;
import dev.brickyard.engine.secret.Redactor;
import dev.brickyard.engine.snapshot.WritableRoot;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/** Executes RUN: one overlay mount, one container, and what it wrote becomes the layer. */
final class RunStep {
  /** A shell's exit code for death by a signal starts here. */
  static final int KILLED = 128;

  private final Workshop workshop;
  private final FileSteps files;
  private final BuildSecrets secrets;

  RunStep(Workshop workshop, FileSteps files, BuildSecrets secrets) {
    this.workshop = workshop;
    this.files = files;
    this.secrets = secrets;
  }

  NewLayer run(
      Operation.Run run,
      List<Layer> below,
      StepId step,
      BuildCache cache,
      StepContext build,
      OutputSink out)
      throws Exception {
    LogTail tail = new LogTail();
    Redactor.Redacting clean =
        secrets
            .redactor()
            .to(
                (stderr, chunk) -> {
                  tail.add(chunk);
                  out.write(stderr, chunk);
                });
    try (WritableRoot root = workshop.layers().mount(below);
        RunSecrets shown = new RunSecrets(secrets, workshop.scratch());
        RunMounts mounts = new RunMounts(workshop, files, run, build, shown)) {
      mounts.prepare(step, cache);
      ExitStatus status;
      try {
        status =
            workshop.settings().runtime().run(spec(run, below, root, mounts.all(), shown), clean);
      } catch (RuntimeFailure e) {
        throw switch (e.reason()) {
          case COMMAND_NOT_FOUND -> BuildFailure.user("run-failed", String.valueOf(e.getMessage()));
          case MACHINE -> BuildFailure.farm("runtime-failed", String.valueOf(e.getMessage()), e);
        };
      } finally {
        clean.finish();
      }
      mounts.ended(status);
      if (!status.success()) {
        throw failure(run, status).withProcess(status.code(), tail.lines());
      }
      return workshop.layers().commit(root, Compression.GZIP, build.epoch());
    }
  }

  private BuildFailure failure(Operation.Run run, ExitStatus status) throws IOException {
    if (workshop.layers().isFull()) {
      return BuildFailure.limit(
          "disk-full", "process \"" + run.command() + "\" failed while the worker's disk was full");
    }
    OptionalLong memory = workshop.settings().limits().memoryBytes();
    if (status.oomKilled()) {
      String limit = memory.isPresent() ? " at " + humanBytes(memory.getAsLong()) : "";
      return BuildFailure.limit(
          "out-of-memory", "process \"" + run.command() + "\" was killed: out of memory" + limit);
    }
    return BuildFailure.user(
        "run-failed",
        "process \""
            + run.command()
            + "\" did not complete successfully: exit code: "
            + status.code());
  }

  private static String humanBytes(long bytes) {
    long mebi = bytes >> 20;
    return mebi % 1024 == 0 ? (mebi >> 10) + " GiB" : mebi + " MiB";
  }

  private ContainerSpec spec(
      Operation.Run run,
      List<Layer> below,
      WritableRoot root,
      List<ContainerMount> mounts,
      RunSecrets shown)
      throws BuildFailure, IOException, InterruptedException {
    ProcessUser user = user(run.user(), below);
    Map<String, String> env = new LinkedHashMap<>(run.env());
    env.putAll(run.hidden());
    shown.agentEnv().forEach(env::putIfAbsent);
    if (!user.home().isEmpty()) {
      env.putIfAbsent("HOME", user.home());
    }
    return new ContainerSpec(
        root.root(),
        run.args(),
        env,
        run.workingDir(),
        user.uid(),
        user.gid(),
        user.groups(),
        run.hostname(),
        mounts,
        run.network(),
        workshop.settings().limits(),
        run.isolation(),
        shown.secretEnv());
  }

  private ProcessUser user(String name, List<Layer> below)
      throws BuildFailure, IOException, InterruptedException {
    if (name.isEmpty() || name.equals("root") || name.equals("0")) {
      // Spares reading the indexes of layers that no other step needs. Where the user's home is the
      // runtime finds out by itself, in the root it has at hand.
      return new ProcessUser(0, 0, List.of(0L), "");
    }
    try {
      return OwnerNames.of(RootIndex.of(workshop.indexes().of(below))).processUser(name);
    } catch (UnknownOwnerException e) {
      throw BuildFailure.user("unknown-owner", String.valueOf(e.getMessage()));
    }
  }
}
