package dev.brickyard.bench.network;

import dev.brickyard.yard.configuration.YardNetwork;
import java.util.List;

/**
 * Where builders live, seen from the registry and the store.
 *
 * @param key as on the command line
 * @param title for people
 * @param yard which addresses the farm uses
 * @param prefix put in front of the command of a program that is to live there
 */
public record Site(String key, String title, YardNetwork yard, List<String> prefix) {
  /** Beside them, on the loopback address. */
  public static final Site LOOPBACK =
      new Site("loopback", "loopback", YardNetwork.LOOPBACK, List.of());

  public Site {
    prefix = List.copyOf(prefix);
  }
}
