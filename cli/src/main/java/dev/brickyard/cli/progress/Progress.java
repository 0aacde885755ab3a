package dev.brickyard.cli.progress;

import dev.brickyard.contracts.BuildEvent;
import dev.brickyard.contracts.LogChunk;

/** Shows a build while it runs. Not thread-safe. */
public sealed interface Progress permits PlainProgress, TerminalProgress {
  /** Shows a fact. */
  void event(BuildEvent event);

  /** Shows output. */
  void log(LogChunk chunk);

  /** Shows a message of the client's own. */
  void notice(String message);

  /** Time has passed; called several times a second. */
  void tick();

  /** Nothing more comes: what is shown stays. */
  void finish();

  /** What was shown, for the summary. */
  BuildView view();
}
