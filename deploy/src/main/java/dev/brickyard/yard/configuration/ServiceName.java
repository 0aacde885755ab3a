package dev.brickyard.yard.configuration;

import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A part of the yard, as written in commands, file names and messages. All names but those of
 * workers are fixed; the first worker is {@code worker}, further ones {@code worker-2} and so on.
 */
public record ServiceName(String value) implements Comparable<ServiceName> {
  public static final ServiceName POSTGRES = new ServiceName("postgres");
  public static final ServiceName KAFKA = new ServiceName("kafka");
  public static final ServiceName S3 = new ServiceName("s3");
  public static final ServiceName REGISTRY = new ServiceName("registry");
  public static final ServiceName SCHEDULER = new ServiceName("scheduler");
  public static final ServiceName API = new ServiceName("api");

  /** Everything but the workers, in the order in which people think of it. */
  public static final List<ServiceName> FIXED =
      List.of(POSTGRES, KAFKA, S3, REGISTRY, SCHEDULER, API);

  private static final Pattern WORKER = Pattern.compile("worker(?:-([1-9][0-9]{0,2}))?");

  public ServiceName {
    boolean known =
        List.of("postgres", "kafka", "s3", "registry", "scheduler", "api").contains(value)
            || (WORKER.matcher(value).matches() && !value.equals("worker-1"));
    if (!known) {
      throw new IllegalArgumentException(
          "there is no service \""
              + value
              + "\": postgres, kafka, s3, registry, scheduler, api, worker, worker-2 …");
    }
  }

  /** The n-th worker, counted from 1. */
  public static ServiceName worker(int number) {
    return new ServiceName(number == 1 ? "worker" : "worker-" + number);
  }

  /** The worker's number, counted from 1; 0 for everything else. */
  public int workerNumber() {
    Matcher matcher = WORKER.matcher(value);
    if (!matcher.matches()) {
      return 0;
    }
    String number = matcher.group(1);
    return number == null ? 1 : Integer.parseInt(number);
  }

  @Override
  public int compareTo(ServiceName other) {
    return Comparator.comparingInt(ServiceName::rank)
        .thenComparingInt(ServiceName::workerNumber)
        .compare(this, other);
  }

  private int rank() {
    int index = FIXED.indexOf(this);
    return index < 0 ? FIXED.size() : index;
  }

  @Override
  public String toString() {
    return value;
  }
}
