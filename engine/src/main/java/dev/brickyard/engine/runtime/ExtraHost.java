package dev.brickyard.engine.runtime;

import java.util.regex.Pattern;

/**
 * A name that a container finds in its {@code /etc/hosts}.
 *
 * @param address an IPv4 or IPv6 address, or {@link #GATEWAY}
 */
public record ExtraHost(String name, String address) {
  /** Stands for the machine that the container runs on. */
  public static final String GATEWAY = "host-gateway";

  private static final Pattern ONE_WORD = Pattern.compile("[^\\s#]+");

  public ExtraHost {
    if (!ONE_WORD.matcher(name).matches() || !ONE_WORD.matcher(address).matches()) {
      throw new IllegalArgumentException("invalid host " + name + "=" + address);
    }
  }
}
