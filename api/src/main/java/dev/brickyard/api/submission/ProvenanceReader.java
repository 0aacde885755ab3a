package dev.brickyard.api.submission;

import dev.brickyard.api.problem.Problems;
import dev.brickyard.contracts.ProvenanceRequest;
import dev.brickyard.engine.export.CsvFields;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads what is to be said about how an image was built: {@code provenance=true}, {@code
 * provenance=mode=max,…} or {@code attest=type=provenance,…}. Nothing is unless it is asked for.
 */
final class ProvenanceReader {
  private static final String PROVENANCE = "provenance";
  private static final String ATTEST = "attest";

  private ProvenanceReader() {}

  /** The wish; null when there is none. */
  static @Nullable ProvenanceRequest read(Map<String, List<String>> parameters) {
    List<String> wishes = new ArrayList<>(parameters.getOrDefault(PROVENANCE, List.of()));
    if (wishes.size() > 1) {
      throw Problems.invalidParameter(PROVENANCE, "provenance is given more than once");
    }
    @Nullable ProvenanceRequest wish = null;
    for (String text : parameters.getOrDefault(ATTEST, List.of())) {
      Map<String, String> fields = fields(ATTEST, text);
      String type = fields.remove("type");
      if (!PROVENANCE.equals(type)) {
        throw Problems.invalidParameter(
            ATTEST,
            "attest is type=provenance with its options: the farm attests nothing else, such as"
                + " \""
                + type
                + "\"");
      }
      wish = wish(ATTEST, fields);
    }
    return wishes.isEmpty() ? wish : wish(wishes.getFirst().trim());
  }

  private static @Nullable ProvenanceRequest wish(String text) {
    return switch (text) {
      case "", "true", "1" -> wish(PROVENANCE, Map.of());
      case "false", "0" -> null;
      default -> wish(PROVENANCE, fields(PROVENANCE, text));
    };
  }

  private static Map<String, String> fields(String parameter, String text) {
    try {
      return CsvFields.named(text);
    } catch (IllegalArgumentException e) {
      throw Problems.invalidParameter(parameter, String.valueOf(e.getMessage()));
    }
  }

  private static @Nullable ProvenanceRequest wish(String parameter, Map<String, String> fields) {
    String mode = "min";
    String version = "v0.2";
    @Nullable String builder = null;
    boolean wanted = true;
    for (Map.Entry<String, String> field : fields.entrySet()) {
      String value = field.getValue().trim();
      switch (field.getKey()) {
        case "mode" -> mode = oneOf(parameter, "mode", value, List.of("min", "max"));
        case "version" -> version = oneOf(parameter, "version", value, List.of("v0.2", "v1"));
        case "builder-id" -> builder = value.isEmpty() ? null : value;
        case "disabled" -> wanted = !value.equals("true");
        case "inline-only" -> {
          // Says where buildx may put it; the farm puts it beside the image in any case.
        }
        default ->
            throw Problems.invalidParameter(
                parameter,
                "provenance has no option \""
                    + field.getKey()
                    + "\"; known are mode, version, builder-id, disabled, inline-only");
      }
    }
    return wanted ? new ProvenanceRequest(mode, version, builder) : null;
  }

  private static String oneOf(String parameter, String name, String value, List<String> known) {
    if (!known.contains(value)) {
      throw Problems.invalidParameter(
          parameter,
          "provenance's " + name + " is " + String.join(" or ", known) + ", not \"" + value + "\"");
    }
    return value;
  }
}
