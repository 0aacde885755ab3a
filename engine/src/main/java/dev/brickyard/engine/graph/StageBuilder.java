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
import dev.brickyard.engine.source.RemoteSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Goes through the instructions of one stage: those that only describe the image change its config,
 * the others become steps. Modelled on BuildKit's {@code dockerfile2llb}.
 */
final class StageBuilder {
  /** What a process finds its commands by when the image does not say. */
  static final String DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

  private static final List<String> DEFAULT_SHELL = List.of("/bin/sh", "-c");

  /**
   * A step before its place among the others is known.
   *
   * @param shown what people see of it
   */
  record Draft(String shown, String source, SourceRange range, Operation operation) {}

  /** A note whose step, if it has one, is the draft of that index. */
  record DraftNote(String createdBy, OptionalInt draft) {}

  /** Finds what COPY, ADD and mounts read. */
  interface Sources {
    Root find(String from, SourceRange range) throws BuildFailure, InterruptedException;

    /** What stands at an address, for ADD. */
    Root remote(RemoteSource source, SourceRange range);
  }

  private final char escape;
  private final Platform platform;
  private final StageScope scope;
  private final Sources sources;
  private final RunOptions runOptions;
  private final List<Draft> drafts = new ArrayList<>();
  private final List<DraftNote> notes = new ArrayList<>();
  private ContainerConfig config;
  private Optional<String> author = Optional.empty();
  private boolean commandSet;
  private SourceRange place = SourceRange.lines(1, 1);
  private String prefix = "";

  /**
   * @param args of the whole file
   * @param below the variables of the stage it begins with
   */
  StageBuilder(
      char escape,
      Platform platform,
      ContainerConfig inherited,
      GlobalArgs args,
      BuildVariables below,
      Sources sources,
      RunOptions runOptions) {
    this.escape = escape;
    this.platform = platform;
    this.sources = sources;
    this.runOptions = runOptions;
    this.config = inherited.withOnBuild(List.of());
    if (!inherited.environment().containsKey("PATH")) {
      this.config = this.config.withEnv("PATH", DEFAULT_PATH);
    }
    if (!inherited.workingDir().isEmpty()) {
      this.config = this.config.withWorkingDir(workingDir(inherited.workingDir()));
    }
    this.scope = new StageScope(args.given(), args.values(), below, config.environment());
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

  /** The variables as the last instruction left them. */
  BuildVariables variables() {
    return scope.variables();
  }

  /**
   * Carries out one instruction.
   *
   * @param place where the Dockerfile asks for it: for a trigger of the base image, its FROM
   * @param trigger true for a trigger of what the stage begins with
   * @throws ExpansionException when a variable cannot be expanded
   */
  void apply(Instruction instruction, SourceRange place, boolean trigger)
      throws BuildFailure, ExpansionException, InterruptedException {
    this.place = place;
    this.prefix = trigger ? "ONBUILD " : "";
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
        // A mark for Windows, which BuildKit sets everywhere.
        config = config.withCmd(command).withArgsEscaped(true);
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
        for (String written : expose.ports().stream().sorted().toList()) {
          for (String word : expandToWords(written)) {
            ports.addAll(Ports.parse(word));
          }
        }
        config = config.withExposedPorts(ports);
        note("EXPOSE " + HistoryText.plain(ports));
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
        if (!Signals.isSignal(signal)) {
          throw BuildFailure.user("bad-signal", "invalid signal: " + signal);
        }
        config = config.withStopSignal(signal);
        note("STOPSIGNAL " + signal);
      }
      case Instruction.Shell shell -> {
        config = config.withShell(shell.shell());
        note("SHELL " + HistoryText.plain(shell.shell()));
      }
      case Instruction.Healthcheck check -> {
        Healthcheck set = Healthchecks.of(check);
        config = config.withHealthcheck(set);
        note(HistoryText.healthcheck(set));
      }
      case Instruction.OnBuild onBuild -> {
        List<String> triggers = new ArrayList<>(config.onBuild());
        triggers.add(onBuild.trigger());
        // The one instruction that leaves no note in the history.
        config = config.withOnBuild(triggers);
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
      // Each sees those before it on the line; the name is taken as it is.
      Optional<String> value =
          scope.declare(
              definition.name(), definition.defaultValue().map(word -> () -> expand(word)));
      text.append(' ').append(definition.name());
      value.ifPresent(known -> text.append('=').append(known));
    }
    note(text.toString());
  }

  private void env(Instruction.Env env) throws BuildFailure, ExpansionException {
    StringBuilder text = new StringBuilder("ENV");
    Map<String, String> variables = new LinkedHashMap<>();
    // Every pair sees the environment from before the instruction.
    for (Instruction.KeyValue pair : expandPairs(env.pairs())) {
      if (pair.key().isEmpty()) {
        throw BuildFailure.user("bad-env", "ENV names can not be blank");
      }
      variables.put(pair.key(), pair.value());
      text.append(' ').append(pair.key()).append('=').append(pair.value());
    }
    config = config.withEnv(variables);
    variables.forEach(scope::set);
    note(text.toString());
  }

