package dev.brickyard.engine.graph;

import dev.brickyard.engine.BuildFailure;
import dev.brickyard.engine.copy.CopySpec;
import dev.brickyard.engine.copy.CopySpec.InlineFile;
import dev.brickyard.engine.copy.ModeChange;
import dev.brickyard.engine.dockerfile.CommandLine;
import dev.brickyard.engine.dockerfile.CommandLine.ExecForm;
import dev.brickyard.engine.dockerfile.CommandLine.Script;
import dev.brickyard.engine.dockerfile.CommandLine.ShellForm;
import dev.brickyard.engine.dockerfile.ExpansionException;
import dev.brickyard.engine.dockerfile.Heredoc;
import dev.brickyard.engine.dockerfile.Instruction;
import dev.brickyard.engine.dockerfile.MountFlag;
import dev.brickyard.engine.dockerfile.RunMount;
import dev.brickyard.engine.dockerfile.SourceRange;
import dev.brickyard.engine.dockerfile.WordExpansion;
import dev.brickyard.engine.image.ContainerConfig;
import dev.brickyard.engine.image.Healthcheck;
import dev.brickyard.engine.image.Platform;
import dev.brickyard.engine.layer.ImagePath;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;

/**
 * Goes through the instructions of one stage: those that only describe the image change its config,
 * the others become steps. Modelled on BuildKit's {@code dockerfile2llb}.
 */
final class StageBuilder {
  /** What a process finds its commands by when the image does not say. */
  static final String DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

  private static final List<String> DEFAULT_SHELL = List.of("/bin/sh", "-c");

  /** A step before its place among the others is known. */
  record Draft(String source, SourceRange range, Operation operation) {}

  /** A note whose step, if it has one, is the draft of that index. */
  record DraftNote(String createdBy, OptionalInt draft) {}

  /** Finds what COPY, ADD and mounts read. */
  interface Sources {
    Root find(String from, SourceRange range) throws BuildFailure, InterruptedException;
  }

  private final char escape;
  private final Platform platform;
  private final ArgScope args;
  private final Sources sources;
  private final List<Draft> drafts = new ArrayList<>();
  private final List<DraftNote> notes = new ArrayList<>();
  private ContainerConfig config;
  private Optional<String> author = Optional.empty();
  private boolean commandSet;
  private SourceRange place = SourceRange.lines(1, 1);

  StageBuilder(
      char escape, Platform platform, ContainerConfig inherited, ArgScope args, Sources sources) {
    this.escape = escape;
    this.platform = platform;
    this.args = args;
    this.sources = sources;
    this.config = inherited.withOnBuild(List.of());
    if (!inherited.environment().containsKey("PATH")) {
      this.config = this.config.withEnv("PATH", DEFAULT_PATH);
    }
  }

  ContainerConfig config() {
    return config;
  }

  Optional<String> author() {
    return author;
  }

  List<Draft> drafts() {
    return drafts;
  }

  List<DraftNote> notes() {
    return notes;
  }

