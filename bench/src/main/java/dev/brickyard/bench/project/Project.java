package dev.brickyard.bench.project;

import dev.brickyard.bench.base.Base;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;

/** A project that is built, in a folder of {@code bench/projects}. */
public enum Project {
  FLASK("Flask example", Base.SLIM, "app.py", "requirements.txt"),
  NODE("Node, npm ci", Base.NODE, "src/server.js", "package.json"),
  MAVEN("Maven, cache mount", Base.MAVEN, "start.sh", "src/main/java/example/Main.java"),
  FORTY("40 steps", Base.SLIM, "notes.txt", "settings.txt"),
  GIGABYTE("1 GB base", Base.GIGABYTE, "README.txt", "main.go"),
  FIFTY("50 trivial RUNs", Base.SLIM, "notes.txt", "settings.txt");

  private final String title;
  private final Base base;
  private final String lastCopied;
  private final String beforeRun;

  Project(String title, Base base, String lastCopied, String beforeRun) {
    this.title = title;
    this.base = base;
    this.lastCopied = lastCopied;
    this.beforeRun = beforeRun;
  }

  /** For people. */
  public String title() {
    return title;
  }

  /** What it starts from: the value of its Dockerfile's {@code BASE}. */
  public Base base() {
    return base;
  }

  /** The file that changes, in the context. */
  public String changed(Change change) {
    return switch (change) {
      case NONE -> "";
      case LAST_COPY -> lastCopied;
      case BEFORE_RUN -> beforeRun;
    };
  }

  /** As written on the command line, and its folder's name. */
  public String key() {
    return name().toLowerCase(java.util.Locale.ROOT);
  }

  /** Its folder. */
  public Path folder(Path checkout) {
    return checkout.resolve("bench/projects").resolve(key());
  }

  /**
   * The project with this key.
   *
   * @throws IllegalArgumentException naming those there are
   */
  public static Project of(String key) {
    return Arrays.stream(values())
        .filter(one -> one.key().equals(key))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "there is no project \""
                        + key
                        + "\": "
                        + Arrays.stream(values())
                            .map(Project::key)
                            .collect(Collectors.joining(", "))));
  }
}
