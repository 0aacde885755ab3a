package dev.brickyard.engine.dockerfile;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * One instruction of a Dockerfile, as written: nothing is expanded yet, so every text may still
 * hold variables where the Dockerfile reference allows them.
 */
public sealed interface Instruction {
  /** From the keyword to the end of the last line, here-documents included. */
  SourceRange range();

  /**
   * The instruction as people see it: continuation lines joined, comments inside it removed, no
   * here-document bodies.
   */
  String source();

  /** The keyword in upper case, such as {@code RUN}. */
  String keyword();

  /**
   * {@code FROM [--platform=platform] image [AS name]}.
   *
   * @param image an image reference, {@code scratch}, or the name of an earlier stage
   * @param name in lower case
   */
  record From(
      SourceRange range,
      String source,
      String image,
      Optional<String> platform,
      Optional<String> name)
      implements Instruction {
    @Override
    public String keyword() {
      return "FROM";
    }
  }

  /**
   * {@code RUN}.
   *
   * @param command what to execute; bodies of here-documents are part of it already
   * @param heredocs the here-documents it was made of, for showing
   * @param network {@code default}, {@code none} or {@code host}
   * @param security {@code sandbox} or {@code insecure}
   */
  record Run(
      SourceRange range,
      String source,
      CommandLine command,
      List<Heredoc> heredocs,
      List<MountFlag> mounts,
      Optional<String> network,
      Optional<String> security)
      implements Instruction {
    public Run {
      heredocs = List.copyOf(heredocs);
      mounts = List.copyOf(mounts);
    }

    @Override
    public String keyword() {
      return "RUN";
    }
  }

  /**
   * {@code COPY}.
   *
   * @param sources paths or wildcards, without here-documents
   * @param files here-documents to write as files
   * @param from stage name or number, or image; not subject to expansion
   * @param chown {@code user[:group]}, names or numbers
   * @param chmod octal bits, or symbolic as in {@code chmod(1)}
   */
  record Copy(
      SourceRange range,
      String source,
      List<String> sources,
      List<Heredoc> files,
      String destination,
      Optional<String> from,
      Optional<String> chown,
      Optional<String> chmod,
      boolean link,
      boolean parents,
      List<String> excludes)
      implements Instruction {
    public Copy {
      sources = List.copyOf(sources);
      files = List.copyOf(files);
      excludes = List.copyOf(excludes);
    }

    @Override
    public String keyword() {
      return "COPY";
    }
  }

  /**
   * {@code ADD}.
   *
   * @param sources paths, wildcards, URLs or git repositories, without here-documents
   * @param files here-documents to write as files
   * @param checksum what a remote source must have
   * @param unpack whether archives are unpacked; by default local ones are and remote ones are not
   */
  record Add(
      SourceRange range,
      String source,
      List<String> sources,
      List<Heredoc> files,
      String destination,
      Optional<String> chown,
      Optional<String> chmod,
      boolean link,
      List<String> excludes,
      Optional<String> checksum,
      boolean keepGitDir,
      Optional<Boolean> unpack)
      implements Instruction {
    public Add {
      sources = List.copyOf(sources);
      files = List.copyOf(files);
      excludes = List.copyOf(excludes);
    }

    @Override
    public String keyword() {
      return "ADD";
    }
  }

  /**
   * {@code CMD}; an empty exec form takes the base image's command away, an empty shell form is a
   * shell's empty command.
   */
  record Cmd(SourceRange range, String source, CommandLine command) implements Instruction {
    @Override
    public String keyword() {
      return "CMD";
    }
  }

  /** {@code ENTRYPOINT}; an empty exec form takes the base image's entry point away. */
  record Entrypoint(SourceRange range, String source, CommandLine command) implements Instruction {
    @Override
    public String keyword() {
      return "ENTRYPOINT";
    }
  }

  /**
   * {@code EXPOSE}.
   *
   * @param ports as written, such as {@code 80}, {@code 53/udp}, {@code 8000-8010/tcp}
   */
  record Expose(SourceRange range, String source, List<String> ports) implements Instruction {
    public Expose {
      ports = List.copyOf(ports);
    }

