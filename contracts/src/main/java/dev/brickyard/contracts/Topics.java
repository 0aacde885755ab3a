package dev.brickyard.contracts;

/** Names of the Kafka topics and groups. */
public final class Topics {
  /** {@link SubmissionMessage}, keyed by build: api to scheduler. */
  public static final String SUBMISSIONS = "brickyard.submissions";

  /**
   * {@link BuildEvent}, keyed by build, so that one partition holds all of a build's events in
   * order and one offset names a place in it.
   */
  public static final String EVENTS = "brickyard.events";

  /** {@link LogChunk}, keyed by build for the same reason as {@link #EVENTS}. Short retention. */
  public static final String LOGS = "brickyard.logs";

  /** {@link ControlCommand}, to every worker; one partition. */
  public static final String CONTROL = "brickyard.control";

  /** {@link WorkerHeartbeat}, keyed by worker, compacted. */
  public static final String WORKERS = "brickyard.workers";

  /** The share group in which workers read every jobs topic. */
  public static final String JOBS_SHARE_GROUP = "brickyard.workers";

  private static final String JOBS_PREFIX = "brickyard.jobs.";

  private Topics() {}

  /**
   * The queue of jobs for a platform, such as {@code brickyard.jobs.linux-amd64}. It has one
   * partition: every member of a share group reads it, and a dead worker's record comes back at
   * once.
   *
   * @param platform {@code os/arch[/variant]}
   */
  public static String jobs(String platform) {
    return JOBS_PREFIX + platform.replace('/', '-');
  }
}
