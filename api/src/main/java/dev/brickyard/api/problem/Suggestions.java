package dev.brickyard.api.problem;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** Finds what somebody may have meant. */
public final class Suggestions {
  private static final int PRINTED = 100;

  private Suggestions() {}

  /** Up to five of the known names that are few edits away from this one, nearest first. */
  public static List<String> near(String wrong, Collection<String> known) {
    if (wrong.length() > PRINTED) {
      return List.of();
    }
    String lower = wrong.toLowerCase(Locale.ROOT);
    int allowed = Math.max(2, wrong.length() / 3);
    record Ranked(String name, int distance) {}
    return known.stream()
        .filter(name -> Math.abs(name.length() - wrong.length()) <= allowed)
        .map(name -> new Ranked(name, distance(lower, name.toLowerCase(Locale.ROOT))))
        .filter(ranked -> ranked.distance() <= allowed)
        .sorted(Comparator.comparingInt(Ranked::distance).thenComparing(Ranked::name))
        .limit(5)
        .map(Ranked::name)
        .toList();
  }

  /** A stranger's text, short and on one line. */
  public static String printable(String text) {
    String oneLine = text.replaceAll("\\p{Cntrl}", "?");
    return oneLine.length() <= PRINTED ? oneLine : oneLine.substring(0, PRINTED) + "…";
  }

  /** Levenshtein's distance. */
  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int substituted = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(substituted, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }
}
