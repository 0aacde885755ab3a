package dev.brickyard.engine.runtime;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The files by which a container finds other machines, mounted read-only over those of its root.
 * Their content is BuildKit's.
 */
final class NetworkFiles {
  static final String HOSTS = "/etc/hosts";
  static final String RESOLVER = "/etc/resolv.conf";

  /** A container has, or shares, the loopback device of its machine. */
  private static final String GATEWAY = "127.0.0.1";

  /** Who is asked where the worker asks itself, which a container cannot. */
  private static final List<String> PUBLIC_RESOLVERS = List.of("8.8.8.8", "8.8.4.4");

  private NetworkFiles() {}

  /** Writes them into a directory and says where they go. */
  static List<ContainerMount> write(ContainerSpec spec, Path directory) throws IOException {
    List<ContainerMount> mounts = new ArrayList<>();
    Path hosts = Files.writeString(directory.resolve("hosts"), hosts(spec));
    mounts.add(new ContainerMount.Bind(hosts, HOSTS, true));
    Path known = Path.of(RESOLVER);
    if (Files.isReadable(known)) {
      Path resolver =
          spec.network() == NetworkMode.NONE
              ? Files.writeString(
                  directory.resolve("resolv.conf"), withoutLocal(Files.readAllLines(known)))
              : known.toRealPath();
      mounts.add(new ContainerMount.Bind(resolver, RESOLVER, true));
    }
    return mounts;
  }

  static String hosts(ContainerSpec spec) {
    StringBuilder hosts = new StringBuilder();
    hosts.append("127.0.0.1\tlocalhost ").append(spec.hostname()).append('\n');
    hosts.append("::1\tlocalhost ip6-localhost ip6-loopback\n");
    for (ExtraHost host : spec.isolation().extraHosts()) {
      String address = host.address().equals(ExtraHost.GATEWAY) ? GATEWAY : host.address();
      hosts.append(address).append('\t').append(host.name()).append('\n');
    }
    return hosts.toString();
  }

  static String withoutLocal(List<String> lines) {
    List<String> kept = new ArrayList<>();
    boolean asks = false;
    for (String line : lines) {
      String[] words = line.strip().split("\\s+", -1);
      boolean server = words[0].equals("nameserver") && words.length > 1;
      if (server && (words[1].startsWith("127.") || words[1].equals("::1"))) {
        continue;
      }
      asks |= server;
      kept.add(line);
    }
    if (!asks) {
      PUBLIC_RESOLVERS.forEach(address -> kept.add("nameserver " + address));
    }
    return String.join("\n", kept) + "\n";
  }
}
