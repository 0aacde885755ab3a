package dev.brickyard.cli.progress;

import dev.brickyard.contracts.Outcome;
import dev.brickyard.contracts.StepStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * One picture of a build for a terminal of some width and height. A pure function of what is known:
 * the same view at the same instant gives the same lines, none wider than the terminal.
 */
final class Frame {
  private static final int LOG_LINES = 6;
  private static final int NARROWEST = 20;

  private static final String RED = "\u001b[31m";
  private static final String YELLOW = "\u001b[33m";
  private static final String BLUE = "\u001b[34m";
  private static final String FAINT = "\u001b[2m";
  private static final String RESET = "\u001b[0m";

  private final BuildView view;
  private final int width;
  private final boolean colors;

  /**
   * A picture.
   *
   * @param width in columns
   */
  Frame(BuildView view, int width, boolean colors) {
    this.view = view;
    this.width = Math.max(NARROWEST, width);
    this.colors = colors;
  }

  /** All of it, for the end: whatever its height. */
  List<String> whole(Instant began, Instant now) {
    List<String> lines = new ArrayList<>();
    lines.add(header(began, now));
    for (StepView step : view.started()) {
      lines.add(stepLine(step, now));
    }
    return lines;
  }

  /**
   * What fits into a height: running steps with the last lines of their output, and as many of the
   * steps that ended last as there is room for.
   */
  List<String> fitting(int height, Instant began, Instant now) {
    List<StepView> started = view.started();
    int room = Math.max(1, height - 1);
    int running = (int) started.stream().filter(step -> !step.hasEnded()).count();
    int logLines = running == 0 ? 0 : Math.clamp((room - running) / running, 0, LOG_LINES);
    List<List<String>> blocks = new ArrayList<>();
    int used = 0;
    int reserved = running;
    for (StepView step : started.reversed()) {
      boolean ended = step.hasEnded();
      if (ended && used + reserved >= room) {
        continue;
      }
      List<String> block = ended ? List.of(stepLine(step, now)) : running(step, logLines, now);
      if (!ended) {
        reserved--;
      }
      if (used + block.size() > room) {
        block = block.subList(0, Math.max(0, room - used));
      }
      used += block.size();
      blocks.add(block);
    }
    List<String> lines = new ArrayList<>();
    lines.add(header(began, now));
    blocks.reversed().forEach(lines::addAll);
    return lines;
  }

  private String header(Instant began, Instant now) {
    String state =
        view.finished()
            .map(end -> end.outcome() == Outcome.SUCCEEDED ? "FINISHED" : end.outcome().name())
            .orElse("");
    String text =
        String.format(
            Locale.ROOT,
            "[+] Building %s (%d/%d) %s",
            Figures.seconds(Duration.between(began, now)),
            view.ended(),
            view.known(),
            state);
    return TerminalText.cut(text.stripTrailing(), width);
  }

  private List<String> running(StepView step, int logLines, Instant now) {
    List<String> block = new ArrayList<>();
    block.add(stepLine(step, now));
    List<String> output = step.lastLines();
    for (String line : output.subList(Math.max(0, output.size() - logLines), output.size())) {
      block.add(paint(FAINT, TerminalText.cut(" => => # " + line, width)));
    }
    return block;
  }

  private String stepLine(StepView step, Instant now) {
    String mark =
        switch (step.status()) {
          case CACHED -> " => CACHED ";
          case FAILED -> " => ERROR ";
          case CANCELED -> " => CANCELED ";
          case DONE, RUNNING, PENDING -> " => ";
        };
    String time = Figures.seconds(step.elapsed(now));
    String right = step.progress().isEmpty() ? time : step.progress() + "  " + time;
    int room = width - TerminalText.width(right) - 2;
    String why = step.missed().isEmpty() ? "" : " (" + step.missed() + ")";
    String left = TerminalText.cut(mark + step.label() + why, room);
    String gap = " ".repeat(Math.max(1, width - 1 - TerminalText.width(left + right)));
    return paint(color(step.status()), TerminalText.cut(left + gap + right, width));
  }

  private static String color(StepStatus status) {
    return switch (status) {
      case CACHED, DONE -> BLUE;
      case FAILED -> RED;
      case CANCELED -> YELLOW;
      case RUNNING, PENDING -> "";
    };
  }

  private String paint(String color, String text) {
    return colors && !color.isEmpty() ? color + text + RESET : text;
  }
}
