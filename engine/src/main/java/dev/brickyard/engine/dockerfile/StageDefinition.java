package dev.brickyard.engine.dockerfile;

import java.util.List;
import java.util.Optional;

/**
 * A stage: a FROM and what follows it.
 *
 * @param index counts from 0
 * @param name in lower case
 * @param instructions what follows the FROM
 * @param range from the FROM to the last instruction
 */
public record StageDefinition(
    int index,
    Optional<String> name,
    Instruction.From from,
    List<Instruction> instructions,
    SourceRange range) {
  public StageDefinition {
    instructions = List.copyOf(instructions);
  }
}
