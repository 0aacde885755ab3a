package dev.brickyard.bench.project;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** A situation in which a project is built, in the order in which they are measured. */
public enum Case {
  COLD("cold", Change.NONE, Disk.NO_CACHE),
  SAME_WARM("nothing changed, warm", Change.NONE, Disk.WARM),
  COPY_WARM("last COPY changed, warm", Change.LAST_COPY, Disk.WARM),
  RUN_WARM("change in front of a RUN, warm", Change.BEFORE_RUN, Disk.WARM),
  SAME_EMPTY("nothing changed, empty disk", Change.NONE, Disk.EMPTY),
  COPY_EMPTY("last COPY changed, empty disk", Change.LAST_COPY, Disk.EMPTY),
  RUN_EMPTY("change in front of a RUN, empty disk", Change.BEFORE_RUN, Disk.EMPTY);

  /** What the builder has of earlier builds. */
  public enum Disk {
    /** Nothing, and there is nothing in the store or the registry's cache either. */
    NO_CACHE,
    /** All it kept. */
    WARM,
    /** Nothing on its disk; what is in the store or the registry's cache is there. */
    EMPTY
  }

  private final String title;
  private final Change change;
  private final Disk disk;

  Case(String title, Change change, Disk disk) {
    this.title = title;
    this.change = change;
    this.disk = disk;
  }

  /** For people. */
  public String title() {
    return title;
  }

  /** What differs from the build before. */
  public Change change() {
    return change;
  }

  /** What the builder has of earlier builds. */
  public Disk disk() {
    return disk;
  }

  /** As written on the command line: {@code run-empty}. */
  public String key() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /**
   * The case with this key.
   *
   * @throws IllegalArgumentException naming those there are
   */
  public static Case of(String key) {
    return Arrays.stream(values())
        .filter(one -> one.key().equals(key))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "there is no case \""
                        + key
                        + "\": "
                        + Arrays.stream(values())
                            .map(Case::key)
                            .collect(Collectors.joining(", "))));
  }
}
