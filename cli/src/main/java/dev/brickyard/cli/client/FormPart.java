package dev.brickyard.cli.client;

/**
 * A part of a form that is sent before the context. Its text form hides the value.
 *
 * @param name without quotes or line ends
 */
public record FormPart(String name, byte[] value) {
  public FormPart {
    if (name.chars().anyMatch(c -> c < ' ' || c == '"')) {
      throw new IllegalArgumentException("no name of a part of a form: " + name);
    }
  }

  @Override
  public String toString() {
    return "FormPart[" + name + ", …]";
  }
}
