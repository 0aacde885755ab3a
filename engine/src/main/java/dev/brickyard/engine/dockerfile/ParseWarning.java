package dev.brickyard.engine.dockerfile;

/**
 * Something that is legal but probably not meant.
 *
 * @param rule stable name as in BuildKit's build checks, such as {@code NoEmptyContinuation}
 * @param sentence one plain sentence
 */
public record ParseWarning(String rule, String sentence, SourceRange range) {}
