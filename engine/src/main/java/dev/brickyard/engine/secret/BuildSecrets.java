package dev.brickyard.engine.secret;

import dev.brickyard.engine.ssh.SshKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The secrets and SSH keys that came with a build. They are in memory only and enter no key, layer,
 * config or message; the text form tells nothing of them.
 */
public final class BuildSecrets {
  /** No secret, no key. */
  public static final BuildSecrets NONE = new BuildSecrets(Map.of(), Map.of());

  private final Map<String, byte[]> values;
  private final Map<String, List<SshKey>> keys;
  private final Redactor redactor;

  private BuildSecrets(Map<String, byte[]> values, Map<String, List<SshKey>> keys) {
    this.values = values;
    this.keys = keys;
    this.redactor = Redactor.of(values.values());
  }

  /**
   * Secrets by id, and the keys that an agent of that id holds.
   *
   * @param values any bytes; copied
   */
  public static BuildSecrets of(Map<String, byte[]> values, Map<String, List<SshKey>> keys) {
    Map<String, byte[]> copies = new HashMap<>();
    values.forEach((id, value) -> copies.put(id, value.clone()));
    Map<String, List<SshKey>> kept = new HashMap<>();
    keys.forEach((id, list) -> kept.put(id, List.copyOf(list)));
    return new BuildSecrets(copies, kept);
  }

  /** A copy of the secret's value; empty when none of that id came with the build. */
  public Optional<byte[]> value(String id) {
    return Optional.ofNullable(values.get(id)).map(byte[]::clone);
  }

  /** The keys of an agent; empty when none of that id came with the build. */
  public Optional<List<SshKey>> agent(String id) {
    return Optional.ofNullable(keys.get(id));
  }

  /** True when no agent of any id came with the build. */
  public boolean withoutAgents() {
    return keys.isEmpty();
  }

  /** Takes the values out of what processes print. */
  public Redactor redactor() {
    return redactor;
  }

  /** Names the ids alone. */
  @Override
  public String toString() {
    return "BuildSecrets" + new ArrayList<>(values.keySet()) + new ArrayList<>(keys.keySet());
  }
}
