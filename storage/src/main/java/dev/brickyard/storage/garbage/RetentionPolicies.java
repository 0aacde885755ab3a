package dev.brickyard.storage.garbage;

/** Knows the policy of every project. */
@FunctionalInterface
public interface RetentionPolicies {
  /** The project's policy, or the farm's default. */
  RetentionPolicy of(String project);
}
