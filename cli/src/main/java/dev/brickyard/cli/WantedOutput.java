package dev.brickyard.cli;

import dev.brickyard.engine.export.CsvFields;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Where {@code -o} wants a result.
 *
 * @param parameter what the farm is asked for
 * @param name the farm's file is downloaded by; null when there is none
 * @param place what becomes of the file
 * @param path of the file or folder; null for standard output, and where there is no file
 */
record WantedOutput(String parameter, @Nullable String name, Place place, @Nullable Path path) {
  /** What becomes of a downloaded file. */
  enum Place {
    /** There is none. */
    FARM,
    FILE,
    FOLDER,
    STANDARD_OUTPUT
  }

  /**
   * Reads the options.
   *
   * @param texts as buildx takes them: {@code type=…,dest=…}, a folder, or {@code -}
   * @throws IllegalArgumentException in one sentence, when one is wrong
   */
  static List<WantedOutput> of(List<String> texts) {
    List<WantedOutput> wanted = new ArrayList<>();
    for (String text : texts) {
      wanted.add(of(text, wanted.size() + 1));
    }
    if (wanted.stream().filter(one -> one.place() == Place.STANDARD_OUTPUT).count() > 1) {
      throw new IllegalArgumentException("only one output can go to standard output");
    }
    return wanted;
  }

  private static WantedOutput of(String text, int number) {
    if (text.equals("-")) {
      return of("type=tar,dest=-", number);
    }
    if (text.indexOf('=') < 0) {
      return file("tar", number, text, true, Map.of());
    }
    Map<String, String> fields = CsvFields.named(text);
    String type = fields.getOrDefault("type", "");
    @Nullable String dest = fields.remove("dest");
    return switch (type) {
      case "local" -> {
        if (dest == null || dest.isEmpty()) {
          throw new IllegalArgumentException("dest is required for local exporter");
        }
        yield file("tar", number, dest, true, fields);
      }
      case "tar", "oci", "docker" -> {
        boolean folder = "false".equals(fields.remove("tar"));
        if (type.equals("docker") && dest == null) {
          throw new IllegalArgumentException(
              "type=docker needs dest=FILE, for `docker load -i FILE`");
        }
        yield file(type, number, dest == null || dest.isEmpty() ? "-" : dest, folder, fields);
      }
      default -> new WantedOutput(text, null, Place.FARM, null);
    };
  }

  private static WantedOutput file(
      String type, int number, String dest, boolean folder, Map<String, String> fields) {
    String name = String.format(Locale.ROOT, "output-%d.tar", number);
    StringBuilder parameter = new StringBuilder("type=" + type + ",dest=" + name);
    fields.forEach(
        (key, value) -> {
          if (!key.equals("type")) {
            parameter.append(',').append(quoted(key + "=" + value));
          }
        });
    if (dest.equals("-")) {
      if (folder) {
        throw new IllegalArgumentException("a folder cannot go to standard output");
      }
      return new WantedOutput(parameter.toString(), name, Place.STANDARD_OUTPUT, null);
    }
    return new WantedOutput(
        parameter.toString(), name, folder ? Place.FOLDER : Place.FILE, Path.of(dest));
  }

  private static String quoted(String field) {
    return field.indexOf(',') < 0 && field.indexOf('"') < 0
        ? field
        : field
            .chars()
            .mapToObj(c -> c == '"' ? "\"\"" : String.valueOf((char) c))
            .collect(Collectors.joining("", "\"", "\""));
  }
}
