package dev.brickyard.scheduler.garbage;

import io.smallrye.config.WithDefault;
import io.smallrye.config.WithName;
import java.time.Duration;

/** Collecting garbage of the object store. */
public interface GarbageConfiguration {
  /** Whether it is collected by itself; it can be asked for in any case. */
  @WithDefault("true")
  boolean enabled();

  /** Rest between collections; the first comes this long after the start. */
  @WithDefault("1h")
  Duration every();

  /** How often it is looked whether one is due or was asked for. */
  @WithDefault("2s")
  Duration look();

  /**
   * Nothing younger is removed, and nothing that was of use less than this ago. Longer than the
   * longest build, and at least twice the workers' {@code brickyard.worker.refresh-after}.
   */
  @WithDefault("6h")
  Duration grace();

  /** How long the context of an ended build is kept. */
  @WithName("context-retention")
  @WithDefault("24h")
  Duration contextRetention();

  /** How long logs are kept. */
  @WithName("log-retention")
  @WithDefault("90d")
  Duration logRetention();

  /** How long what builds leave to be downloaded is kept. */
  @WithName("output-retention")
  @WithDefault("24h")
  Duration outputRetention();

  /** How long the history of collections is kept. */
  @WithName("history-retention")
  @WithDefault("90d")
  Duration historyRetention();
}
