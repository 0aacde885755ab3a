package dev.brickyard.bench.base;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A base image, as Debian's packages make it. */
@SuppressWarnings("ImmutableEnumChecker") // The lists are made by List.of and List.copyOf.
public enum Base {
  /** Nothing but busybox; what workers are warmed with. */
  TINY(
      List.of(
          "--variant=extract",
          "--include=busybox-static",
          "--extract-hook=ln -s busybox \"$1/bin/sh\""),
      List.of()),
  /** As {@code debian:bookworm-slim}. */
  SLIM(List.of("--variant=minbase"), List.of()),
  /** With Node.js and npm. */
  NODE(withTrust("nodejs,npm,ca-certificates"), List.of()),
  /** With a JDK and Maven; the JDK links its manual pages, whose folder must be there. */
  MAVEN(
      withTrust(
          "maven,default-jdk-headless,ca-certificates",
          "--essential-hook=mkdir -p \"$1/usr/share/man/man1\""),
      List.of()),
  /** About 1 GB of files in four layers: the rest, LLVM and clang, headers, Go. */
  GIGABYTE(
      List.of("--variant=minbase", "--include=golang-go,clang"),
      List.of(
          List.of("./usr/lib/llvm-", "./usr/lib/x86_64-linux-gnu/lib", "./usr/lib/clang"),
          List.of("./usr/lib/gcc", "./usr/include", "./usr/share/go-"),
          List.of("./usr/lib/go-")));

  private final List<String> options;
  private final List<List<String>> upperLayers;

  Base(List<String> options, List<List<String>> upperLayers) {
    this.options = options;
    this.upperLayers = upperLayers;
  }

  /** What makes it: options of {@code mmdebstrap}. */
  List<String> options() {
    return options;
  }

  /** Paths' beginnings, a list for each layer above the first, which has the rest. */
  List<List<String>> upperLayers() {
    return upperLayers;
  }

  /** Its repository's name in the registry. */
  public String repository() {
    return "bench-base/" + name().toLowerCase(Locale.ROOT);
  }

  /**
   * With this machine's own certificate authorities, so that npm and Maven reach whatever stands
   * between this machine and the world.
   */
  private static List<String> withTrust(String packages, String... more) {
    List<String> options = new ArrayList<>();
    options.add("--variant=minbase");
    options.add("--include=" + packages);
    options.addAll(List.of(more));
    options.add(
        "--customize-hook=cp -a /usr/local/share/ca-certificates/. \"$1/usr/local/share/ca-certificates/\"");
    options.add("--customize-hook=chroot \"$1\" update-ca-certificates");
    return List.copyOf(options);
  }
}
