package dev.brickyard.engine.export;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads lists of {@code name=value} as Docker's clients write them: a line of CSV (RFC 4180). */
public final class CsvFields {
  private CsvFields() {}

  /**
   * The fields by name; one without {@code =} has an empty value.
   *
   * @throws IllegalArgumentException in one sentence, when it is no such list
   */
  public static Map<String, String> named(String text) {
    Map<String, String> named = new LinkedHashMap<>();
    for (String field : split(text)) {
      int equals = field.indexOf('=');
      String name = (equals < 0 ? field : field.substring(0, equals)).trim();
      String value = equals < 0 ? "" : field.substring(equals + 1);
      if (name.isEmpty()) {
        throw new IllegalArgumentException("\"" + text + "\" has a field without a name");
      }
      if (named.put(name, value) != null) {
        throw new IllegalArgumentException("\"" + name + "\" is given twice in \"" + text + "\"");
      }
    }
    return named;
  }

  /** The fields; in one that begins with a quotation mark, commas are its own. */
  public static List<String> split(String text) {
    List<String> fields = new ArrayList<>();
    int at = 0;
    while (at <= text.length()) {
      StringBuilder field = new StringBuilder();
      if (at < text.length() && text.charAt(at) == '"') {
        at = quoted(text, at + 1, field);
        if (at < text.length() && text.charAt(at) != ',') {
          throw new IllegalArgumentException("\"" + text + "\" goes on behind a quotation mark");
        }
      } else {
        int comma = text.indexOf(',', at);
        int end = comma < 0 ? text.length() : comma;
        field.append(text, at, end);
        at = end;
      }
      fields.add(field.toString());
      at++;
    }
    return fields;
  }

  /** Reads to the closing mark, and returns what comes behind it. */
  private static int quoted(String text, int from, StringBuilder field) {
    int at = from;
    while (at < text.length()) {
      char c = text.charAt(at);
      if (c == '"') {
        if (at + 1 < text.length() && text.charAt(at + 1) == '"') {
          at++;
        } else {
          return at + 1;
        }
      }
      field.append(c);
      at++;
    }
    throw new IllegalArgumentException("\"" + text + "\" has a quotation mark without its second");
  }
}