  /**
   * Carries out one instruction.
   *
   * @param place where the Dockerfile asks for it: for a trigger of the base image, its FROM
   * @throws ExpansionException when a variable cannot be expanded
   */
  void apply(Instruction instruction, SourceRange place)
      throws BuildFailure, ExpansionException, InterruptedException {
    this.place = place;
    switch (instruction) {
      case Instruction.From from ->
          throw BuildFailure.user("bad-onbuild", "FROM isn't allowed as an ONBUILD trigger");
      case Instruction.Arg arg -> arg(arg);
      case Instruction.Env env -> env(env);
      case Instruction.Label label -> label(label);
      case Instruction.Run run -> run(run);
      case Instruction.Copy copy ->
          copy(
              copy,
              "COPY",
              new CopyWords(
                  copy.sources(),
                  copy.files(),
                  copy.destination(),
                  copy.chown(),
                  copy.chmod(),
                  copy.excludes()),
              copy.from(),
              false,
              copy.link());
      case Instruction.Add add -> add(add);
      case Instruction.Workdir workdir -> workdir(workdir);
      case Instruction.Cmd cmd -> {
        List<String> command = commandOf(cmd.command());
        config = config.withCmd(command);
        commandSet = true;
        note("CMD " + HistoryText.quoted(command));
      }
      case Instruction.Entrypoint entrypoint -> {
        List<String> command = commandOf(entrypoint.command());
        config = config.withEntrypoint(command);
        if (!commandSet) {
          config = config.withCmd(List.of());
        }
        note("ENTRYPOINT " + HistoryText.quoted(command));
      }
      case Instruction.Expose expose -> {
        List<String> ports = new ArrayList<>();
        for (String written : expose.ports()) {
          for (String word : expandToWords(written)) {
            ports.addAll(Ports.parse(word));
          }
        }
        config = config.withExposedPorts(ports);
        note("EXPOSE " + HistoryText.set(ports));
      }
      case Instruction.User user -> {
        String name = expand(user.user());
        config = config.withUser(name);
        note("USER " + name);
      }
      case Instruction.Volume volume -> {
        List<String> paths = new ArrayList<>();
        for (String path : volume.paths()) {
          paths.add(expand(path));
        }
        if (paths.contains("")) {
          throw BuildFailure.user("bad-volume", "VOLUME specified can not be an empty string");
        }
        config = config.withVolumes(paths);
        note("VOLUME " + HistoryText.plain(paths));
      }
      case Instruction.StopSignal stop -> {
        String signal = expand(stop.signal());
        if (!signal.matches("(?i)(SIG)?[A-Z][A-Z0-9+-]*|[1-9][0-9]?")) {
          throw BuildFailure.user("bad-signal", "\"" + signal + "\" is no signal");
        }
        config = config.withStopSignal(signal);
        note("STOPSIGNAL " + signal);
      }
      case Instruction.Shell shell -> {
        config = config.withShell(shell.shell());
        note("SHELL " + HistoryText.plain(shell.shell()));
      }
      case Instruction.Healthcheck check -> healthcheck(check);
      case Instruction.OnBuild onBuild -> {
        List<String> triggers = new ArrayList<>(config.onBuild());
        triggers.add(onBuild.trigger());
        config = config.withOnBuild(triggers);
        note("ONBUILD " + onBuild.trigger().strip());
      }
      case Instruction.Maintainer maintainer -> {
        author = Optional.of(maintainer.name());
        note("MAINTAINER " + maintainer.name());
      }
    }
  }

  /** Adds the labels that the build asks for to those the Dockerfile sets. */
  void addLabels(Map<String, String> labels) {
    config = config.withLabels(labels);
  }

  private void arg(Instruction.Arg arg) throws ExpansionException {
    StringBuilder text = new StringBuilder("ARG");
    for (Instruction.ArgDefinition definition : arg.definitions()) {
      String name = expand(definition.name());
      Optional<String> defaultValue = Optional.empty();
      if (definition.defaultValue().isPresent()) {
        defaultValue = Optional.of(expand(definition.defaultValue().get()));
      }
      args.declare(name, defaultValue);
      text.append(' ').append(name);
      args.value(name).ifPresent(value -> text.append('=').append(value));
    }
    note(text.toString());
  }

  private void env(Instruction.Env env) throws BuildFailure, ExpansionException {
    StringBuilder text = new StringBuilder("ENV");
    ContainerConfig changed = config;
    for (Instruction.KeyValue pair : env.pairs()) {
      // Every pair sees the environment from before the instruction.
      String name = expand(pair.key());
      String value = expand(pair.value());
      if (name.isEmpty()) {
        throw BuildFailure.user("bad-env", "ENV names can not be blank");
      }
      changed = changed.withEnv(name, value);
      text.append(' ').append(name).append('=').append(value);
    }
    config = changed;
    note(text.toString());
  }

  private void label(Instruction.Label label) throws ExpansionException {
    Map<String, String> labels = new LinkedHashMap<>();
    for (Instruction.KeyValue pair : label.pairs()) {
      labels.put(expand(pair.key()), expand(pair.value()));
    }
    config = config.withLabels(labels);
    note(
        labels.entrySet().stream()
            .map(pair -> pair.getKey() + "=" + pair.getValue())
            .collect(Collectors.joining(" ", "LABEL ", "")));
  }

