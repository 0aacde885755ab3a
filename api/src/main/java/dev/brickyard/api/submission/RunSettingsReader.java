package dev.brickyard.api.submission;

import dev.brickyard.api.problem.ProblemException;
import dev.brickyard.api.problem.Problems;
import dev.brickyard.api.problem.Suggestions;
import dev.brickyard.contracts.RunSettings;
import dev.brickyard.contracts.RunSettings.ExtraHost;
import dev.brickyard.contracts.RunSettings.Ulimit;
import java.math.BigDecimal;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads how RUN is to run, written as {@code docker build} takes it. */
final class RunSettingsReader {
  private static final String GATEWAY = "host-gateway";
  private static final Pattern HOST = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]{0,252}");

  /** As Docker's own reader of sizes understands them, fractions included. */
  private static final Pattern SIZE =
      Pattern.compile("(\\d{1,15}(?:\\.\\d{1,9})?)\\s?([bkmgtp]?)(?:i?b)?");

  private static final Pattern ULIMIT = Pattern.compile("([^=]*)=(-?\\d{1,18})(?::(-?\\d{1,18}))?");
  private static final Set<String> ULIMITS =
      Set.of(
          "core",
          "cpu",
          "data",
          "fsize",
          "locks",
          "memlock",
          "msgqueue",
          "nice",
          "nofile",
          "nproc",
          "rss",
          "rtprio",
          "rttime",
          "sigpending",
          "stack");

  private RunSettingsReader() {}

  /**
   * Reads and checks them.
   *
   * @throws ProblemException 400 for the first that is wrong
   */
  static RunSettings read(
      Optional<String> network,
      List<String> hosts,
      Optional<String> shmSize,
      List<String> ulimits) {
    return new RunSettings(
        network.map(RunSettingsReader::network).orElse(null),
        hosts.stream().map(RunSettingsReader::host).toList(),
        shmSize.flatMap(RunSettingsReader::size).orElse(null),
        limits(ulimits));
  }

  private static String network(String text) {
    return switch (text) {
      case "default", "none", "host" -> text;
      default ->
          throw Problems.invalidParameter(
              "network",
              "network is default, none or host, not \"" + Suggestions.printable(text) + "\"");
    };
  }

  private static ExtraHost host(String text) {
    // An address may hold colons as well, a name holds neither.
    int equals = text.indexOf('=');
    int end = equals >= 0 ? equals : text.indexOf(':');
    String name = end < 0 ? "" : text.substring(0, end);
    String address = end < 0 ? "" : text.substring(end + 1);
    if (address.startsWith("[") && address.endsWith("]")) {
      address = address.substring(1, address.length() - 1);
    }
    if (!HOST.matcher(name).matches() || !(address.equals(GATEWAY) || isAddress(address))) {
      throw Problems.invalidParameter(
          "add-host",
          "add-host is NAME=ADDRESS with an IP address or host-gateway, not \""
              + Suggestions.printable(text)
              + "\"");
    }
    return new ExtraHost(name, address);
  }

  private static boolean isAddress(String text) {
    try {
      var _ = InetAddress.ofLiteral(text);
      return text.indexOf('%') < 0;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static Optional<Long> size(String text) {
    Matcher size = SIZE.matcher(text.toLowerCase(Locale.ROOT));
    if (!size.matches()) {
      throw Problems.invalidParameter(
          "shm-size",
          "shm-size is a number of bytes, or one with a unit such as 128m, not \""
              + Suggestions.printable(text)
              + "\"");
    }
    int power = Math.max(0, "bkmgtp".indexOf(size.group(2).isEmpty() ? "b" : size.group(2)));
    BigDecimal bytes =
        new BigDecimal(size.group(1)).multiply(BigDecimal.valueOf(1L << (10 * power)));
    if (bytes.compareTo(BigDecimal.valueOf(1L << 50)) > 0) {
      throw Problems.invalidParameter("shm-size", "no machine has a shared memory of that size");
    }
    // Zero stands for the usual size, as with Docker.
    return bytes.signum() == 0 ? Optional.empty() : Optional.of(bytes.longValue());
  }

  private static List<Ulimit> limits(List<String> texts) {
    List<Ulimit> limits = new ArrayList<>();
    for (String text : texts) {
      Ulimit limit = limit(text.strip());
      // Of two of one kind the later counts.
      limits.removeIf(earlier -> earlier.name().equals(limit.name()));
      limits.add(limit);
    }
    return limits;
  }

  private static Ulimit limit(String text) {
    Matcher parts = ULIMIT.matcher(text);
    if (!parts.matches()) {
      throw Problems.invalidParameter(
          "ulimit",
          "invalid ulimit argument: "
              + Suggestions.printable(text)
              + " (it is TYPE=SOFT or TYPE=SOFT:HARD)");
    }
    String name = parts.group(1);
    if (!ULIMITS.contains(name)) {
      throw Problems.invalidParameter(
          "ulimit", "invalid ulimit type: " + Suggestions.printable(name));
    }
    long soft = Long.parseLong(parts.group(2));
    long hard = parts.group(3) == null ? soft : Long.parseLong(parts.group(3));
    if (hard != -1 && (soft == -1 || soft > hard)) {
      throw Problems.invalidParameter(
          "ulimit",
          "ulimit soft limit must be less than or equal to hard limit: " + soft + " > " + hard);
    }
    return new Ulimit(name, soft, hard);
  }
}
