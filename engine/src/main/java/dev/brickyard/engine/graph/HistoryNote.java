package dev.brickyard.engine.graph;

import java.util.Optional;

/**
 * What an instruction leaves in the image's history.
 *
 * @param createdBy in BuildKit's words
 * @param step that makes the layer; empty when there is none
 */
public record HistoryNote(String createdBy, Optional<Step> step) {}
