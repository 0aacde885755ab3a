package dev.brickyard.engine.dockerfile;

import dev.brickyard.engine.dockerfile.LogicalLine.Slice;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Finds the here-documents that a line announces and reads their bodies. */
final class HeredocReader {
  private static final Pattern START = Pattern.compile("(\\d*)<<(-?)([^<]*)", Pattern.DOTALL);
  private static final Pattern LEADING_TABS = Pattern.compile("(?m)^\t+");

  private HeredocReader() {}

  /**
   * A here-document with its body as it stands in the file.
   *
   * @param rawBody tabs kept
   */
  record Document(Heredoc heredoc, String rawBody) {}

  /** The here-document that a single word announces. */
  static Optional<Heredoc> announced(String word) {
    Matcher matcher = START.matcher(word);
    if (!matcher.matches() || matcher.group(3).isEmpty()) {
      return Optional.empty();
    }
    String rest = matcher.group(3);
    try {
      List<String> plain = WordLexer.splitting(false, false).process(rest).words();
      List<String> raw = WordLexer.splitting(true, false).process(rest).words();
      if (plain.size() != 1 || raw.size() != 1) {
        return Optional.empty();
      }
      boolean quoted = !plain.getFirst().equals(raw.getFirst());
      boolean chomp = !matcher.group(2).isEmpty();
      return Optional.of(
          new Heredoc(plain.getFirst(), "", !quoted, chomp, number(matcher.group(1))));
    } catch (ExpansionException e) {
      return Optional.empty();
    }
  }

  /** Reads the bodies of all here-documents of an instruction from the lines after it. */
  static List<Document> read(Slice instruction, LineReader reader, Problems problems)
      throws DockerfileException {
    List<Document> documents = new ArrayList<>();
    if (!instruction.text().contains("<<")) {
      return documents;
    }
    for (String word : words(instruction.text())) {
      Optional<Heredoc> announced = announced(word);
      if (announced.isEmpty()) {
        continue;
      }
      Heredoc heredoc = announced.get();
      Optional<String> body = reader.heredoc(heredoc.name(), heredoc.chomp());
      if (body.isEmpty()) {
        throw problems.syntax(
            "unterminated heredoc: no line holds just " + GoText.quote(heredoc.name()),
            instruction.range());
      }
      String content =
          heredoc.chomp() ? LEADING_TABS.matcher(body.get()).replaceAll("") : body.get();
      documents.add(
          new Document(
              new Heredoc(
                  heredoc.name(),
                  content,
                  heredoc.expand(),
                  heredoc.chomp(),
                  heredoc.fileDescriptor()),
              body.get()));
    }
    return documents;
  }

  private static List<String> words(String line) {
    try {
      return WordLexer.splitting(true, true).process(line).words();
    } catch (ExpansionException e) {
      // An unbalanced quote: the shell will complain, there is no here-document to be found.
      return List.of();
    }
  }

  private static int number(String digits) {
    return digits.isEmpty() || digits.length() > 6 ? 0 : Integer.parseInt(digits);
  }
}
