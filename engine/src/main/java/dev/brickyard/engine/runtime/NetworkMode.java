package dev.brickyard.engine.runtime;

/** What of the network a container sees. */
public enum NetworkMode {
  /** What the worker gives to those that ask for nothing special: at present its own network. */
  DEFAULT,
  /** A loopback device and nothing else. */
  NONE,
  /** The worker's own network. */
  HOST
}
