package dev.brickyard.yard.command;

import dev.brickyard.yard.YardObserver;
import dev.brickyard.yard.configuration.ServiceName;
import dev.brickyard.yard.process.ProcessId;
import java.time.Duration;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Shows a line for each service: on a terminal, all at once with running clocks; elsewhere, as each
 * is done.
 */
final class ProgressLines implements YardObserver, AutoCloseable {
  private static final String[] SPINNER = {"⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"};

  private final Terminal terminal;
  private final SortedMap<ServiceName, State> states = new TreeMap<>();
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(Thread.ofVirtual().factory());
  private int drawn;
  private int frame;

  /**
   * @param services to show from the beginning, as waiting
   */
  ProgressLines(Terminal terminal, SortedSet<ServiceName> services) {
    this.terminal = terminal;
    services.forEach(name -> states.put(name, new State("waits", 0, "", Mark.WAITS)));
    if (terminal.interactive()) {
      Future<?> _ = clock.scheduleAtFixedRate(this::draw, 0, 100, TimeUnit.MILLISECONDS);
    }
  }

  @Override
  public void alreadyUp(ServiceName service, ProcessId process) {
    change(service, new State("was up", 0, "pid " + process.pid(), Mark.DONE));
  }

  @Override
  public void starting(ServiceName service) {
    change(service, new State("starts", System.nanoTime(), "", Mark.WORKS));
  }

  @Override
  public void up(ServiceName service, ProcessId process, Duration took) {
    change(
        service,
        new State("up after " + Terminal.duration(took), 0, "pid " + process.pid(), Mark.DONE));
  }

  @Override
  public void failed(ServiceName service) {
    change(service, new State("failed", 0, "", Mark.FAILED));
  }

  @Override
  public void stopping(ServiceName service) {
    change(service, new State("stops", System.nanoTime(), "", Mark.WORKS));
  }

  @Override
  public void down(ServiceName service, Duration took, boolean killed) {
    change(
        service,
        new State(
            (killed ? "killed after " : "down after ") + Terminal.duration(took),
            0,
            "",
            Mark.DONE));
  }

  private synchronized void change(ServiceName service, State state) {
    states.put(service, state);
    if (terminal.interactive()) {
      draw();
    } else if (state.mark() == Mark.DONE || state.mark() == Mark.FAILED) {
      terminal.line(line(service, state));
    }
  }

  private synchronized void draw() {
    StringBuilder text = new StringBuilder();
    if (drawn > 0) {
      text.append("\u001b[").append(drawn).append('A');
    }
    states.forEach(
        (service, state) -> text.append("\u001b[2K").append(line(service, state)).append('\n'));
    drawn = states.size();
    frame++;
    terminal.text(text.toString());
  }

  private String line(ServiceName service, State state) {
    String mark =
        switch (state.mark()) {
          case WAITS -> terminal.dim("·");
          case WORKS -> SPINNER[frame % SPINNER.length];
          case DONE -> terminal.green("✔");
          case FAILED -> terminal.red("✘");
        };
    String what = state.what();
    if (state.since() != 0) {
      what += " " + Terminal.duration(Duration.ofNanos(System.nanoTime() - state.since()));
    }
    return "  %s %-10s %-18s %s"
        .formatted(mark, service, what, terminal.dim(state.detail()))
        .stripTrailing();
  }

  @Override
  public void close() {
    clock.shutdownNow();
    if (terminal.interactive()) {
      draw();
    }
  }

  private enum Mark {
    WAITS,
    WORKS,
    DONE,
    FAILED
  }

  /**
   * What is shown of a service.
   *
   * @param since {@link System#nanoTime} of its beginning, 0 when no clock runs
   */
  private record State(String what, long since, String detail, Mark mark) {}
}
