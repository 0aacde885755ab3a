package dev.brickyard.engine.image;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * How a container of an image is started (OCI image configuration, "config", with Docker's
 * extensions). Texts and lists are empty where the image says nothing. Immutable: each {@code
 * with…} makes a new one.
 *
 * @param exposedPorts such as {@code 5000/tcp}
 * @param env each {@code NAME=value}, in the order they were set
 * @param volumes absolute paths
 * @param argsEscaped a mark for Windows, which BuildKit sets with every CMD
 */
public record ContainerConfig(
    String user,
    SortedSet<String> exposedPorts,
    List<String> env,
    List<String> entrypoint,
    List<String> cmd,
    SortedSet<String> volumes,
    String workingDir,
    SortedMap<String, String> labels,
    String stopSignal,
    boolean argsEscaped,
    Optional<Healthcheck> healthcheck,
    List<String> onBuild,
    List<String> shell) {
  /** Says nothing at all: what {@code FROM scratch} starts with. */
  public static final ContainerConfig EMPTY =
      new ContainerConfig(
          "",
          Collections.emptySortedSet(),
          List.of(),
          List.of(),
          List.of(),
          Collections.emptySortedSet(),
          "",
          Collections.emptySortedMap(),
          "",
          false,
          Optional.empty(),
          List.of(),
          List.of());

  /** Copies every collection. */
  public ContainerConfig {
    exposedPorts = Collections.unmodifiableSortedSet(new TreeSet<>(exposedPorts));
    env = List.copyOf(env);
    entrypoint = List.copyOf(entrypoint);
    cmd = List.copyOf(cmd);
    volumes = Collections.unmodifiableSortedSet(new TreeSet<>(volumes));
    labels = Collections.unmodifiableSortedMap(new TreeMap<>(labels));
    onBuild = List.copyOf(onBuild);
    shell = List.copyOf(shell);
  }

  /** The environment by name, in order; an entry without {@code =} has an empty value. */
  public Map<String, String> environment() {
    Map<String, String> byName = new LinkedHashMap<>();
    for (String entry : env) {
      int equals = entry.indexOf('=');
      byName.put(
          equals < 0 ? entry : entry.substring(0, equals),
          equals < 0 ? "" : entry.substring(equals + 1));
    }
    return Collections.unmodifiableMap(byName);
  }

  public ContainerConfig withUser(String user) {
    return new ContainerConfig(
        user,
        exposedPorts,
        env,
        entrypoint,
        cmd,
        volumes,
        workingDir,
        labels,
        stopSignal,
        argsEscaped,
        healthcheck,
        onBuild,
        shell);
  }

  /** With these ports besides those exposed already. */
  public ContainerConfig withExposedPorts(Collection<String> more) {
    SortedSet<String> all = new TreeSet<>(exposedPorts);
    all.addAll(more);
    return new ContainerConfig(
        user,
        all,
        env,
        entrypoint,
        cmd,
        volumes,
        workingDir,
        labels,
        stopSignal,
        argsEscaped,
        healthcheck,
        onBuild,
        shell);
  }

  /** With the variable set: in its old place if it was set before, else at the end. */
  public ContainerConfig withEnv(String name, String value) {
    return withEnv(Map.of(name, value));
  }

  /** With the variables set, in their order: each in its old place, else at the end. */
  public ContainerConfig withEnv(Map<String, String> variables) {
    List<String> changed = new ArrayList<>(env);
    Map<String, Integer> places = new HashMap<>();
    for (int i = changed.size() - 1; i >= 0; i--) {
      places.put(nameOf(changed.get(i)), i);
    }
    variables.forEach(
        (name, value) -> {
          Integer place = places.putIfAbsent(name, changed.size());
          if (place == null) {
            changed.add(name + "=" + value);
          } else {
            changed.set(place, name + "=" + value);
          }
        });
    return withEnvironment(changed);
  }

  private static String nameOf(String entry) {
    int equals = entry.indexOf('=');
    return equals < 0 ? entry : entry.substring(0, equals);
  }

  /** With this environment, each {@code NAME=value}, instead. */
  public ContainerConfig withEnvironment(List<String> env) {
    return new ContainerConfig(
        user,
        exposedPorts,
        env,
        entrypoint,
        cmd,
        volumes,
        workingDir,
        labels,
        stopSignal,
        argsEscaped,
        healthcheck,
        onBuild,
        shell);
  }

  public ContainerConfig withEntrypoint(List<String> entrypoint) {
    return new ContainerConfig(
        user,
        exposedPorts,
        env,
        entrypoint,
        cmd,
        volumes,
        workingDir,
        labels,
        stopSignal,
        argsEscaped,
        healthcheck,
        onBuild,
        shell);
  }

  public ContainerConfig withCmd(List<String> cmd) {
    return new ContainerConfig(
        user,
        exposedPorts,
        env,
        entrypoint,
        cmd,
        volumes,
        workingDir,
        labels,
        stopSignal,
        argsEscaped,
        healthcheck,
        onBuild,
        shell);
  }

  /** With these volumes besides those declared already. */
  public ContainerConfig withVolumes(Collection<String> more) {
    SortedSet<String> all = new TreeSet<>(volumes);
    all.addAll(more);
    return new ContainerConfig(
        user,
        exposedPorts,
        env,
        entrypoint,
        cmd,
        all,
        workingDir,
        labels,
        stopSignal,
        argsEscaped,
        healthcheck,
        onBuild,
        shell);
  }

  public ContainerConfig withWorkingDir(String workingDir) {
    return new ContainerConfig(
        user,
        exposedPorts,
        env,
        entrypoint,
        cmd,
        volumes,
        workingDir,
        labels,
        stopSignal,
        argsEscaped,
        healthcheck,
        onBuild,
        shell);
  }

  /** With these labels over those set already. */
  public ContainerConfig withLabels(Map<String, String> more) {
    SortedMap<String, String> all = new TreeMap<>(labels);
    all.putAll(more);
    return new ContainerConfig(
        user,
        exposedPorts,
        env,
        entrypoint,
        cmd,
        volumes,
        workingDir,
        all,
        stopSignal,
        argsEscaped,
        healthcheck,
        onBuild,
        shell);
  }

  public ContainerConfig withStopSignal(String stopSignal) {
    return new ContainerConfig(
        user,
        exposedPorts,
        env,
        entrypoint,
        cmd,
        volumes,
        workingDir,
        labels,
        stopSignal,
        argsEscaped,
        healthcheck,
        onBuild,
        shell);
  }

  public ContainerConfig withArgsEscaped(boolean argsEscaped) {
    return new ContainerConfig(
        user,
        exposedPorts,
        env,
        entrypoint,
        cmd,
        volumes,
        workingDir,
        labels,
        stopSignal,
        argsEscaped,
        healthcheck,
        onBuild,
        shell);
  }

  public ContainerConfig withHealthcheck(Healthcheck healthcheck) {
    return new ContainerConfig(
        user,
        exposedPorts,
        env,
        entrypoint,
        cmd,
        volumes,
        workingDir,
        labels,
        stopSignal,
        argsEscaped,
        Optional.of(healthcheck),
        onBuild,
        shell);
  }

  /** With these triggers instead; an empty list drops them, as using an image as a base does. */
  public ContainerConfig withOnBuild(List<String> onBuild) {
    return new ContainerConfig(
        user,
        exposedPorts,
        env,
        entrypoint,
        cmd,
        volumes,
        workingDir,
        labels,
        stopSignal,
        argsEscaped,
        healthcheck,
        onBuild,
        shell);
  }

  public ContainerConfig withShell(List<String> shell) {
    return new ContainerConfig(
        user,
        exposedPorts,
        env,
        entrypoint,
        cmd,
        volumes,
        workingDir,
        labels,
        stopSignal,
        argsEscaped,
        healthcheck,
        onBuild,
        shell);
  }
}