  private void label(Instruction.Label label) throws ExpansionException {
    StringBuilder text = new StringBuilder("LABEL");
    Map<String, String> labels = new LinkedHashMap<>();
    for (Instruction.KeyValue pair : expandPairs(label.pairs())) {
      labels.put(pair.key(), pair.value());
      text.append(' ').append(pair.key()).append('=').append(pair.value());
    }
    config = config.withLabels(labels);
    note(text.toString());
  }

  private List<Instruction.KeyValue> expandPairs(List<Instruction.KeyValue> pairs)
      throws ExpansionException {
    List<Instruction.KeyValue> expanded = new ArrayList<>();
    for (Instruction.KeyValue pair : pairs) {
      expanded.add(new Instruction.KeyValue(expand(pair.key()), expand(pair.value())));
    }
    return expanded;
  }

  private void run(Instruction.Run run)
      throws BuildFailure, ExpansionException, InterruptedException {
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
      throw BuildFailure.user("bad-run", "arguments are required");
    }
    if (holdsNul(command) || holdsNul(scope.environment().values())) {
      throw BuildFailure.user("bad-run", "no process can be given a NUL character");
    }
    List<Operation.Mount> mounts = new ArrayList<>();
    for (MountFlag flag : run.mounts()) {
      RunMount written = flag.resolve(this::expand);
      mounts.add(mount(CacheNamespace.apply(written, scope.forBuilder(CacheNamespace.ARGUMENT))));
    }
    Operation operation =
        new Operation.Run(
            command,
            script,
            scope.environment(),
            scope.proxies(),
            config.user(),
            workingDir().absolute(),
            mounts,
            runOptions.network(run),
            runOptions.hostname(),
            runOptions.isolation(run),
            platform);
    step(
        run.source() + HistoryText.summary(run),
        run.source(),
        operation,
        HistoryText.run(command, scope.declared(), scope.environment()));
  }

  private Operation.Mount mount(RunMount mount) throws BuildFailure, InterruptedException {
    RunOptions.checkTarget(mount, workingDir());
    Optional<String> from = mount.from();
    if (from.isEmpty()) {
      return new Operation.Mount(mount, Optional.empty());
    }
    return new Operation.Mount(mount, Optional.of(sources.find(from.get(), place)));
  }

  private void add(Instruction.Add add)
      throws BuildFailure, ExpansionException, InterruptedException {
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
        copies(instruction, spec, root),
        HistoryText.copy(keyword, spec, written));
  }

  private Operation copies(Instruction instruction, CopySpec spec, Optional<Root> from)
      throws BuildFailure, ExpansionException {
    return instruction instanceof Instruction.Add add
        ? AddSources.operation(
            add, spec, expanded(add.checksum()), source -> sources.remote(source, place))
        : new Operation.Copy(spec, from);
  }

  /** A flag's value; one that expands to nothing is as if it was not written. */
  private Optional<String> expanded(Optional<String> flag) throws ExpansionException {
    return flag.isEmpty()
        ? flag
        : Optional.of(expand(flag.get())).filter(value -> !value.isEmpty());
  }

  private String destination(String written) throws BuildFailure {
    checkPath(written);
    boolean directory =
        written.endsWith("/") || written.equals(".") || written.endsWith("/.") || written.isEmpty();
    String clean = workingDir().resolve(written).absolute();
    return directory && !clean.endsWith("/") ? clean + "/" : clean;
  }

  private static boolean holdsNul(Collection<String> texts) {
    return texts.stream().anyMatch(text -> text.indexOf('\0') >= 0);
  }

  private static void checkPath(String path) throws BuildFailure {
    if (path.indexOf('\0') >= 0) {
      throw BuildFailure.user("bad-path", "a path cannot hold a NUL character");
    }
  }

  private void workdir(Instruction.Workdir workdir) throws BuildFailure, ExpansionException {
    String written = expand(workdir.path());
    checkPath(written);
    String path = workingDir(written);
    config = config.withWorkingDir(path);
    String made = workingDir().absolute();
    if (made.equals("/")) {
      note("WORKDIR " + path);
      return;
    }
    step(workdir.source(), new Operation.MakeDirectory(made, config.user()), "WORKDIR " + path);
  }

  /** BuildKit keeps an absolute path as it is written, and joins a relative one to the last. */
  private String workingDir(String written) {
    if (written.startsWith("/")) {
      return written;
    }
    return written.isEmpty() && config.workingDir().startsWith("/")
        ? config.workingDir()
        : workingDir().resolve(written).absolute();
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
    step(source, source, operation, createdBy);
  }

  private void step(String shown, String source, Operation operation, String createdBy) {
    notes.add(new DraftNote(createdBy, OptionalInt.of(drafts.size())));
    drafts.add(new Draft(prefix + shown, source, place, operation));
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

  private Optional<String> lookUp(String name) {
    return scope.value(name);
  }
}
