package dev.brickyard.worker.job;

import dev.brickyard.contracts.BuildSecret;
import dev.brickyard.contracts.GrantedSecrets;
import dev.brickyard.contracts.RunSettings;
import dev.brickyard.engine.BuildFailure;
import dev.brickyard.engine.BuildOptions;
import dev.brickyard.engine.Entitlement;
import dev.brickyard.engine.runtime.ExtraHost;
import dev.brickyard.engine.runtime.Isolation;
import dev.brickyard.engine.runtime.NetworkMode;
import dev.brickyard.engine.runtime.Ulimit;
import dev.brickyard.engine.secret.BuildSecrets;
import dev.brickyard.engine.ssh.SshKey;
import dev.brickyard.engine.ssh.SshKeyException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** How RUN is to run, and with which secrets, in the engine's own words. */
final class RunOptions {
  private final Set<Entitlement> allowed;

  /**
   * @param allowed what this worker's administrator allows RUN
   */
  RunOptions(Set<Entitlement> allowed) {
    this.allowed = Set.copyOf(allowed);
  }

  /**
   * The options with these in addition.
   *
   * @throws BuildFailure when the secrets cannot be had or used
   */
  BuildOptions addTo(BuildOptions options, RunSettings settings, GrantedSecrets secrets)
      throws BuildFailure {
    return options
        .withRun(
            new dev.brickyard.engine.RunSettings(network(settings.network()), isolation(settings)))
        .withSecrets(secrets(secrets))
        .withAllowed(allowed);
  }

  private static NetworkMode network(@Nullable String name) {
    return switch (name) {
      case null -> NetworkMode.DEFAULT;
      case "default" -> NetworkMode.DEFAULT;
      case "none" -> NetworkMode.NONE;
      case "host" -> NetworkMode.HOST;
      default -> throw new IllegalArgumentException("there is no network mode \"" + name + "\"");
    };
  }

  private static Isolation isolation(RunSettings settings) {
    Long shm = settings.shmBytes();
    return new Isolation(
        false,
        settings.extraHosts().stream()
            .map(host -> new ExtraHost(host.name(), host.address()))
            .toList(),
        shm == null ? OptionalLong.empty() : OptionalLong.of(shm),
        settings.ulimits().stream()
            .map(limit -> new Ulimit(limit.name(), limit.soft(), limit.hard()))
            .toList());
  }

  private static BuildSecrets secrets(GrantedSecrets granted) throws BuildFailure {
    if (granted.unavailable() != null) {
      throw BuildFailure.farm(
          "secrets-unavailable",
          "The build's secrets cannot be had: " + granted.unavailable() + ".",
          null);
    }
    Map<String, byte[]> values = new HashMap<>();
    Map<String, List<SshKey>> keys = new HashMap<>();
    for (BuildSecret secret : granted.secrets()) {
      switch (secret.kind()) {
        case SECRET -> values.put(secret.id(), secret.value());
        case SSH -> keys.put(secret.id(), keys(secret));
      }
    }
    return values.isEmpty() && keys.isEmpty() ? BuildSecrets.NONE : BuildSecrets.of(values, keys);
  }

  private static List<SshKey> keys(BuildSecret secret) throws BuildFailure {
    try {
      return SshKey.parse(secret.value());
    } catch (SshKeyException e) {
      throw BuildFailure.user(
          "bad-ssh-key", "The SSH key " + secret.id() + " cannot be used: " + e.getMessage() + ".");
    }
  }
}
