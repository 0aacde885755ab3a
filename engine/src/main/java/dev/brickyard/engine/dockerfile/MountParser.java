package dev.brickyard.engine.dockerfile;

import dev.brickyard.engine.dockerfile.RunMount.Sharing;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the value of {@code --mount}. */
final class MountParser {
  private static final List<String> TYPES = List.of("bind", "cache", "tmpfs", "secret", "ssh");
  private static final Map<String, String> KEYS =
      Map.ofEntries(
          Map.entry("type", "type"),
          Map.entry("from", "from"),
          Map.entry("source", "source"),
          Map.entry("src", "source"),
          Map.entry("target", "target"),
          Map.entry("dst", "target"),
          Map.entry("destination", "target"),
          Map.entry("readonly", "readonly"),
          Map.entry("ro", "readonly"),
          Map.entry("readwrite", "readwrite"),
          Map.entry("rw", "readwrite"),
          Map.entry("required", "required"),
          Map.entry("size", "size"),
          Map.entry("id", "id"),
          Map.entry("sharing", "sharing"),
          Map.entry("mode", "mode"),
          Map.entry("uid", "uid"),
          Map.entry("gid", "gid"),
          Map.entry("env", "env"));
  private static final List<String> WITHOUT_VALUE = List.of("readonly", "readwrite", "required");
  private static final Pattern SIZE =
      Pattern.compile("(\\d{1,15}(?:\\.\\d{1,9})?)\\s*([kmgtp]?)i?b?");
  private static final int MAX_ID_DIGITS = 10;

  private final Map<String, String> values = new HashMap<>();
  private String type = "bind";

  private MountParser() {}

  static RunMount parse(String text, WordExpander expander) throws ExpansionException {
    MountParser parser = new MountParser();
    parser.read(text, expander);
    return parser.mount();
  }

  /** Finds the mistakes that can be seen before variables are known. */
  static void check(String text, char escape) throws ExpansionException {
    for (String field : fields(text)) {
      if (field.toLowerCase(Locale.ROOT).startsWith("from=") && field.contains("$")) {
        throw new ExpansionException(
            "'from' doesn't support variable expansion, define alias stage instead");
      }
    }
    if (!text.contains("$")) {
      parse(text, word -> WordExpansion.expand(word, name -> Optional.empty(), escape));
    }
  }

  private void read(String text, WordExpander expander) throws ExpansionException {
    for (String field : fields(text)) {
      int equals = field.indexOf('=');
      String written = field.substring(0, equals < 0 ? field.length() : equals);
      String key = KEYS.getOrDefault(written.toLowerCase(Locale.ROOT), "");
      if (key.isEmpty()) {
        throw new ExpansionException(
            Suggestion.append(
                "unexpected key '"
                    + GoText.shorten(written)
                    + "' in '"
                    + GoText.shorten(field)
                    + "'",
                written,
                KEYS.keySet()));
      }
      if (equals < 0 && !WITHOUT_VALUE.contains(key)) {
        throw new ExpansionException(
            "invalid field '" + GoText.shorten(field) + "' must be a key=value pair");
      }
      String value = equals < 0 ? "true" : expander.expand(field.substring(equals + 1));
      if (key.equals("type")) {
        type = value.toLowerCase(Locale.ROOT);
        if (!TYPES.contains(type)) {
          throw new ExpansionException(
              Suggestion.append("unsupported mount type " + GoText.quote(value), value, TYPES));
        }
      } else if (key.equals("readwrite")) {
        values.put("readonly", Boolean.toString(!bool("readwrite", value)));
      } else {
        values.put(key, value);
      }
    }
  }

  private RunMount mount() throws ExpansionException {
    return switch (type) {
      case "bind" -> {
        only("from", "source", "target", "readonly", "id");
        yield new RunMount.Bind(text("target"), text("source"), optional("from"), readOnly(true));
      }
      case "cache" -> {
        only("from", "source", "target", "readonly", "id", "sharing", "mode", "uid", "gid");
        String id = text("id");
        yield new RunMount.Cache(
            text("target"),
            id.isEmpty() ? text("target") : id,
            sharing(),
            readOnly(false),
            optional("from"),
            text("source"),
            mode(),
            number("uid"),
            number("gid"));
      }
      case "tmpfs" -> {
        only("target", "size", "readonly", "id", "source");
        yield new RunMount.Tmpfs(text("target"), size());
      }
      case "secret" -> secret();
      default -> {
        only("id", "target", "required", "mode", "uid", "gid", "readonly");
        yield new RunMount.Ssh(
            text("id").isEmpty() ? "default" : text("id"),
            optional("target"),
            required(),
            mode().orElse(0600),
            number("uid").orElse(0),
            number("gid").orElse(0));
      }
    };
  }

