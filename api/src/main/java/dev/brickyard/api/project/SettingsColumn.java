package dev.brickyard.api.project;

import dev.brickyard.contracts.Json;
import dev.brickyard.contracts.ProjectSettings;
import dev.brickyard.contracts.UnreadableMessageException;
import jakarta.persistence.AttributeConverter;
import jakarta.persistence.Converter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** Settings as the contracts write them, since the scheduler reads the column too. */
@Converter
public class SettingsColumn implements AttributeConverter<ProjectSettings, String> {
  @Override
  public String convertToDatabaseColumn(ProjectSettings settings) {
    return new String(Json.write(settings), StandardCharsets.UTF_8);
  }

  @Override
  public ProjectSettings convertToEntityAttribute(String json) {
    try {
      return Json.read(json.getBytes(StandardCharsets.UTF_8), ProjectSettings.class);
    } catch (UnreadableMessageException e) {
      throw new UncheckedIOException(e);
    }
  }
}