  private void run(Instruction.Run run)
      throws BuildFailure, ExpansionException, InterruptedException {
    if (run.security().filter(mode -> !mode.equals("sandbox")).isPresent()) {
      throw BuildFailure.user(
          "insecure-not-allowed", "RUN --security=insecure is not allowed on this farm");
    }
    List<String> command;
    Optional<Script> script = Optional.empty();
    switch (run.command()) {
      case ShellForm(String text) -> command = inShell(text);
      case ExecForm(List<String> arguments) -> command = arguments;
      case Script found -> {
        command = List.of("/dev/pipes/" + found.name());
        script = Optional.of(found);
      }
    }
    if (command.isEmpty()) {
      throw BuildFailure.user("bad-run", "RUN needs a command");
    }
    List<Operation.Mount> mounts = new ArrayList<>();
    for (MountFlag flag : run.mounts()) {
      mounts.add(mount(flag.resolve(this::expand)));
    }
    Map<String, String> env = new LinkedHashMap<>(config.environment());
    args.declared().forEach((name, value) -> value.ifPresent(text -> env.putIfAbsent(name, text)));
    Operation operation =
        new Operation.Run(
            command,
            script,
            env,
            args.proxies(),
            config.user(),
            workingDir().absolute(),
            mounts,
            !run.network().equals(Optional.of("none")),
            platform);
    step(run.source(), operation, HistoryText.run(command, args.declared(), config.environment()));
  }

  private Operation.Mount mount(RunMount mount) throws BuildFailure, InterruptedException {
    Optional<String> from =
        switch (mount) {
          case RunMount.Bind bind -> bind.from();
          case RunMount.Cache cache -> {
            if (cache.from().isPresent()) {
              throw notYet("RUN --mount=type=cache with from");
            }
            yield Optional.empty();
          }
          case RunMount.Tmpfs tmpfs -> Optional.empty();
          case RunMount.Secret secret -> throw notYet("RUN --mount=type=secret");
          case RunMount.Ssh ssh -> throw notYet("RUN --mount=type=ssh");
        };
    if (from.isEmpty()) {
      return new Operation.Mount(mount, Optional.empty());
    }
    return new Operation.Mount(mount, Optional.of(sources.find(from.get(), place)));
  }

  private void add(Instruction.Add add)
      throws BuildFailure, ExpansionException, InterruptedException {
    for (String source : add.sources()) {
      String expanded = expand(source);
      if (expanded.matches("(?i)(https?|git|ssh)://.*|git@.*")) {
        throw notYet("ADD of a remote source (" + expanded + ")");
      }
    }
    copy(
        add,
        "ADD",
        new CopyWords(
            add.sources(),
            add.files(),
            add.destination(),
            add.chown(),
            add.chmod(),
            add.excludes()),
        Optional.empty(),
        add.unpack().orElse(true),
        add.link());
  }

  /** What COPY and ADD have in common, as written. */
  private record CopyWords(
      List<String> sources,
      List<Heredoc> files,
      String destination,
      Optional<String> chown,
      Optional<String> chmod,
      List<String> excludes) {}

  private void copy(
      Instruction instruction,
      String keyword,
      CopyWords words,
      Optional<String> from,
      boolean unpack,
      boolean link)
      throws BuildFailure, ExpansionException, InterruptedException {
    boolean parents = instruction instanceof Instruction.Copy copy && copy.parents();
    List<String> paths = expandAll(words.sources());
    if (keyword.equals("COPY")) {
      CopyChecks.localOnly(paths);
    }
    List<InlineFile> inline = new ArrayList<>();
    for (Heredoc file : words.files()) {
      String content =
          file.expand()
              ? WordExpansion.expandHeredoc(file.content(), this::lookUp)
              : file.content();
      inline.add(new InlineFile(file.name(), content));
    }
    String written = expand(words.destination());
    String destination = destination(written);
    Optional<String> chown = expanded(words.chown());
    Optional<String> chmod = expanded(words.chmod());
    Optional<ModeChange> mode = Optional.empty();
    if (chmod.isPresent()) {
      mode = Optional.of(ModeChange.parse(chmod.get()));
    }
    CopySpec spec =
        new CopySpec(
            paths,
            inline,
            destination,
            chown,
            mode,
            unpack,
            CopyChecks.linked(link, chown, chmod),
            parents,
            expandAll(words.excludes()));
    Optional<Root> root = Optional.empty();
    if (from.isPresent()) {
      root = Optional.of(sources.find(from.get(), place));
    }
    step(
        instruction.source(),
        new Operation.Copy(spec, root),
        HistoryText.copy(keyword, spec, written));
  }

