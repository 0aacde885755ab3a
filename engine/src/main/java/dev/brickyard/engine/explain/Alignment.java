package dev.brickyard.engine.explain;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * Which step of an earlier build a step of this build is. Steps with the same text are the same, in
 * order (a longest common subsequence), so that one put in between does not make all after it look
 * different; between two such, a step stands for the next one with the same keyword, as its changed
 * self.
 */
final class Alignment {
  /** No stage of a Dockerfile comes near; beyond, time matters more than the best answer. */
  private static final int MOST_STEPS = 1000;

  private final int[] before;

  private Alignment(int[] before) {
    this.before = before;
  }

  static Alignment of(List<BuildAnatomy.Step> before, List<BuildAnatomy.Step> now) {
    int[] match = new int[now.size()];
    Arrays.fill(match, -1);
    if (before.size() > MOST_STEPS || now.size() > MOST_STEPS) {
      for (int i = 0; i < Math.min(before.size(), now.size()); i++) {
        match[i] = i;
      }
      return new Alignment(match);
    }
    int[][] longest = longest(before, now);
    int i = 0;
    int j = 0;
    int gapBefore = 0;
    int gapNow = 0;
    while (i < before.size() && j < now.size()) {
      if (before.get(i).source().equals(now.get(j).source())) {
        pair(before, gapBefore, i, now, gapNow, j, match);
        match[j++] = i++;
        gapBefore = i;
        gapNow = j;
      } else if (longest[i + 1][j] >= longest[i][j + 1]) {
        i++;
      } else {
        j++;
      }
    }
    pair(before, gapBefore, before.size(), now, gapNow, now.size(), match);
    return new Alignment(match);
  }

  /** Of the rests from i and j on. */
  private static int[][] longest(List<BuildAnatomy.Step> before, List<BuildAnatomy.Step> now) {
    int[][] longest = new int[before.size() + 1][now.size() + 1];
    for (int i = before.size() - 1; i >= 0; i--) {
      for (int j = now.size() - 1; j >= 0; j--) {
        longest[i][j] =
            before.get(i).source().equals(now.get(j).source())
                ? longest[i + 1][j + 1] + 1
                : Math.max(longest[i + 1][j], longest[i][j + 1]);
      }
    }
    return longest;
  }

  private static void pair(
      List<BuildAnatomy.Step> before,
      int fromBefore,
      int toBefore,
      List<BuildAnatomy.Step> now,
      int fromNow,
      int toNow,
      int[] match) {
    int i = fromBefore;
    for (int j = fromNow; j < toNow; j++) {
      for (int candidate = i; candidate < toBefore; candidate++) {
        if (Objects.equals(keyword(before.get(candidate)), keyword(now.get(j)))) {
          match[j] = candidate;
          i = candidate + 1;
          break;
        }
      }
    }
  }

  private static String keyword(BuildAnatomy.Step step) {
    return step.source().strip().split("\\s", 2)[0].toUpperCase(Locale.ROOT);
  }

  /** The index of the earlier build's step; -1 when this one is new. */
  int before(int now) {
    return before[now];
  }

  /** Whether an earlier build's step before one of its steps is gone now. */
  int firstGone(int end) {
    for (int i = 0; i < end; i++) {
      int gone = i;
      if (Arrays.stream(before).noneMatch(b -> b == gone)) {
        return i;
      }
    }
    return -1;
  }
}