  private RunMount secret() throws ExpansionException {
    if (values.containsKey("from")) {
      throw new ExpansionException("secret mount should not have a from");
    }
    if (values.containsKey("sharing")) {
      throw new ExpansionException("secret mount should not define sharing");
    }
    only("id", "source", "target", "env", "required", "mode", "uid", "gid", "readonly");
    if (!text("source").isEmpty() && !text("id").isEmpty()) {
      throw new ExpansionException("both source and id can't be set");
    }
    String id = text("source").isEmpty() ? text("id") : text("source");
    Optional<String> target = optional("target");
    if (id.isEmpty()) {
      id = baseName(target.orElse(""));
    }
    if (id.isEmpty()) {
      throw new ExpansionException("invalid secret mount. one of source, target required");
    }
    Optional<String> env = optional("env");
    if (target.isEmpty() && env.isEmpty()) {
      target = Optional.of("/run/secrets/" + baseName(id));
    }
    return new RunMount.Secret(
        id,
        target,
        env,
        required(),
        mode().orElse(0400),
        number("uid").orElse(0),
        number("gid").orElse(0));
  }

  private void only(String... keys) throws ExpansionException {
    List<String> allowed = List.of(keys);
    for (String key : values.keySet()) {
      if (!allowed.contains(key)) {
        throw new ExpansionException("unexpected key '" + key + "' for mount type '" + type + "'");
      }
    }
  }

  private String text(String key) {
    return values.getOrDefault(key, "");
  }

  private Optional<String> optional(String key) {
    return Optional.of(text(key)).filter(value -> !value.isEmpty());
  }

  private boolean readOnly(boolean whenSilent) throws ExpansionException {
    return values.containsKey("readonly") ? bool("readonly", text("readonly")) : whenSilent;
  }

  private boolean required() throws ExpansionException {
    return values.containsKey("required") && bool("required", text("required"));
  }

  private Sharing sharing() throws ExpansionException {
    String value = text("sharing");
    return switch (value.toLowerCase(Locale.ROOT)) {
      case "", "shared" -> Sharing.SHARED;
      case "private" -> Sharing.PRIVATE;
      case "locked" -> Sharing.LOCKED;
      default ->
          throw new ExpansionException(
              Suggestion.append(
                  "unsupported sharing value " + GoText.quote(value),
                  value,
                  List.of("shared", "private", "locked")));
    };
  }

  private OptionalInt mode() throws ExpansionException {
    String value = text("mode");
    if (!values.containsKey("mode")) {
      return OptionalInt.empty();
    }
    if (!value.matches("0{0,8}[0-7]{1,4}")) {
      throw new ExpansionException("invalid value " + GoText.shorten(value) + " for mode");
    }
    return OptionalInt.of(Integer.parseInt(value, 8));
  }

  private OptionalLong number(String key) throws ExpansionException {
    if (!values.containsKey(key)) {
      return OptionalLong.empty();
    }
    String value = text(key);
    if (!value.matches("[0-9]{1," + MAX_ID_DIGITS + "}") || Long.parseLong(value) > 0xFFFFFFFFL) {
      throw new ExpansionException("invalid value " + GoText.shorten(value) + " for " + key);
    }
    return OptionalLong.of(Long.parseLong(value));
  }

  private OptionalLong size() throws ExpansionException {
    if (!values.containsKey("size")) {
      return OptionalLong.empty();
    }
    String value = text("size");
    Matcher matcher = SIZE.matcher(value.toLowerCase(Locale.ROOT));
    if (!matcher.matches()) {
      throw new ExpansionException("invalid value for size: " + GoText.shorten(value));
    }
    int power = " kmgtp".indexOf(matcher.group(2).isEmpty() ? " " : matcher.group(2));
    BigDecimal bytes =
        new BigDecimal(matcher.group(1)).multiply(BigDecimal.valueOf(1L << (10 * power)));
    if (bytes.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0) {
      throw new ExpansionException("invalid value for size: " + GoText.shorten(value));
    }
    return OptionalLong.of(bytes.setScale(0, RoundingMode.DOWN).longValueExact());
  }

  private static boolean bool(String key, String value) throws ExpansionException {
    return switch (value) {
      case "1", "t", "T", "true", "TRUE", "True" -> true;
      case "0", "f", "F", "false", "FALSE", "False" -> false;
      default ->
          throw new ExpansionException("invalid value for " + key + ": " + GoText.shorten(value));
    };
  }

  private static String baseName(String path) {
    String trimmed = path.replaceAll("/+$", "");
    return trimmed.substring(trimmed.lastIndexOf('/') + 1);
  }

  /** The fields of one comma-separated record; quotes as in RFC 4180. */
  private static List<String> fields(String text) throws ExpansionException {
    List<String> fields = new ArrayList<>();
    StringBuilder field = new StringBuilder();
    boolean quoted = false;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (quoted) {
        if (c != '"') {
          field.append(c);
        } else if (i + 1 < text.length() && text.charAt(i + 1) == '"') {
          field.append(c);
          i++;
        } else {
          quoted = false;
        }
      } else if (c == '"') {
        if (!field.isEmpty()) {
          throw new ExpansionException(
              "failed to parse csv mounts: stray quote in " + GoText.quote(text));
        }
        quoted = true;
      } else if (c == ',') {
        fields.add(field.toString());
        field.setLength(0);
      } else {
        field.append(c);
      }
    }
    if (quoted) {
      throw new ExpansionException(
          "failed to parse csv mounts: missing quote in " + GoText.quote(text));
    }
    fields.add(field.toString());
    return fields;
  }
}
