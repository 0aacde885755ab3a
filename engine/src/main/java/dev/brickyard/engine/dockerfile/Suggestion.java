package dev.brickyard.engine.dockerfile;

import java.util.Collection;
import java.util.Locale;
import java.util.Optional;

/** "did you mean": finds the word that was probably meant. */
public final class Suggestion {
  private static final int MAX_DISTANCE = 2;
  private static final int MAX_LENGTH = 64;

  private Suggestion() {}

  /** The sentence, with a hint behind it when one of the options is close to what was written. */
  public static String append(String sentence, String written, Collection<String> options) {
    return hinted(sentence, closest(written, options, false));
  }

  /** Like {@link #append}, with the hint in lower case where what was written is. */
  static String appendInCase(String sentence, String written, Collection<String> options) {
    String best = closest(written, options, false);
    return hinted(
        sentence,
        written.equals(written.toLowerCase(Locale.ROOT)) ? best.toLowerCase(Locale.ROOT) : best);
  }

  private static String hinted(String sentence, String best) {
    return best.isEmpty() ? sentence : sentence + " (did you mean " + best + "?)";
  }

  /**
   * The option that differs least from what was written, case included, and by two characters at
   * most; of equally near ones the first. Empty when it is one of the options itself.
   */
  public static Optional<String> nearest(String written, Collection<String> options) {
    return Optional.of(closest(written, options, true)).filter(near -> !near.isEmpty());
  }

  /** Empty when nothing is close, or the word is one of the options and so not what is wrong. */
  private static String closest(String written, Collection<String> options, boolean caseCounts) {
    if (written.length() > MAX_LENGTH) {
      return "";
    }
    String best = "";
    int bestDistance = MAX_DISTANCE + 1;
    for (String option : options) {
      if (option.equals(written)) {
        return "";
      }
      int distance =
          caseCounts
              ? distance(written, option)
              : distance(written.toLowerCase(Locale.ROOT), option.toLowerCase(Locale.ROOT));
      if (distance < bestDistance) {
        best = option;
        bestDistance = distance;
      }
    }
    return best;
  }

  /** Levenshtein distance. */
  private static int distance(String a, String b) {
    int[] previous = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      previous[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int[] current = new int[b.length() + 1];
      current[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replace = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        current[j] = Math.min(replace, Math.min(previous[j], current[j - 1]) + 1);
      }
      previous = current;
    }
    return previous[b.length()];
  }
}