  /** A flag's value; one that expands to nothing is as if it was not written. */
  private Optional<String> expanded(Optional<String> flag) throws ExpansionException {
    return flag.isEmpty()
        ? flag
        : Optional.of(expand(flag.get())).filter(value -> !value.isEmpty());
  }

  private String destination(String written) {
    boolean directory =
        written.endsWith("/") || written.equals(".") || written.endsWith("/.") || written.isEmpty();
    String clean = workingDir().resolve(written).absolute();
    return directory && !clean.endsWith("/") ? clean + "/" : clean;
  }

  private void workdir(Instruction.Workdir workdir) throws BuildFailure, ExpansionException {
    String written = expand(workdir.path());
    if (written.isEmpty()) {
      throw BuildFailure.user("bad-workdir", "WORKDIR needs a path");
    }
    String path = workingDir().resolve(written).absolute();
    config = config.withWorkingDir(path);
    if (path.equals("/")) {
      note("WORKDIR /");
      return;
    }
    step(workdir.source(), new Operation.MakeDirectory(path, config.user()), "WORKDIR " + path);
  }

  private void healthcheck(Instruction.Healthcheck check) {
    if (check.command().isEmpty()) {
      config = config.withHealthcheck(Healthcheck.none());
      note(HistoryText.healthcheck(Healthcheck.none()));
      return;
    }
    List<String> test = new ArrayList<>();
    switch (check.command().get()) {
      case ShellForm(String text) -> test.addAll(List.of("CMD-SHELL", text));
      case ExecForm(List<String> arguments) -> {
        test.add("CMD");
        test.addAll(arguments);
      }
      case Script script -> test.addAll(List.of("CMD-SHELL", script.content()));
    }
    Healthcheck set =
        new Healthcheck(
            test,
            check.interval().orElse(Duration.ZERO),
            check.timeout().orElse(Duration.ZERO),
            check.startPeriod().orElse(Duration.ZERO),
            check.startInterval().orElse(Duration.ZERO),
            check.retries().orElse(0));
    config = config.withHealthcheck(set);
    note(HistoryText.healthcheck(set));
  }

  private List<String> commandOf(CommandLine command) {
    return switch (command) {
      case ShellForm(String text) -> inShell(text);
      case ExecForm(List<String> arguments) -> arguments;
      case Script script -> inShell(script.content());
    };
  }

  private List<String> inShell(String text) {
    List<String> command =
        new ArrayList<>(config.shell().isEmpty() ? DEFAULT_SHELL : config.shell());
    command.add(text);
    return command;
  }

  private ImagePath workingDir() {
    return ImagePath.normalize(config.workingDir());
  }

  private void note(String createdBy) {
    notes.add(new DraftNote(createdBy, OptionalInt.empty()));
  }

  private void step(String source, Operation operation, String createdBy) {
    notes.add(new DraftNote(createdBy, OptionalInt.of(drafts.size())));
    drafts.add(new Draft(source, place, operation));
  }

  private List<String> expandAll(List<String> words) throws ExpansionException {
    List<String> expanded = new ArrayList<>();
    for (String word : words) {
      expanded.add(expand(word));
    }
    return expanded;
  }

  private String expand(String word) throws ExpansionException {
    return WordExpansion.expand(word, this::lookUp, escape);
  }

  private List<String> expandToWords(String word) throws ExpansionException {
    return WordExpansion.expandToWords(word, this::lookUp, escape);
  }

  /** ENV wins over ARG. */
  private Optional<String> lookUp(String name) {
    return Optional.ofNullable(config.environment().get(name)).or(() -> args.value(name));
  }

  private static BuildFailure notYet(String what) {
    return BuildFailure.user("not-supported", what + " is not supported yet");
  }
}
