package dev.brickyard.worker.config;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Everything the worker can be told, beside the address of Kafka. */
@ConfigMapping(prefix = "brickyard")
public interface WorkerConfiguration {
  /** The secret shown to the scheduler; required, the same on every service. */
  String internalToken();

  /** Where jobs are claimed. */
  Scheduler scheduler();

  /** The object store. */
  S3 s3();

  /** This worker. */
  WorkerGroup worker();

  /** Where jobs are claimed. */
  interface Scheduler {
    /** Its address. */
    @WithDefault("http://127.0.0.1:8081")
    URI url();
  }

  /** The object store. */
  interface S3 {
    /** Its address. */
    @WithDefault("http://127.0.0.1:9000")
    URI endpoint();

    /** Who we are to it. */
    @WithDefault("brickyard")
    String accessKey();

    /** The password to that. */
    @WithDefault("brickyard")
    String secretKey();

    /** Made when it is missing and that is permitted. */
    @WithDefault("brickyard")
    String bucket();

    /** Part of the signatures. */
    @WithDefault("us-east-1")
    String region();
  }

  /** This worker. */
  interface WorkerGroup {
    /** Its name; when not given, the host's with something random, kept in the data directory. */
    Optional<String> id();

    /** Whose jobs it takes, as {@code os/arch[/variant]}; the machine's own when not given. */
    Optional<List<String>> platforms();

    /** Jobs at once of each platform; what they execute at once is bounded by parallelism. */
    @WithDefault("2")
    int slots();

    /** Steps at once, of all jobs together; the number of processors when not given. */
    Optional<Integer> parallelism();

    /** A directory of its own on a local disk that overlayfs can use. */
    @WithDefault("/var/lib/brickyard/worker")
    Path dataDir();

    /** How often it says that it lives. */
    @WithDefault("5s")
    Duration heartbeat();

    /** How long running jobs may take to end when it is told to stop; then they are handed back. */
    @WithDefault("20s")
    Duration shutdownGrace();

    /**
     * Objects of the store that are found to be there already are made young again from this age
     * on, so that they are not collected. At most half of the scheduler's {@code
     * brickyard.garbage.grace}.
     */
    @WithDefault("3h")
    Duration refreshAfter();

    /** How registries are reached. */
    Registry registry();

    /**
     * The program that runs containers, {@code crun} or {@code runc}. When not given, the quickest
     * that is installed and can tell when a limit strikes.
     */
    Optional<String> runtime();

    /** What each RUN may use. */
    Limits limits();

    /**
     * What builds may ask for that is no longer kept apart from this machine: {@code network.host}
     * for {@code RUN --network=host}, {@code security.insecure} for {@code RUN
     * --security=insecure}, which makes whoever builds root of this machine. The same on every
     * worker of a farm; nothing by default.
     */
    Optional<Set<String>> entitlements();

    /** How much of the disk layers may take. */
    Disk disk();
  }

  /**
   * How much of the disk layers may take. A mark is a share of the file system the data directory
   * is on, whoever fills it ({@code 85%}), or bytes that layers take ({@code 50G}).
   */
  interface Disk {
    /** Above this, layers that are not in use are removed, the least recently used first, */
    @WithDefault("85%")
    String highWater();

    /** until this is reached. */
    @WithDefault("75%")
    String lowWater();

    /** What is kept free for what steps write, as long as there is a layer to remove for it. */
    @WithDefault("1G")
    MemorySize reserve();
  }

  /** How registries are reached. */
  interface Registry {
    /** By registry, such as {@code docker.io}: where to pull from first, in order. */
    Map<String, List<URI>> mirrors();

    /** Hosts, with port if any, spoken to in plain HTTP; loopback addresses always are. */
    Optional<Set<String>> insecure();
  }

  /** What each RUN may use; no limit where none is given. */
  interface Limits {
    /** Memory of all its processes together. */
    Optional<MemorySize> memory();

    /** Processes and threads. */
    Optional<Long> pids();
  }
}
