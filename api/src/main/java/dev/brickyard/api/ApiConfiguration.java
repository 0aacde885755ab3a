package dev.brickyard.api;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;

/** Everything this service can be told, besides what Quarkus itself is told. */
@ConfigMapping(prefix = "brickyard")
public interface ApiConfiguration {
  /** The object store. */
  S3 s3();

  /** What is accepted as a build context. */
  Context context();

  /** The secrets that come with builds. */
  Secrets secrets();

  /** How clients follow builds. */
  Follow follow();

  /** How long a start may take. */
  Start start();

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

  /** What is accepted as a build context. */
  interface Context {
    /** Largest body of a request, packed as it comes. */
    @WithDefault("16G")
    MemorySize maxSize();

    /** Largest archive, unpacked: a bound against bodies made to explode. */
    @WithDefault("32G")
    MemorySize maxUnpackedSize();

    /** Most files, directories and links. */
    @WithDefault("500000")
    int maxEntries();

    /** How many are received at once; each may need some ten megabytes, a huge one far more. */
    @WithDefault("16")
    int concurrent();

    /** How long one waits for its turn before the client is sent away for a moment. */
    @WithDefault("10S")
    Duration patience();

    /** Largest Dockerfile. */
    @WithDefault("4M")
    MemorySize maxDockerfileSize();
  }

  /** The secrets that come with builds. */
  interface Secrets {
    /**
     * What they are sealed with: random text of at least 32 characters, the same for the scheduler.
     * Without it, builds that come with secrets are refused.
     */
    Optional<String> key();

    /** How often the secrets of builds that have ended are looked for, to be deleted. */
    @WithDefault("5S")
    Duration sweep();
  }

  /** How clients follow builds. */
  interface Follow {
    /** A comment is sent when nothing else was for this long. */
    @WithDefault("15S")
    Duration keepAlive();

    /** What may wait in memory for one client before it has to be read again from Kafka. */
    @WithDefault("1M")
    MemorySize buffer();

    /** How many followers may catch up at the same moment. */
    @WithDefault("4")
    int readers();

    /** How far the clocks of the farm's machines may be apart. */
    @WithDefault("1M")
    Duration clockSkew();

    /** How long after a build's end its last event may come. */
    @WithDefault("10S")
    Duration grace();
  }

  /** How long a start may take. */
  interface Start {
    /** After this long without PostgreSQL's views, Kafka's topics and the object store it fails. */
    @WithDefault("2M")
    Duration patience();
  }
}
