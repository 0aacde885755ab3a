package dev.brickyard.cli.client;

import dev.brickyard.contracts.BuildEvent;
import dev.brickyard.contracts.LogChunk;

/** Something that reached a follower of a build. */
public sealed interface Update {
  /** A fact about the build. */
  record Happened(BuildEvent event) implements Update {}

  /** Some output of a step. */
  record Logged(LogChunk chunk) implements Update {}

  /** The build had ended before its last event could be read; this is what it came to. */
  record Ended(BuildStatus status) implements Update {}

  /** A connection for the log was made. */
  record LogOpened() implements Update {}

  /** The connection for the log broke: output may be late for a while. */
  record LogBroken() implements Update {}

  /** All of the log has arrived. */
  record LogComplete() implements Update {}

  /** The farm is away; the follower keeps trying. */
  record Reconnecting(String reason) implements Update {}

  /** The follower gave up. */
  record Lost(FarmException cause) implements Update {}
}
