package dev.brickyard.engine.solve;

import dev.brickyard.engine.BuildFailure;
import dev.brickyard.engine.dockerfile.RunMount;
import dev.brickyard.engine.layer.ImagePath;
import dev.brickyard.engine.runtime.ContainerMount;
import dev.brickyard.engine.secret.BuildSecrets;
import dev.brickyard.engine.secret.SecretFiles;
import dev.brickyard.engine.ssh.SshAgent;
import dev.brickyard.engine.ssh.SshKey;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The secrets and SSH agents of one RUN, there as long as it runs. */
final class RunSecrets implements AutoCloseable {
  private static final String AGENT_VARIABLE = "SSH_AUTH_SOCK";

  private final BuildSecrets known;
  private final Path scratch;
  private final Map<String, String> env = new HashMap<>();
  private final List<SshAgent> agents = new ArrayList<>();
  private @Nullable SecretFiles files;
  private Optional<String> firstAgent = Optional.empty();
  private int agentsAsked;

  /**
   * @param scratch where a directory for the files can be made
   */
  RunSecrets(BuildSecrets known, Path scratch) {
    this.known = known;
    this.scratch = scratch;
  }

  /** Variables whose values are secrets. */
  Map<String, String> secretEnv() {
    return env;
  }

  /** What the process has to know of its agents. */
  Map<String, String> agentEnv() {
    return firstAgent.map(socket -> Map.of(AGENT_VARIABLE, socket)).orElse(Map.of());
  }

  /**
   * Makes a secret ready.
   *
   * @param workingDir where a relative target starts
   * @return its file; empty when it is only a variable, or missing and need not be there
   * @throws BuildFailure when it is missing and must be there
   */
  Optional<ContainerMount> add(RunMount.Secret secret, ImagePath workingDir)
      throws BuildFailure, IOException {
    Optional<byte[]> found = known.value(secret.id());
    if (found.isEmpty()) {
      if (secret.required()) {
        throw BuildFailure.user("secret-missing", "secret " + secret.id() + ": not found");
      }
      return Optional.empty();
    }
    byte[] value = found.get();
    if (secret.env().isPresent()) {
      env.put(secret.env().get(), text(secret, value));
    }
    if (secret.target().isEmpty()) {
      return Optional.empty();
    }
    SecretFiles home = files;
    if (home == null) {
      home = SecretFiles.in(scratch);
      files = home;
    }
    Path file = home.write(value, secret.mode(), secret.uid(), secret.gid());
    return Optional.of(
        new ContainerMount.Bind(file, workingDir.resolve(secret.target().get()).absolute(), true));
  }

  private static String text(RunMount.Secret secret, byte[] value) throws BuildFailure {
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(value)).toString();
      if (text.indexOf('\0') < 0) {
        return text;
      }
    } catch (CharacterCodingException e) {
      // The decoder's own words would tell something of the value.
      throw notText(secret);
    }
    throw notText(secret);
  }

  private static BuildFailure notText(RunMount.Secret secret) {
    return BuildFailure.user(
        "secret-not-text",
        "secret "
            + secret.id()
            + " is no text, so it cannot be an environment variable: mount it as a file");
  }

  /**
   * Makes an agent ready.
   *
   * @param workingDir where a relative target starts
   * @return its socket; empty when no keys came for it and they need not be there
   * @throws BuildFailure when they must
   */
  Optional<ContainerMount> add(RunMount.Ssh ssh, ImagePath workingDir)
      throws BuildFailure, IOException {
    String target =
        workingDir
            .resolve(ssh.target().orElse("/run/buildkit/ssh_agent." + agentsAsked))
            .absolute();
    agentsAsked++;
    if (firstAgent.isEmpty()) {
      // Told the process even without an agent, as BuildKit does.
      firstAgent = Optional.of(target);
    }
    Optional<List<SshKey>> keys = known.agent(ssh.id());
    if (keys.isEmpty()) {
      if (!ssh.required()) {
        return Optional.empty();
      }
      throw BuildFailure.user(
          "ssh-missing",
          known.withoutAgents()
              ? "no SSH key \"" + ssh.id() + "\" forwarded from the client"
              : "unset ssh forward key " + ssh.id());
    }
    SshAgent agent = SshAgent.start(keys.get(), ssh.mode(), ssh.uid(), ssh.gid());
    agents.add(agent);
    return Optional.of(new ContainerMount.Bind(agent.socket(), target, false));
  }

  @Override
  public void close() throws IOException {
    IOException failed = null;
    for (SshAgent agent : agents) {
      try {
        agent.close();
      } catch (IOException e) {
        failed = e;
      }
    }
    if (files != null) {
      files.close();
    }
    if (failed != null) {
      throw failed;
    }
  }
}