    @Override
    public String keyword() {
      return "EXPOSE";
    }
  }

  /**
   * {@code ENV}.
   *
   * @param pairs in order; keys may hold variables too
   * @param legacy true for {@code ENV key value}
   */
  record Env(SourceRange range, String source, List<KeyValue> pairs, boolean legacy)
      implements Instruction {
    public Env {
      pairs = List.copyOf(pairs);
    }

    @Override
    public String keyword() {
      return "ENV";
    }
  }

  /** {@code ARG name[=default] ...}. */
  record Arg(SourceRange range, String source, List<ArgDefinition> definitions)
      implements Instruction {
    public Arg {
      definitions = List.copyOf(definitions);
    }

    @Override
    public String keyword() {
      return "ARG";
    }
  }

  /** {@code WORKDIR path}. */
  record Workdir(SourceRange range, String source, String path) implements Instruction {
    @Override
    public String keyword() {
      return "WORKDIR";
    }
  }

  /** {@code USER user[:group]}. */
  record User(SourceRange range, String source, String user) implements Instruction {
    @Override
    public String keyword() {
      return "USER";
    }
  }

  /**
   * {@code LABEL}.
   *
   * @param legacy true for {@code LABEL key value}
   */
  record Label(SourceRange range, String source, List<KeyValue> pairs, boolean legacy)
      implements Instruction {
    public Label {
      pairs = List.copyOf(pairs);
    }

    @Override
    public String keyword() {
      return "LABEL";
    }
  }

  /** {@code VOLUME}. */
  record Volume(SourceRange range, String source, List<String> paths) implements Instruction {
    public Volume {
      paths = List.copyOf(paths);
    }

    @Override
    public String keyword() {
      return "VOLUME";
    }
  }

  /** {@code STOPSIGNAL}: a name or a number. */
  record StopSignal(SourceRange range, String source, String signal) implements Instruction {
    @Override
    public String keyword() {
      return "STOPSIGNAL";
    }
  }

  /** {@code SHELL}: the words put before a shell form; never empty. */
  record Shell(SourceRange range, String source, List<String> shell) implements Instruction {
    public Shell {
      shell = List.copyOf(shell);
    }

    @Override
    public String keyword() {
      return "SHELL";
    }
  }

  /**
   * {@code HEALTHCHECK}.
   *
   * @param command empty for {@code HEALTHCHECK NONE}
   * @param interval between checks; like the other times, empty when not given or zero
   * @param retries empty when not given or zero
   */
  record Healthcheck(
      SourceRange range,
      String source,
      Optional<CommandLine> command,
      Optional<Duration> interval,
      Optional<Duration> timeout,
      Optional<Duration> startPeriod,
      Optional<Duration> startInterval,
      OptionalInt retries)
      implements Instruction {
    @Override
    public String keyword() {
      return "HEALTHCHECK";
    }
  }

  /**
   * {@code ONBUILD}.
   *
   * @param trigger the inner instruction's text as it goes into the image's config, here-document
   *     bodies included; {@link Dockerfile#parseTrigger} reads it back
   * @param instruction the inner instruction; empty when it makes no sense, which only who builds
   *     on the image is told
   */
  record OnBuild(
      SourceRange range, String source, String trigger, Optional<Instruction> instruction)
      implements Instruction {
    @Override
    public String keyword() {
      return "ONBUILD";
    }
  }

  /** {@code MAINTAINER}, deprecated. */
  record Maintainer(SourceRange range, String source, String name) implements Instruction {
    @Override
    public String keyword() {
      return "MAINTAINER";
    }
  }

  /** A pair of {@code ENV} or {@code LABEL}, quotes and escapes kept for the expansion. */
  record KeyValue(String key, String value) {}

  /** A variable of {@code ARG}; a default keeps its quotes and escapes for the expansion. */
  record ArgDefinition(String name, Optional<String> defaultValue) {}
}
