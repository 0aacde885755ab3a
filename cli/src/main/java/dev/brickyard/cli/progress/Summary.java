package dev.brickyard.cli.progress;

import dev.brickyard.contracts.Failure;
import dev.brickyard.contracts.ImageManifest;
import dev.brickyard.contracts.StepStatus;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What is said once a build has ended. */
public final class Summary {
  private final BuildView view;

  public Summary(BuildView view) {
    this.view = view;
  }

  /** The image, and what each step took. */
  public void success(List<String> tags, String digest, Duration took, PrintStream out) {
    List<ImageManifest> images =
        view.jobs().stream()
            .filter(job -> !job.title().equals("publish"))
            .flatMap(job -> job.image().stream())
            .toList();
    out.println();
    for (BuildView.Job job : view.jobs()) {
      if (!job.steps().isEmpty()) {
        out.println("Steps of " + job.title() + ":");
        job.steps().forEach(step -> out.println(stepLine(step)));
      }
    }
    out.println();
    tags.forEach(tag -> field(out, "image", tag));
    field(out, "digest", digest);
    field(
        out, "platforms", String.join(", ", images.stream().map(ImageManifest::platform).toList()));
    field(out, "size", sizes(images));
    long cached = steps().filter(step -> step.status() == StepStatus.CACHED).count();
    long ran = steps().filter(step -> step.status() == StepStatus.DONE).count();
    field(out, "steps", cached + " cached, " + ran + " ran");
    field(out, "took", Figures.seconds(took));
    long saved = steps().mapToLong(StepView::millisSaved).sum();
    field(out, "saved", saved == 0 ? "" : Figures.seconds(Duration.ofMillis(saved)));
  }

  private Stream<StepView> steps() {
    return view.jobs().stream().flatMap(job -> job.steps().stream());
  }

  private static String stepLine(StepView step) {
    String took =
        switch (step.status()) {
          case CACHED -> "CACHED";
          case DONE, FAILED -> Figures.seconds(step.elapsed(step.startedAt()));
          case PENDING, RUNNING, CANCELED -> "-";
        };
    return String.format(Locale.ROOT, "  %8s  %s", took, step.label());
  }

  private static String sizes(List<ImageManifest> images) {
    if (images.size() == 1) {
      return Figures.bytes(images.getFirst().imageSize());
    }
    return String.join(
        ", ",
        images.stream()
            .map(image -> image.platform() + " " + Figures.bytes(image.imageSize()))
            .toList());
  }

  private static void field(PrintStream out, String name, String value) {
    if (!value.isEmpty()) {
      out.printf(Locale.ROOT, "%-10s %s%n", name, value);
    }
  }

  /**
   * Why a build failed: what the step said last, the place in the Dockerfile, one sentence.
   *
   * @param file the Dockerfile as the user named it; null for the name the farm knows
   */
  public static void failure(Failure failure, @Nullable String file, PrintStream out) {
    String tail = failure.logTail();
    if (tail != null && !tail.isBlank()) {
      out.println("------");
      tail.lines().map(TerminalText::clean).forEach(line -> out.println(" > " + line));
      out.println("------");
    }
    place(
        file == null ? failure.file() : file,
        failure.line(),
        failure.column(),
        failure.excerpt(),
        out);
    out.println("ERROR: " + TerminalText.clean(failure.message()));
  }

  /** Names a place in a Dockerfile and shows the lines around it. */
  public static void place(
      @Nullable String file,
      @Nullable Integer line,
      @Nullable Integer column,
      @Nullable String excerpt,
      PrintStream out) {
    if (file != null && line != null) {
      out.println(TerminalText.clean(file) + ":" + line + (column == null ? "" : ":" + column));
    }
    if (excerpt != null && !excerpt.isBlank()) {
      excerpt.lines().map(TerminalText::clean).forEach(out::println);
    }
  }
}
