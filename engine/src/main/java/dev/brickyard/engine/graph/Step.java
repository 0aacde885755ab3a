package dev.brickyard.engine.graph;

import dev.brickyard.engine.StepId;
import dev.brickyard.engine.dockerfile.SourceRange;

/**
 * One instruction to execute: it turns a root filesystem into the next by one layer.
 *
 * @param name as people see it, such as {@code [build 3/5] RUN make}
 * @param source the instruction as written
 * @param range where it stands in the Dockerfile
 */
public record Step(StepId id, String name, String source, SourceRange range, Operation operation) {}
