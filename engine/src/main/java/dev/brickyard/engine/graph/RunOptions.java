package dev.brickyard.engine.graph;

import dev.brickyard.engine.BuildFailure;
import dev.brickyard.engine.BuildRequest;
import dev.brickyard.engine.Entitlement;
import dev.brickyard.engine.RunSettings;
import dev.brickyard.engine.dockerfile.Instruction;
import dev.brickyard.engine.dockerfile.RunMount;
import dev.brickyard.engine.layer.ImagePath;
import dev.brickyard.engine.runtime.Isolation;
import dev.brickyard.engine.runtime.NetworkMode;
import java.util.Optional;

/** How RUN is run: what its line says, else what the build says, if the worker allows it. */
final class RunOptions {
  /** A build argument, in BuildKit as well. */
  private static final String HOSTNAME = "BUILDKIT_SANDBOX_HOSTNAME";

  private static final String DEFAULT_HOSTNAME = "buildkitsandbox";

  private final BuildRequest request;

  RunOptions(BuildRequest request) {
    this.request = request;
  }

  /**
   * The network it gets.
   *
   * @throws BuildFailure when that is not allowed
   */
  NetworkMode network(Instruction.Run run) throws BuildFailure {
    RunSettings build = request.options().run();
    NetworkMode mode =
        switch (run.network().orElse("default")) {
          case "none" -> NetworkMode.NONE;
          case "host" -> NetworkMode.HOST;
          default -> build.network();
        };
    if (mode == NetworkMode.HOST) {
      require(Entitlement.NETWORK_HOST);
    }
    return mode;
  }

  /**
   * How it is set apart.
   *
   * @throws BuildFailure when that is not allowed
   */
  Isolation isolation(Instruction.Run run) throws BuildFailure {
    boolean insecure = run.security().equals(Optional.of("insecure"));
    if (insecure) {
      require(Entitlement.SECURITY_INSECURE);
    }
    return request.options().run().isolation().withInsecure(insecure);
  }

  String hostname() {
    String asked = request.buildArgs().getOrDefault(HOSTNAME, "");
    return asked.isEmpty() ? DEFAULT_HOSTNAME : asked;
  }

  /**
   * Refuses a mount over the root itself.
   *
   * @param workingDir where a relative target starts
   */
  static void checkTarget(RunMount mount, ImagePath workingDir) throws BuildFailure {
    Optional<String> target =
        switch (mount) {
          case RunMount.Bind bind -> Optional.of(bind.target());
          case RunMount.Cache cache -> Optional.of(cache.target());
          case RunMount.Tmpfs tmpfs -> Optional.of(tmpfs.target());
          // They have defaults, and are files.
          case RunMount.Secret secret -> secret.target();
          case RunMount.Ssh ssh -> ssh.target();
        };
    if (target.isPresent() && workingDir.resolve(target.get()).isRoot()) {
      throw BuildFailure.user("bad-mount", "invalid mount target \"/\"");
    }
  }

  private void require(Entitlement entitlement) throws BuildFailure {
    if (!request.options().allowed().contains(entitlement)) {
      throw BuildFailure.user("not-allowed", entitlement.value() + " is not allowed");
    }
  }
}
