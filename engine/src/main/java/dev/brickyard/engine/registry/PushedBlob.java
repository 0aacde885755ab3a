package dev.brickyard.engine.registry;

/** How a blob came to be in a repository. */
public enum PushedBlob {
  /** It was there already. */
  PRESENT,
  /** The registry had it in a sibling repository: no byte moved. */
  MOUNTED,
  /** It was sent. */
  UPLOADED
}
