package dev.brickyard.engine.layer;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;

/**
 * A path inside an image, layer or context: relative to its root, with {@code /} between names, no
 * leading or trailing slash, no empty, {@code .} or {@code ..} names. The root itself is the empty
 * text. It can therefore never point outside of what it is resolved against.
 */
public record ImagePath(String value) implements Comparable<ImagePath> {
  /** The root directory. */
  public static final ImagePath ROOT = new ImagePath("");

  /** Checks the form; use {@link #normalize} for text from outside. */
  public ImagePath {
    if (!value.isEmpty() && !isNormal(value)) {
      throw new IllegalArgumentException("not a normalised image path: \"" + value + "\"");
    }
  }

  /** A loop rather than a split: indexes of tens of thousands of paths are read on a cold JVM. */
  private static boolean isNormal(String value) {
    int start = 0;
    for (int i = 0; i <= value.length(); i++) {
      char c = i == value.length() ? '/' : value.charAt(i);
      if (c == '\0') {
        return false;
      }
      if (c == '/') {
        int length = i - start;
        boolean dots =
            length == 0
                || (length <= 2 && value.charAt(start) == '.' && value.charAt(i - 1) == '.');
        if (dots) {
          return false;
        }
        start = i + 1;
      }
    }
    return true;
  }

  /**
   * Cleans a path lexically as if it stood in a root directory: {@code ..} at the root stays there,
   * as in {@code chroot}. Follows no links.
   */
  @JsonCreator
  public static ImagePath normalize(String path) {
    Deque<String> names = new ArrayDeque<>();
    for (String name : path.split("/", -1)) {
      switch (name) {
        case "", "." -> {}
        case ".." -> names.pollLast();
        default -> names.addLast(name);
      }
    }
    return new ImagePath(String.join("/", names));
  }

  /** The names from the root down; empty for the root. */
  public List<String> names() {
    return isRoot() ? List.of() : Arrays.asList(value.split("/"));
  }

  public boolean isRoot() {
    return value.isEmpty();
  }

  /** The last name; empty for the root. */
  public String name() {
    return value.substring(value.lastIndexOf('/') + 1);
  }

  /** The directory this stands in; the root is its own parent. */
  public ImagePath parent() {
    int slash = value.lastIndexOf('/');
    return slash < 0 ? ROOT : new ImagePath(value.substring(0, slash));
  }

  /** This path with one more name. */
  public ImagePath child(String name) {
    return new ImagePath(isRoot() ? name : value + "/" + name);
  }

  /** {@code relative} cleaned and appended. Its {@code ..} cannot leave the root. */
  public ImagePath resolve(String relative) {
    return normalize(relative.startsWith("/") ? relative : value + "/" + relative);
  }

  /** True when {@code other} is this path or lies below it. */
  public boolean contains(ImagePath other) {
    return isRoot()
        || other.value.equals(value)
        || (other.value.startsWith(value) && other.value.charAt(value.length()) == '/');
  }

  /** With the leading slash people expect. */
  public String absolute() {
    return "/" + value;
  }

  /** Orders a directory directly before what it contains. */
  @Override
  public int compareTo(ImagePath other) {
    int n = Math.min(value.length(), other.value.length());
    for (int i = 0; i < n; i++) {
      char a = value.charAt(i);
      char b = other.value.charAt(i);
      if (a != b) {
        return a == '/' ? -1 : b == '/' ? 1 : Character.compare(a, b);
      }
    }
    return Integer.compare(value.length(), other.value.length());
  }

  @Override
  @JsonValue
  public String toString() {
    return value;
  }
}
