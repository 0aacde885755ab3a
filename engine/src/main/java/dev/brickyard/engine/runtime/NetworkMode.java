package dev.brickyard.engine.runtime;

/** What of the network a container sees. */
public enum NetworkMode {
  /** A loopback device and nothing else. */
  NONE,
  /** The worker's own network. */
  HOST
}
