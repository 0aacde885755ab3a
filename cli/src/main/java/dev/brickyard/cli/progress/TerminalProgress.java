package dev.brickyard.cli.progress;

import dev.brickyard.contracts.BuildEvent;
import dev.brickyard.contracts.LogChunk;
import java.io.PrintStream;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;

/**
 * A live picture of the build, for people. Each picture replaces the one before in a single write,
 * so that nothing flickers; the last stays on the screen.
 */
public final class TerminalProgress implements Progress {
  private static final String BEGIN = "\u001b[?2026h\u001b[?25l";
  private static final String END = "\u001b[?25h\u001b[?2026l";

  private final PrintStream out;
  private final TerminalSize size;
  private final boolean colors;
  private final InstantSource clock;
  private final Instant began;
  private final BuildView view = new BuildView();
  private int drawn;
  private boolean finished;

  public TerminalProgress(PrintStream out, TerminalSize size, boolean colors, InstantSource clock) {
    this.out = out;
    this.size = size;
    this.colors = colors;
    this.clock = clock;
    this.began = clock.instant();
  }

  @Override
  public void event(BuildEvent event) {
    view.apply(event);
    switch (event) {
      case BuildEvent.StepWarned warned -> {
        // What checks found is listed at the end.
        if (warned.check() == null) {
          notice(TerminalText.clean(warned.message()));
        }
      }
      case BuildEvent.JobRequeued requeued ->
          notice("queued again: " + TerminalText.clean(requeued.reason()));
      case BuildEvent.BuildPlanned _,
          BuildEvent.JobStarted _,
          BuildEvent.StepsPlanned _,
          BuildEvent.StepStarted _,
          BuildEvent.StepProgress _,
          BuildEvent.StepFinished _,
          BuildEvent.JobFinished _,
          BuildEvent.JobReleased _,
          BuildEvent.BuildFinished _ -> {}
    }
  }

  @Override
  public void log(LogChunk chunk) {
    view.apply(chunk);
  }

  /** Prints above the picture, where it scrolls away. */
  @Override
  public void notice(String message) {
    draw(List.of(TerminalText.cut(message, size.columns())), List.of());
    drawn = 0;
    tick();
  }

  @Override
  public void tick() {
    if (!finished) {
      Frame frame = new Frame(view, size.columns(), colors);
      draw(List.of(), frame.fitting(size.rows() - 1, began, clock.instant()));
    }
  }

  @Override
  public void finish() {
    if (!finished) {
      finished = true;
      draw(List.of(), new Frame(view, size.columns(), colors).whole(began, clock.instant()));
    }
  }

  private void draw(List<String> above, List<String> lines) {
    StringBuilder picture = new StringBuilder(BEGIN);
    if (drawn > 0) {
      picture.append("\r\u001b[").append(drawn).append('A');
    }
    above.forEach(line -> picture.append(line).append("\u001b[K\n"));
    lines.forEach(line -> picture.append(line).append("\u001b[K\n"));
    picture.append("\u001b[J").append(END);
    out.print(picture);
    out.flush();
    drawn = lines.size();
  }

  @Override
  public BuildView view() {
    return view;
  }
}
