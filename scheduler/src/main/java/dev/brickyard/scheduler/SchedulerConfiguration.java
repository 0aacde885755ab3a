package dev.brickyard.scheduler;

import dev.brickyard.scheduler.garbage.GarbageConfiguration;
import dev.brickyard.scheduler.project.ProjectDefaults;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithName;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Everything the scheduler can be told, beside the addresses of its database and Kafka. */
@ConfigMapping(prefix = "brickyard")
public interface SchedulerConfiguration {
  /** The secret that workers show for everything under {@code /internal}; required. */
  @WithName("internal-token")
  String internalToken();

  /** The secrets that come with builds. */
  Secrets secrets();

  /** How jobs are tried. */
  Jobs jobs();

  /** How topics are made. */
  Topics topics();

  /** Logins at registries. */
  Registry registry();

  /** How often what went missing is looked for. Nothing waits for these while all is well. */
  Sweep sweep();

  /** The object store, whose garbage the scheduler collects. */
  S3 s3();

  /** Collecting garbage. */
  GarbageConfiguration garbage();

  /** What goes for projects that say nothing else. */
  @WithName("project-defaults")
  ProjectDefaults projectDefaults();

  /** The object store. */
  interface S3 {
    /** Its address. */
    @WithDefault("http://127.0.0.1:9000")
    URI endpoint();

    /** Who we are to it. */
    @WithName("access-key")
    @WithDefault("brickyard")
    String accessKey();

    /** The password to that. */
    @WithName("secret-key")
    @WithDefault("brickyard")
    String secretKey();

    /** Made when it is missing and that is permitted. */
    @WithDefault("brickyard")
    String bucket();

    /** Part of the signatures. */
    @WithDefault("us-east-1")
    String region();
  }

  /** The secrets that come with builds. */
  interface Secrets {
    /**
     * What opens them: random text of at least 32 characters, the same for the api. Without it, no
     * build that comes with secrets can be built.
     */
    Optional<String> key();
  }

  /** How jobs are tried. */
  interface Jobs {
    /** Attempts at a job before its build fails; handed-back ones do not count. */
    @WithName("max-attempts")
    @WithDefault("3")
    int maxAttempts();

    /** How often a worker says that it still holds a job. */
    @WithDefault("5s")
    Duration heartbeat();

    /** Silence after which an attempt is lost. */
    @WithName("lost-after")
    @WithDefault("30s")
    Duration lostAfter();

    /** How long a job waits beside an idle worker before a second record of it is queued. */
    @WithName("unclaimed-after")
    @WithDefault("1m")
    Duration unclaimedAfter();

    /** Rest before the second attempt; each further one is four times as long. */
    @WithName("first-rest")
    @WithDefault("1s")
    Duration firstRest();

    /** No rest is longer. */
    @WithName("longest-rest")
    @WithDefault("60s")
    Duration longestRest();

    /** How long Kafka leaves a record with a worker that does not renew it. */
    @WithName("record-lock")
    @WithDefault("15s")
    Duration recordLock();
  }

  /** How topics are made, when they are missing. */
  interface Topics {
    @WithDefault("6")
    int events();

    @WithDefault("6")
    int logs();

    @WithDefault("3")
    int submissions();

    /** Copies of each topic; the broker's own default when absent. */
    @WithName("replication-factor")
    Optional<Short> replicationFactor();

    /** How long events are kept; streams cannot be resumed after that. */
    @WithName("events-retention")
    @WithDefault("7d")
    Duration eventsRetention();

    /** How long log chunks are kept; whole logs are in the object store. */
    @WithName("logs-retention")
    @WithDefault("2d")
    Duration logsRetention();

    /** How long an unclaimed job is kept. */
    @WithName("jobs-retention")
    @WithDefault("30d")
    Duration jobsRetention();

    /** Platforms whose queues exist from the start; others get theirs when first named. */
    @WithDefault("linux/amd64,linux/arm64")
    List<String> platforms();
  }

  /** Logins at registries. */
  interface Registry {
    /** A Docker {@code config.json}; read again when it changes. */
    @WithName("credentials-file")
    Optional<Path> credentialsFile();
  }

  /** How often what went missing is looked for. */
  interface Sweep {
    /** Unplanned submissions and unheard cancellations. */
    @WithDefault("2s")
    Duration submissions();

    /** Records that are due, or that a crash kept from Kafka. */
    @WithDefault("250ms")
    Duration outbox();

    /** Jobs that nobody claims. */
    @WithDefault("10s")
    Duration unclaimed();

    /** Silent attempts. */
    @WithDefault("1s")
    Duration attempts();

    /** Leases whose holders are gone or that ended long ago; nobody waits for this. */
    @WithDefault("30s")
    Duration leases();
  }
}
