package dev.brickyard.engine.dockerfile;

import java.util.ArrayList;
import java.util.List;

/**
 * An instruction's lines joined into one text that knows where in the file each character stood.
 */
final class LogicalLine {
  private record Segment(int at, int line, int column) {}

  private final StringBuilder text = new StringBuilder();
  private final List<Segment> segments = new ArrayList<>();

  /** Appends text that stands in the file at this line and column, both from 1. */
  void append(String part, int line, int column) {
    segments.add(new Segment(text.length(), line, column));
    text.append(part);
  }

  String text() {
    return text.toString();
  }

  /** The whole text without the white space around it. */
  Slice slice() {
    return new Slice(this, text.toString(), 0).trim();
  }

  private Segment at(int index) {
    for (int i = segments.size() - 1; i > 0; i--) {
      if (segments.get(i).at() <= index) {
        return segments.get(i);
      }
    }
    return segments.getFirst();
  }

  /** Where the characters from one index to another, exclusive, stand in the file. */
  SourceRange range(int from, int to) {
    Segment start = at(from);
    int startColumn = start.column() + from - start.at();
    if (to <= from) {
      return new SourceRange(start.line(), startColumn, start.line(), startColumn);
    }
    Segment end = at(to - 1);
    return new SourceRange(start.line(), startColumn, end.line(), end.column() + to - end.at());
  }

  /** A part of a line; {@code from} is where it starts in it. */
  record Slice(LogicalLine line, String text, int from) {
    Slice trim() {
      int start = 0;
      int end = text.length();
      while (start < end && GoText.isSpace(text.charAt(start))) {
        start++;
      }
      while (end > start && GoText.isSpace(text.charAt(end - 1))) {
        end--;
      }
      return sub(start, end);
    }

    Slice sub(int start, int end) {
      return new Slice(line, text.substring(start, end), from + start);
    }

    Slice sub(int start) {
      return sub(start, text.length());
    }

    boolean isEmpty() {
      return text.isEmpty();
    }

    SourceRange range() {
      return line.range(from, from + text.length());
    }

    /** The words between separators. */
    List<Slice> split() {
      List<Slice> words = new ArrayList<>();
      int start = 0;
      for (int i = 0; i <= text.length(); i++) {
        if (i == text.length() || GoText.isSeparator(text.charAt(i))) {
          if (i > start) {
            words.add(sub(start, i));
          }
          start = i + 1;
        }
      }
      return words;
    }

    /** The first word and what follows it; the second part is empty when there is none. */
    List<Slice> cut() {
      int end = 0;
      while (end < text.length() && !GoText.isSeparator(text.charAt(end))) {
        end++;
      }
      int next = end;
      while (next < text.length() && GoText.isSeparator(text.charAt(next))) {
        next++;
      }
      return List.of(sub(0, end), sub(next));
    }
  }
}
