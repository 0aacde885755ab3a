package dev.brickyard.engine.cache;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The part of the cache a build reads and writes: a project, or a branch or fork of one. What a
 * project's scope holds is read from all scopes within it; nothing goes the other way, and scopes
 * within a project do not see each other.
 *
 * @param name one path segment: {@code project} or {@code project@scope}, each of letters, digits,
 *     {@code . _ -}
 */
public record CacheScope(String name) {
  /** Stands in no name, so that no project can be taken for a scope within another. */
  private static final char WITHIN = '@';

  private static final String PART = "[A-Za-z0-9][A-Za-z0-9._-]{0,127}";
  private static final Pattern NAME = Pattern.compile(PART + "(?:" + WITHIN + PART + ")?");

  public CacheScope {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException("\"" + name + "\" cannot name a cache scope");
    }
  }

  /**
   * A branch's or fork's scope within this one.
   *
   * @throws IllegalArgumentException when the name cannot be one, or this is itself within another
   */
  public CacheScope within(String branch) {
    return new CacheScope(name + WITHIN + branch);
  }

  /** The scope this one is within, which it may read but not write. */
  public Optional<CacheScope> parent() {
    int end = name.indexOf(WITHIN);
    return end < 0 ? Optional.empty() : Optional.of(new CacheScope(name.substring(0, end)));
  }

  /** Every scope a build of this one may read, in the order of preference: its own is the first. */
  public List<CacheScope> readable() {
    return parent().map(parent -> List.of(this, parent)).orElse(List.of(this));
  }
}
